"""The sentences of domain.yml, under `words`, for the actions that put them together."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_DOMAIN = Path(__file__).resolve().parents[2] / "domain.yml"

Button = dict[str, str]


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    return yaml.safe_load(_DOMAIN.read_text(encoding="utf-8"))["words"]


def say(name: str, **values: object) -> str:
    """The sentence called `name` with its blanks filled. Raises KeyError when it is not written."""
    sentence = _words()[name]
    text: str = sentence["text"] if isinstance(sentence, dict) else sentence
    return text.format(**values)


def buttons(name: str) -> list[Button]:
    """The buttons written with the sentence called `name`."""
    sentence = _words()[name]
    return [dict(button) for button in sentence["buttons"]] if isinstance(sentence, dict) else []


def button(name: str, payload: str) -> Button:
    return {"title": say(name), "payload": payload}
