"""What the index needs of an entry, computed once and kept until the entry changes."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from api.faq.meaning import SIZE, Meaning
from api.faq.spelling import Spelling
from api.faq.terms import Analyser, Terms

Floats = NDArray[np.float64]
Ids = NDArray[np.int32]
Row = dict[str, float]


@dataclass(frozen=True)
class Document:
    """What can be found: an entry, or (`is_outside`) a subject that is known not to be ours."""

    id: str
    questions: Sequence[str]
    texts: Sequence[str]
    subject: str = ""
    is_outside: bool = False
    is_in_english: bool = False


@dataclass(frozen=True)
class Rows:
    """One layer of one entry: a row a question, and all that the entry says.

    `features` and `counts` hold the rows one after the other, `lengths` how long each is.
    """

    features: Ids
    counts: Floats
    lengths: Ids
    asked: Ids
    said: Ids


@dataclass(frozen=True)
class Compiled:
    """`asked_for` is the share of the ways to ask that ask for each kind of thing; `told_of` says
    whether the answer speaks of it.
    """

    document: Document
    layers: dict[str, Rows]
    asked: list[Terms]
    spelled: Counter[str]
    asked_for: Floats
    told_of: NDArray[np.bool_]
    meanings: NDArray[np.float32]
    text_meaning: NDArray[np.float32]


LAYERS: dict[str, Callable[[Terms], Row]] = {
    "words": lambda terms: dict.fromkeys([*terms.words, *chain.from_iterable(terms.concepts)], 1.0),
    "syllables": lambda terms: dict.fromkeys(terms.syllables, 1.0),
    "grams": lambda terms: {gram: 1 + math.log(count) for gram, count in terms.grams.items()},
}
"""A question in three forms: words (with their concepts), pairs of syllables, runs of letters."""


class Compiler:
    """Compiles entries; what did not change since the last time is not compiled again."""

    def __init__(self, analyser: Analyser, meaning: Meaning | None) -> None:
        self.analyser = analyser
        self.meaning = meaning
        self.vocabularies: dict[str, dict[str, int]] = {name: {} for name in LAYERS}
        self._kept: dict[str, Compiled] = {}

    def compile(self, documents: Sequence[Document]) -> list[Compiled]:
        if self.meaning:
            self.meaning.remember(text for one in documents for text in read_texts(one))
        for one in documents:
            kept = self._kept.get(one.id)
            if kept is None or kept.document != one:
                self._kept[one.id] = self._compile(one)
        return [self._kept[one.id] for one in documents]

    def _compile(self, document: Document) -> Compiled:
        asked = [self.analyser.terms(question) for question in document.questions]
        texts = [self.analyser.terms(text) for text in document.texts if text]
        layers = {}
        for name, row_of in LAYERS.items():
            rows = [self._numbered(name, row_of(terms)) for terms in asked]
            said = [self._numbered(name, row_of(terms)) for terms in texts]
            layers[name] = Rows(
                features=_joined(rows),
                counts=np.array([count for row in rows for count in row.values()]),
                lengths=np.array([len(row) for row in rows], dtype=np.int32),
                asked=np.unique(_joined(rows)),
                said=np.unique(_joined([*rows, *said])),
            )
        return Compiled(
            document,
            layers,
            asked,
            Spelling.count(document.questions, self.analyser.dictionary),
            np.mean([self.analyser.asked_for(question) for question in document.questions], axis=0),
            np.any([self.analyser.asked_for(text) for text in document.texts or [""]], axis=0),
            self._meanings(document.questions),
            self._meanings(_read(document)).sum(axis=0),
        )

    def _numbered(self, layer: str, row: Row) -> dict[int, float]:
        ids = self.vocabularies[layer]
        return {ids.setdefault(feature, len(ids)): count for feature, count in row.items()}

    def _meanings(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.meaning is None or not texts:
            return np.zeros((len(texts) or 1, SIZE), dtype=np.float32)
        return self.meaning.of_many(texts)


def read_texts(document: Document) -> list[str]:
    """The texts whose meaning is compared."""
    return [*document.questions, *_read(document)]


def _read(document: Document) -> list[str]:
    """The text whose meaning stands for the whole answer: its first, the answer itself."""
    return [text for text in document.texts[:1] if text]


def _joined(rows: Iterable[dict[int, float]]) -> Ids:
    return np.fromiter(chain.from_iterable(rows), dtype=np.int32)
