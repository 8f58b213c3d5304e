"""The searchable form of every entry, held in memory, and what a question has in common with each.

A question is compared in two steps. What all ways to ask an entry say together is cheap to compare
and chooses the candidates; each of their ways to ask is then compared on its own, in three layers
(words, syllables, runs of letters), weighed by how few entries hold them, and by meaning.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from api.faq.compiled import LAYERS, Compiled, Compiler, Document, Floats, Row, Rows
from api.faq.meaning import SIZE, Lens, unit
from api.faq.spelling import Spelling
from api.faq.terms import Terms

CANDIDATES = 64
"""Entries that are compared way by way. More cost time and change nothing (DECISIONS.md)."""

NEAR = 0.7
"""How much of a word is said by another word of the same concept."""

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
    "subject",
    "is_outside",
)
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Comparison:
    """What a question has in common with the candidates: one row each, one column a feature."""

    candidates: Places
    features: Floats
    exact: int | None
    word_count: int
    strange: float


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
class _Weighed:
    """A question's known features with their rarities; `strange` is the weight of the unknown."""

    features: Places
    weights: Floats
    strange: float
    norm: float


class _Layer:
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

    def weigh(self, row: Row) -> _Weighed:
        found = [(self._ids.get(feature, self._known), count) for feature, count in row.items()]
        known = [(f, count) for f, count in found if self._is_said(f)]
        features = np.array([f for f, _ in known], dtype=np.int64)
        weights = np.array([count for _, count in known]) * self._rarity[features]
        strange = [count * self._rarest for f, count in found if not self._is_said(f)]
        norm = np.sqrt((weights**2).sum() + sum(one**2 for one in strange))
        return _Weighed(features, weights, float(sum(strange)), float(max(norm, 1e-9)))

    def _is_said(self, feature: int) -> bool:
        return feature < self._known and bool(self._said.counts[feature])

    def asked(self, weighed: _Weighed) -> Floats:
        """How much of what the question says, by rarity, the ways to ask each entry say."""
        return self._coverage(weighed, self._asked)

    def said(self, weighed: _Weighed) -> Floats:
        """The same with the answer's words."""
        return self._coverage(weighed, self._said)

    def _coverage(self, weighed: _Weighed, postings: _Postings) -> Floats:
        spans = [postings.of(feature) for feature in weighed.features]
        whole = max(weighed.weights.sum() + weighed.strange, 1e-9)
        if not spans:
            return np.zeros(self.size)
        shares = np.repeat(weighed.weights / whole, [len(span) for span in spans])
        return np.bincount(np.concatenate(spans), shares, minlength=self.size)

    def similarities(self, weighed: _Weighed, rows: Places) -> Floats:
        """The cosine between the question and each of the `rows`."""
        sought = np.zeros(self._known + 1)
        sought[weighed.features] = weighed.weights / weighed.norm
        places, owners = _spread(self._row_starts[rows], self._row_lengths[rows])
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


class Index:
    def __init__(self, documents: Sequence[Document], compiler: Compiler) -> None:
        compiled = compiler.compile(documents)
        self._compiler = compiler
        self.ids = [one.id for one in documents]
        self.is_outside = np.array([one.is_outside for one in documents], dtype=bool)
        self.in_english = {one.id for one in documents if one.is_in_english}
        self._exact = {terms.key: n for n, one in enumerate(compiled) for terms in one.asked}
        self._layers = {
            name: _Layer(name, compiler.vocabularies[name], [one.layers[name] for one in compiled])
            for name in LAYERS
        }
        self._counts = np.array([len(one.asked) for one in compiled], dtype=np.int64)
        self._starts = np.cumsum(self._counts) - self._counts
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
        self, weighed: dict[str, _Weighed], meaning: NDArray[np.float32], chosen: Places
    ) -> list[Floats]:
        """Of each candidate's ways to ask: the nearest in each layer, the nearest in all together,
        and the three nearest.
        """
        counts = self._counts[chosen]
        rows, owners = _spread(self._starts[chosen], counts)
        each = [self._layers[name].similarities(weighed[name], rows) for name in LAYERS]
        each.append((self._meanings[rows] @ meaning).astype(float))
        together = np.mean(each, axis=0)
        starts = np.cumsum(counts) - counts
        return [
            *(np.maximum.reduceat(one, starts) for one in [*each, together]),
            _best_three(together, owners, starts),
        ]

    def _by_subject(self, columns: Sequence[Floats], chosen: Places) -> Floats:
        """How near the best three other entries of each candidate's subject are."""
        near = columns[FEATURES.index("nearest_three")]
        subjects = self._subjects[chosen]
        is_other = (subjects[:, None] == subjects) & ~np.eye(len(chosen), dtype=bool)
        best = np.sort(np.where(is_other, near, 0.0), axis=1)[:, -3:].sum(axis=1)
        counted: Floats = best / np.clip(is_other.sum(axis=1), 1, 3)
        return counted


def _spread(starts: Places, lengths: Places) -> tuple[Places, Places]:
    """The places of spans that begin at `starts`, one after the other, and whose span each is."""
    owners = np.repeat(np.arange(len(lengths)), lengths)
    before = np.cumsum(lengths) - lengths
    return np.arange(len(owners)) + (starts - before)[owners], owners


def _best_three(values: Floats, owners: Places, starts: Places) -> Floats:
    """The mean of the three largest values of each owner (of all, where it has fewer)."""
    order = np.lexsort((-values, owners))
    rank = np.arange(len(values)) - starts[owners]
    is_best = rank < 3
    sums = np.bincount(owners[is_best], values[order][is_best], minlength=len(starts))
    found: Floats = sums / np.bincount(owners[is_best], minlength=len(starts))
    return found


def _codes(terms: Terms) -> tuple[list[str], list[tuple[str, ...]]]:
    """Years, telephone numbers, names of systems: an entry that lacks them says something else."""
    codes = [
        (word, near)
        for word, near in zip(terms.words, terms.concepts, strict=True)
        if word.isascii()
    ]
    return [word for word, _ in codes], [near for _, near in codes]
