"""The searchable form of every entry, held in memory, and what a question has in common with each.

A question is compared in two steps. What all ways to ask an entry say together is cheap to compare
and chooses the candidates; each of their ways to ask is then compared on its own, in three layers
(words, syllables, runs of letters), weighed by how few entries hold them, and by meaning.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from api.faq.compiled import LAYERS, Compiled, Compiler, Document, Floats
from api.faq.layer import Layer, Places, Weighed, spread
from api.faq.meaning import SIZE, Lens, unit
from api.faq.spelling import Spelling
from api.faq.terms import Terms

CANDIDATES = 64
"""Entries that are compared way by way. More cost time and change nothing (DECISIONS.md)."""

SELDOM = 0.05
"""Share of the ways to ask an entry; what fewer of them ask for was hardly ever asked of it."""

_YEAR = re.compile(r"2[56]\d\d")

FEATURES = (
    *(f"nearest_{layer}" for layer in LAYERS),
    "nearest_meaning",
    "nearest_of_all",
    "nearest_three",
    *(f"asked_{layer}" for layer in LAYERS),
    *(f"said_{layer}" for layer in LAYERS),
    "mean_meaning",
    "text_meaning",
    "missing",
    "missing_code",
    "missing_year",
    "seldom_asked_for",
    "never_asked_for",
    "usually_asked_for",
    "not_told_of",
    "subject",
    "is_outside",
)


@dataclass(frozen=True)
class Comparison:
    """What a question has in common with the candidates: one row each, one column a feature."""

    candidates: Places
    features: Floats
    exact: int | None
    word_count: int
    strange: float


class Index:
    def __init__(self, documents: Sequence[Document], compiler: Compiler) -> None:
        compiled = compiler.compile(documents)
        self._compiler = compiler
        self.ids = [one.id for one in documents]
        self.is_outside = np.array([one.is_outside for one in documents], dtype=bool)
        self.in_english = {one.id for one in documents if one.is_in_english}
        self._exact = {terms.key: n for n, one in enumerate(compiled) for terms in one.asked}
        self._layers = {
            name: Layer(name, compiler.vocabularies[name], [one.layers[name] for one in compiled])
            for name in LAYERS
        }
        self._counts = np.array([len(one.asked) for one in compiled], dtype=np.int64)
        self._starts = np.cumsum(self._counts) - self._counts
        self._asked_for = np.array([one.asked_for for one in compiled])
        self._told_of = np.array([one.told_of for one in compiled])
        self._prepare_meanings(compiled)
        self._spelling = Spelling((one.spelled for one in compiled), compiler.analyser.dictionary)
        subjects = sorted({one.subject for one in documents})
        self._subjects = np.array([subjects.index(one.subject) for one in documents], dtype=int)

    def _prepare_meanings(self, compiled: Sequence[Compiled]) -> None:
        self._lens = Lens([one.meanings for one in compiled])
        if not compiled:
            return
        self._meanings = self._lens(np.concatenate([one.meanings for one in compiled]))
        self._text_meanings = self._lens(np.stack([one.text_meaning for one in compiled]))
        self._mean_meanings = unit(np.add.reduceat(self._meanings, self._starts, axis=0))

    def compare(self, question: str, among: Sequence[int] = ()) -> Comparison:
        """With the best candidates, or with those of the places `among`."""
        terms = self._compiler.analyser.terms(question)
        if not terms.words or not self.ids:
            nothing = np.zeros(0, dtype=np.int64)
            # A greeting says nothing that is looked for, but it is no gibberish.
            is_read = any(map(str.isalnum, terms.key))
            return Comparison(nothing, np.zeros((0, len(FEATURES))), None, 0, float(not is_read))
        weighed = {name: self._layers[name].weigh(row_of(terms)) for name, row_of in LAYERS.items()}
        meaning = self._meaning_of(question)
        asked = {name: layer.asked(weighed[name]) for name, layer in self._layers.items()}
        said = {name: layer.said(weighed[name]) for name, layer in self._layers.items()}
        near = self._mean_meanings @ meaning
        exact = None if among else self._exact.get(terms.key)
        scores = sum(asked.values()) + said["words"] + near
        chosen = np.array(among) if among else self._candidates(scores, exact)
        words = self._layers["words"]
        columns: list[Floats] = [
            *self._by_way(weighed, meaning, chosen),
            *(asked[name][chosen] for name in LAYERS),
            *(said[name][chosen] for name in LAYERS),
            near[chosen].astype(float),
            (self._text_meanings[chosen] @ meaning).astype(float),
            words.missing(terms.words, terms.concepts)[chosen],
            words.missing(*_codes(terms))[chosen],
            (words.missing(*_years(terms))[chosen] > 0).astype(float),
            *self._by_kind(question, chosen),
        ]
        grams = weighed["grams"]
        return Comparison(
            chosen,
            np.stack([*columns, self._by_subject(columns, chosen), self.is_outside[chosen]], 1),
            exact,
            len(set(terms.words)),
            grams.strange / max(grams.strange + float(grams.weights.sum()), 1e-9),
        )

    def _meaning_of(self, question: str) -> NDArray[np.float32]:
        meaning = self._compiler.meaning
        if meaning is None:
            return np.zeros(SIZE, np.float32)
        return self._lens(meaning.of(self._spelling.mended(question)))

    def _candidates(self, scores: Floats, exact: int | None) -> Places:
        size = min(CANDIDATES, len(self.ids))
        chosen = np.argpartition(-scores, size - 1)[:size]
        if exact is not None and exact not in chosen:
            chosen[-1] = exact
        return np.sort(chosen)

    def _by_way(
        self, weighed: dict[str, Weighed], meaning: NDArray[np.float32], chosen: Places
    ) -> list[Floats]:
        """Of each candidate's ways to ask: the nearest in each layer, the nearest in all together,
        and the three nearest.
        """
        counts = self._counts[chosen]
        rows, owners = spread(self._starts[chosen], counts)
        each = [self._layers[name].similarities(weighed[name], rows) for name in LAYERS]
        each.append((self._meanings[rows] @ meaning).astype(float))
        together = np.mean(each, axis=0)
        starts = np.cumsum(counts) - counts
        return [
            *(np.maximum.reduceat(one, starts) for one in [*each, together]),
            _best_three(together, owners, starts),
        ]

    def _by_kind(self, question: str, chosen: Places) -> list[Floats]:
        """Whether people ask the candidates for such a thing at all: who, how much, since when."""
        kinds = np.flatnonzero(self._compiler.analyser.asked_for(question))
        if not len(kinds):
            return [
                np.ones(len(chosen)),
                np.zeros(len(chosen)),
                np.ones(len(chosen)),
                np.zeros(len(chosen)),
            ]
        asked = self._asked_for[np.ix_(chosen, kinds)]
        is_strange = (asked < SELDOM) & ~self._told_of[np.ix_(chosen, kinds)]
        return [asked.min(1), (asked == 0).sum(1), asked.mean(1), is_strange.sum(1)]

    def _by_subject(self, columns: Sequence[Floats], chosen: Places) -> Floats:
        """How near the best three other entries of each candidate's subject are."""
        near = columns[FEATURES.index("nearest_three")]
        subjects = self._subjects[chosen]
        is_other = (subjects[:, None] == subjects) & ~np.eye(len(chosen), dtype=bool)
        best = np.sort(np.where(is_other, near, 0.0), axis=1)[:, -3:].sum(axis=1)
        counted: Floats = best / np.clip(is_other.sum(axis=1), 1, 3)
        return counted


def _best_three(values: Floats, owners: Places, starts: Places) -> Floats:
    """The mean of the three largest values of each owner (of all, where it has fewer)."""
    order = np.lexsort((-values, owners))
    rank = np.arange(len(values)) - starts[owners]
    is_best = rank < 3
    sums = np.bincount(owners[is_best], values[order][is_best], minlength=len(starts))
    found: Floats = sums / np.bincount(owners[is_best], minlength=len(starts))
    return found


Words = tuple[list[str], list[tuple[str, ...]]]


def _codes(terms: Terms) -> Words:
    """Years, telephone numbers, names of systems: an entry that lacks them says something else."""
    return _those(terms, str.isascii)


def _years(terms: Terms) -> Words:
    """An entry of another year has the wrong figures."""
    return _those(terms, lambda word: bool(_YEAR.fullmatch(word)))


def _those(terms: Terms, is_meant: Callable[[str], bool]) -> Words:
    both = zip(terms.words, terms.concepts, strict=True)
    found = [(word, near) for word, near in both if is_meant(word)]
    return [word for word, _ in found], [near for _, near in found]
