"""The sets of messages, each written by another hand than the entries' own ways to ask.

`development.yml` and `unanswerable.yml` are for fitting. What lies in `held_out/` is only measured
on: nothing is fitted to it, and `near_copies` keeps it apart from everything that is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml
from rapidfuzz import fuzz, process

from api.faq.knowledge_files import EntryInFile, read
from api.faq.outside import read_outside
from api.faq.terms import plain_key
from api.thai_text import fold

KNOWLEDGE = Path("knowledge")
FOLDER = Path(__file__).parent
TOO_NEAR = 92
"""Percent of the letters that two messages share in order when one is as good as a copy."""

SHORT = 12
"""Letters. Two different people ask for "ที่อยู่ กค." in the same words."""


@dataclass(frozen=True)
class Asked:
    """A question with the entries that answer it: the one it was written for, and equal ones."""

    question: str
    entry: str
    register: str
    also: tuple[str, ...] = ()

    @property
    def right(self) -> frozenset[str]:
        return frozenset((self.entry, *self.also))


@dataclass(frozen=True)
class Unanswerable:
    message: str
    kind: str


def entries() -> list[tuple[str, EntryInFile]]:
    return read(KNOWLEDGE)


def development() -> list[Asked]:
    return _asked(FOLDER / "development.yml")


def held_out() -> list[Asked]:
    return _asked(FOLDER / "held_out" / "questions.yml")


def unanswerable_for_fitting() -> list[Unanswerable]:
    kinds = read_rows(FOLDER / "unanswerable.yml")
    return [Unanswerable(str(text), kind) for kind, texts in kinds.items() for text in texts]


def held_out_unanswerable() -> list[Unanswerable]:
    rows = read_rows(FOLDER / "held_out" / "unanswerable.yml")
    return [Unanswerable(str(row["message"]), row["kind"]) for row in rows]


def near_copies() -> list[tuple[str, str]]:
    """Pairs of a held-out message and an example of which it is nearly a copy."""
    examples = [q for _, entry in entries() for q in entry.questions]
    examples += [m for subject in read_outside(KNOWLEDGE).subjects for m in subject.messages]
    examples += [asked.question for asked in development()]
    examples += [one.message for one in unanswerable_for_fitting()]
    held = [asked.question for asked in held_out()]
    held += [one.message for one in held_out_unanswerable()]
    return list(_near(held, examples))


def _near(held: Iterable[str], examples: Iterable[str]) -> Iterable[tuple[str, str]]:
    plain = {fold(plain_key(example)): example for example in examples}
    for message in held:
        letters = fold(plain_key(message))
        if len(letters) <= SHORT:
            continue
        found = process.extractOne(letters, plain.keys(), scorer=fuzz.ratio, score_cutoff=TOO_NEAR)
        if found:
            yield message, plain[found[0]]


def _asked(path: Path) -> list[Asked]:
    return [
        Asked(str(row["question"]), row["entry"], row["register"], tuple(row.get("also", ())))
        for row in read_rows(path)
    ]


def read_rows(path: Path) -> list[dict[str, object]]:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
