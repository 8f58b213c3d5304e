"""The sentences that the service itself says to citizens, from `knowledge/messages.yml`."""

from functools import lru_cache
from pathlib import Path

import yaml

from api.settings import get_settings


@lru_cache
def _messages(path: Path) -> dict[str, str]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def say(name: str, **values: object) -> str:
    """The sentence called `name` with its blanks filled. Raises KeyError when it is not written."""
    sentence = _messages(get_settings().knowledge_dir / "messages.yml")[name]
    return sentence.strip().format(**values)
