"""`knowledge/outside.yml`: what people say to the bot that is not a question to the office.

Each subject has messages by which the search knows it, so that it is not answered from a neighbour.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.content import ContentFile

Kind = Literal["elsewhere", "not_known", "small_talk", "abuse", "instruction", "opinion"]
"""elsewhere: another agency's business. not_known: near ours, but not in the knowledge."""

Message = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Reply = Annotated[str, Field(min_length=5, max_length=600)]

_THAI = re.compile(r"[\u0e00-\u0e7f]")
_LATIN_WORD = re.compile(r"[a-z']+")
_ENGLISH_WORDS = """
    a about am an and any are at by can could do does for from get have hello help hi how i if in is
    it may me my need of on or please should so tell thank thanks the there this to want was we what
    when where which who why will with would you your
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_LETTER = re.compile(r"[^\W\d_]")


class Subject(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
    kind: Kind
    door: Annotated[str, Field(min_length=2, max_length=100)] | None = None
    reply: Reply | None = None
    messages: Annotated[list[Message], Field(min_length=3)]

    @model_validator(mode="after")
    def _door_of_another_agency(self) -> "Subject":
        if self.kind == "elsewhere" and not (self.door or self.reply):
            raise ValueError("an agency's business needs its door or a reply")
        return self


class OutsideFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    replies: dict[Kind, Reply]
    unclear: Reply
    other_language: Reply
    english_unknown: Reply
    english_elsewhere: Reply
    subjects: Annotated[list[Subject], Field(min_length=1)]

    @model_validator(mode="after")
    def _a_reply_of_each_kind(self) -> "OutsideFile":
        if missing := set(get_args(Kind)) - set(self.replies):
            raise ValueError(f"replies: {', '.join(sorted(missing))} is missing")
        return self


@lru_cache
def read_outside(knowledge_dir: Path) -> OutsideFile:
    """Raises WrongContent naming every mistake."""
    return ContentFile(knowledge_dir / "outside.yml", OutsideFile).content


def subjects(knowledge_dir: Path) -> dict[str, Subject]:
    return {subject.id: subject for subject in read_outside(knowledge_dir).subjects}


def is_english(text: str) -> bool:
    """An English sentence, not a Thai reader's `link e-complaint mof`."""
    if _THAI.search(text):
        return False
    words = _LATIN_WORD.findall(text.lower())
    return len(words) >= 2 and sum(word in _ENGLISH for word in words) >= min(2, len(words) - 1)


def is_other_language(text: str) -> bool:
    """Written in a script that is neither Thai nor Latin."""
    letters = _LETTER.findall(text)
    strange = [one for one in letters if not (_THAI.match(one) or one.isascii() or one <= "\u024f")]
    return len(strange) * 2 > len(letters)
