"""The searchable form of every entry, held in memory, and what a question has in common with each.

Questions are compared in two layers: words (with the concepts they belong to) and
runs of characters, both weighed by how few entries hold them.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from api.faq.terms import Analyser, Terms

PART_WEIGHT = 0.001
CONCEPT_WEIGHT = 1.0

NEAR = 0.7
"""How much of a word is said by another word of the same concept."""

Floats = NDArray[np.float64]
Row = dict[str, float]


@dataclass(frozen=True)
class Document:
    """What the index needs of an entry."""

    id: str
    questions: Sequence[str]
    texts: Sequence[str]


class Layer:
    """Rows of features turned around, feature -> rows, and the rarity of each feature."""

    def __init__(self, rows: Sequence[Row], entries: Sequence[int]) -> None:
        self.size = len(rows)
        self._ids: dict[str, int] = {}
        features = np.array(
            [self._ids.setdefault(f, len(self._ids)) for row in rows for f in row], dtype=np.int64
        )
        counts = np.array([count for row in rows for count in row.values()])
        owners = np.repeat(np.arange(self.size), np.array([len(row) for row in rows], dtype=int))
        # A word that every question of one entry holds is rare all the same: entries are counted.
        entry_count = max(entries, default=0) + 1
        held = np.unique(features * entry_count + np.asarray(entries, dtype=np.int64)[owners])
        frequency = np.bincount(held // entry_count, minlength=len(self._ids))
        self._rarity: Floats = np.log((entry_count + 1) / (frequency + 0.5))
        self._rarest = float(np.log((entry_count + 1) / 0.5))
        weights = counts * self._rarity[features]
        norms = np.sqrt(np.bincount(owners, weights**2, minlength=self.size))
        order = np.argsort(features, kind="stable")
        ends = np.cumsum(np.bincount(features, minlength=len(self._ids)))
        self._starts = np.concatenate([[0], ends])
        self._owners = owners[order]
        self._weights = (weights / np.maximum(norms[owners], 1e-9))[order]

    def similarity(self, row: Row) -> Floats:
        """The cosine between a question and each row."""
        features, weights, strange = self._weigh(row)
        norm = np.sqrt((weights**2).sum() + (strange**2).sum())
        return self._sum(features, weights / max(norm, 1e-9), self._weights)

    def coverage(self, row: Row) -> Floats:
        """How much of what the question says, by rarity, each row says too."""
        features, weights, strange = self._weigh(row)
        return self._sum(features, weights / max(weights.sum() + strange.sum(), 1e-9), None)

    def strange_share(self, row: Row) -> float:
        """How much of what the question says, by rarity, no row says."""
        _, weights, strange = self._weigh(row)
        return float(strange.sum() / max(weights.sum() + strange.sum(), 1e-9))

    def missing(self, words: Sequence[str], near: Sequence[Sequence[str]]) -> Floats:
        """How rare the rarest word is that a row does not say, not even by a near word; 0 to 1."""
        rarest = np.zeros(self.size)
        for word, others in zip(words, near, strict=True):
            said = np.zeros(self.size)
            for other in others:
                said[self._rows_with(other)] = NEAR
            said[self._rows_with(word)] = 1.0
            feature = self._ids.get(word)
            rarity = self._rarest if feature is None else self._rarity[feature]
            rarest = np.maximum(rarest, (1 - said) * rarity)
        return rarest / self._rarest

    def _rows_with(self, feature: str) -> NDArray[np.int64]:
        known = self._ids.get(feature)
        if known is None:
            return np.zeros(0, dtype=np.int64)
        return self._owners[self._starts[known] : self._starts[known + 1]]

    def _weigh(self, row: Row) -> tuple[NDArray[np.int64], Floats, Floats]:
        known = [(self._ids[f], count) for f, count in row.items() if f in self._ids]
        features = np.array([feature for feature, _ in known], dtype=np.int64)
        weights = np.array([count for _, count in known]) * self._rarity[features]
        strange = [count * self._rarest for f, count in row.items() if f not in self._ids]
        return features, weights, np.array(strange)

    def _sum(
        self, features: NDArray[np.int64], weights: Floats, row_weights: Floats | None
    ) -> Floats:
        spans = [slice(self._starts[f], self._starts[f + 1]) for f in features]
        if not spans:
            return np.zeros(self.size)
        values = np.repeat(weights, [span.stop - span.start for span in spans])
        if row_weights is not None:
            values = values * np.concatenate([row_weights[span] for span in spans])
        owners = np.concatenate([self._owners[span] for span in spans])
        return np.bincount(owners, values, minlength=self.size)


FEATURES = (
    "nearest_words",
    "nearest_grams",
    "mean",
    "question_words",
    "question_grams",
    "text_words",
    "text_grams",
    "missing",
    "missing_code",
)


@dataclass(frozen=True)
class Comparison:
    """What a question has in common with each entry: one row an entry, one column a feature."""

    features: Floats
    exact: int | None
    word_count: int
    strange: float


class Index:
    def __init__(self, documents: Sequence[Document], analyser: Analyser) -> None:
        self._analyser = analyser
        self.ids = [document.id for document in documents]
        asked = [[analyser.terms_of_entry(q) for q in document.questions] for document in documents]
        texts = [[analyser.terms_of_entry(t) for t in document.texts] for document in documents]
        flat = [terms for one in asked for terms in one]
        entries = [n for n, one in enumerate(asked) for _ in one]
        self._exact = {terms.key: n for terms, n in zip(flat, entries, strict=True)}
        self._counts = np.array([len(one) for one in asked])
        self._starts = np.cumsum([0, *self._counts])[:-1]
        words, grams = [_words(terms) for terms in flat], [_grams(terms) for terms in flat]
        self._words = Layer(words, entries)
        self._grams = Layer(grams, entries)
        self._question_words, self._text_words = self._by_entry(words, texts, _words)
        self._question_grams, self._text_grams = self._by_entry(grams, texts, _grams)

    def _by_entry(
        self, rows: list[Row], texts: list[list[Terms]], row_of: Callable[[Terms], Row]
    ) -> tuple[Layer, Layer]:
        """What all questions of an entry say, and what they say together with its answer."""
        each = range(len(texts))
        stops = self._starts + self._counts
        asked = [_union(rows[a:b]) for a, b in zip(self._starts, stops, strict=True)]
        both = [_union([one, *map(row_of, text)]) for one, text in zip(asked, texts, strict=True)]
        return Layer(asked, each), Layer(both, each)

    def compare(self, question: str) -> Comparison:
        terms = self._analyser.terms(question)
        words, grams = _words(terms), _grams(terms)
        if not words or not self.ids:
            return Comparison(np.zeros((len(self.ids), len(FEATURES))), None, 0, 1.0)
        by_words = self._words.similarity(words)
        by_grams = self._grams.similarity(grams)
        columns = [
            np.maximum.reduceat(by_words, self._starts),
            np.maximum.reduceat(by_grams, self._starts),
            np.add.reduceat(by_words + by_grams, self._starts) / self._counts / 2,
            self._question_words.coverage(words),
            self._question_grams.coverage(grams),
            self._text_words.coverage(words),
            self._text_grams.coverage(grams),
            self._text_words.missing(terms.words, terms.concepts),
            self._text_words.missing(*_codes(terms)),
        ]
        return Comparison(
            features=np.stack(columns, axis=1),
            exact=self._exact.get(terms.key),
            word_count=len(terms.words),
            strange=self._text_grams.strange_share(grams),
        )


def _words(terms: Terms) -> Row:
    return dict.fromkeys([*terms.words, *chain.from_iterable(terms.concepts)], 1.0)


def _codes(terms: Terms) -> tuple[list[str], list[tuple[str, ...]]]:
    """Years, telephone numbers, names of systems: an entry that lacks them says something else."""
    codes = [
        (word, near)
        for word, near in zip(terms.words, terms.concepts, strict=True)
        if word.isascii()
    ]
    return [word for word, _ in codes], [near for _, near in codes]


def _grams(terms: Terms) -> Row:
    return {gram: 1 + math.log(count) for gram, count in terms.grams.items()}


def _union(rows: Iterable[Row]) -> Row:
    return dict.fromkeys(chain.from_iterable(rows), 1.0)
