"""One layer of the index: which entries and which ways to ask hold the features of a question.

Features (words, pairs of syllables, runs of letters) are weighed by how few entries hold them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from api.faq.compiled import Floats, Row, Rows

NEAR = 0.7
"""How much of a word is said by another word of the same concept."""

Places = NDArray[np.int64]


class _Postings:
    """For each feature the entries that hold it."""

    def __init__(self, held: Sequence[NDArray[np.int32]], vocabulary_size: int) -> None:
        features = np.concatenate(held) if held else np.zeros(0, dtype=np.int32)
        owners = np.repeat(np.arange(len(held), dtype=np.int32), [len(one) for one in held])
        order = np.argsort(features, kind="stable")
        self.entries = owners[order]
        self.counts = np.bincount(features, minlength=vocabulary_size)
        self.starts = np.concatenate([[0], np.cumsum(self.counts)])

    def of(self, feature: int) -> NDArray[np.int32]:
        return self.entries[self.starts[feature] : self.starts[feature + 1]]


@dataclass(frozen=True)
class Weighed:
    """A question's known features with their rarities; `strange` is the weight of the unknown."""

    features: Places
    weights: Floats
    strange: float
    norm: float


class Layer:
    def __init__(self, name: str, vocabulary: dict[str, int], rows: Sequence[Rows]) -> None:
        self.size = len(rows)
        self._ids = vocabulary
        self._known = len(vocabulary)
        self._asked = _Postings([one.asked for one in rows], self._known)
        self._said = _Postings([one.said for one in rows], self._known)
        # A word that every way to ask one entry holds is rare all the same: entries are counted.
        self._rarity: Floats = np.log((self.size + 1) / (self._asked.counts + 0.5))
        self._rarest = float(np.log((self.size + 1) / 0.5))
        self._features = np.concatenate([one.features for one in rows] or [np.zeros(0, np.int32)])
        counts = np.concatenate([one.counts for one in rows] or [np.zeros(0)])
        lengths = np.concatenate([one.lengths for one in rows] or [np.zeros(0, np.int32)])
        self._row_lengths = lengths.astype(np.int64)
        self._row_starts = np.cumsum(self._row_lengths) - self._row_lengths
        weights = counts * self._rarity[self._features]
        owners = np.repeat(np.arange(len(lengths)), lengths)
        norms = np.sqrt(np.bincount(owners, weights**2, minlength=len(lengths)))
        self._weights = weights / np.maximum(norms, 1e-9)[owners]

    def weigh(self, row: Row) -> Weighed:
        found = [(self._ids.get(feature, self._known), count) for feature, count in row.items()]
        known = [(f, count) for f, count in found if self._is_said(f)]
        features = np.array([f for f, _ in known], dtype=np.int64)
        weights = np.array([count for _, count in known]) * self._rarity[features]
        strange = [count * self._rarest for f, count in found if not self._is_said(f)]
        norm = np.sqrt((weights**2).sum() + sum(one**2 for one in strange))
        return Weighed(features, weights, float(sum(strange)), float(max(norm, 1e-9)))

    def _is_said(self, feature: int) -> bool:
        return feature < self._known and bool(self._said.counts[feature])

    def asked(self, weighed: Weighed) -> Floats:
        """How much of what the question says, by rarity, the ways to ask each entry say."""
        return self._coverage(weighed, self._asked)

    def said(self, weighed: Weighed) -> Floats:
        """The same with the answer's words."""
        return self._coverage(weighed, self._said)

    def _coverage(self, weighed: Weighed, postings: _Postings) -> Floats:
        spans = [postings.of(feature) for feature in weighed.features]
        whole = max(weighed.weights.sum() + weighed.strange, 1e-9)
        if not spans:
            return np.zeros(self.size)
        shares = np.repeat(weighed.weights / whole, [len(span) for span in spans])
        return np.bincount(np.concatenate(spans), shares, minlength=self.size)

    def similarities(self, weighed: Weighed, rows: Places) -> Floats:
        """The cosine between the question and each of the `rows`."""
        sought = np.zeros(self._known + 1)
        sought[weighed.features] = weighed.weights / weighed.norm
        places, owners = spread(self._row_starts[rows], self._row_lengths[rows])
        products = sought[self._features[places]] * self._weights[places]
        return np.bincount(owners, products, minlength=len(rows))

    def missing(self, words: Sequence[str], near: Sequence[Sequence[str]]) -> Floats:
        """How rare the rarest word is that an entry does not say, nor a near one; 0 to 1."""
        rarest = np.zeros(self.size)
        for word, others in zip(words, near, strict=True):
            said = np.zeros(self.size)
            for other in others:
                said[self._entries_with(other)] = NEAR
            said[self._entries_with(word)] = 1.0
            feature = self._ids.get(word, self._known)
            rarity = self._rarest if feature >= self._known else self._rarity[feature]
            rarest = np.maximum(rarest, (1 - said) * rarity)
        return rarest / self._rarest

    def _entries_with(self, word: str) -> NDArray[np.int32]:
        feature = self._ids.get(word, self._known)
        return self._said.of(feature) if feature < self._known else np.zeros(0, dtype=np.int32)


def spread(starts: Places, lengths: Places) -> tuple[Places, Places]:
    """The places of spans that begin at `starts`, one after the other, and whose span each is."""
    owners = np.repeat(np.arange(len(lengths)), lengths)
    before = np.cumsum(lengths) - lengths
    return np.arange(len(owners)) + (starts - before)[owners], owners
