"""The sentences of domain.yml, for the actions that put them together."""

from functools import lru_cache
from pathlib import Path
from typing import Dict

import yaml

_DOMAIN = Path(__file__).resolve().parents[2] / "domain.yml"

Button = Dict[str, str]


@lru_cache(maxsize=1)
def _responses() -> Dict[str, str]:
    domain = yaml.safe_load(_DOMAIN.read_text(encoding="utf-8"))
    return {name: texts[0]["text"] for name, texts in domain["responses"].items()}


def say(name: str, **values: object) -> str:
    """The sentence called `name` with its blanks filled. Raises KeyError when it is not written."""
    return _responses()[name].format(**values)


def button(name: str, payload: str) -> Button:
    return {"title": say(name), "payload": payload}
