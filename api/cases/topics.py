"""What a citizen's words are about: the likely topics, and the agency that is named in them.

A small linear model over words, runs of characters and kinds of agency, learnt from the examples
and keywords of `knowledge/routes.yml` in about a second, whenever the service starts. Runs of
characters catch what is misspelled or cut wrongly.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from api.cases.knowledge import Knowledge, load
from api.cases.models import CaseKind
from api.cases.routing import Agency, AgencyType
from api.settings import get_settings
from api.thai_text import grams, normalise, words

LONGEST_READ = 2000
"""Characters of a story that are looked at; what it is about stands at its beginning."""
MOST_AGENCIES = 5
_LIKELY_SHOWN = 2
_FAINTLY_POSSIBLE = 0.03
_SHORT_NAME = 4
_GRAM_SIZES = range(2, 4)
_WEIGHTS = {"word": 1.0, "pair": 1.0, "gram": 0.6, "agency": 1.0}
_RIDGE = 0.3
_BIAS = 0.3
# The ridge's scores lie between -1 and 1. Chosen so that of the held-out complaints given about
# 0.8 some eight in ten are right.
_SHARPNESS = 12.0

type _Counts = Counter[tuple[str, str]]


@dataclass(frozen=True)
class Proposal:
    topics: tuple[tuple[str, float], ...]
    """Every topic with its probability, the likeliest first."""
    agency: str | None
    agencies: tuple[str, ...]
    """Agencies to choose from, the likeliest first."""

    @property
    def shown(self) -> tuple[tuple[str, float], ...]:
        """The topics to choose from: the two likeliest, and always "not sure" as the last.

        Corruption is among them already when it is faintly possible, because a report that goes
        another way is not confidential.
        """
        chances = dict(self.topics)
        likely = [topic for topic, _ in self.topics if topic != "unknown"][:_LIKELY_SHOWN]
        if "corruption" not in likely and chances["corruption"] >= _FAINTLY_POSSIBLE:
            likely.append("corruption")
        return tuple((topic, chances[topic]) for topic in (*likely, "unknown"))

    @property
    def outside_ministry(self) -> bool:
        return self.topics[0][0] == "outside_ministry"


def propose(kind: CaseKind, detail: str) -> Proposal:
    """What the citizen most likely means; they confirm or correct it."""
    return _proposer(get_settings().knowledge_dir).propose(kind, detail)


def prepare() -> None:
    """Learn now, so that the first citizen does not wait for it."""
    _proposer(get_settings().knowledge_dir)


class _Proposer:
    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._names = _names(knowledge)
        topics: list[str] = []
        texts: list[_Counts] = []
        for route in knowledge.routes.values():
            for text in (route.name, route.covers, *route.keywords, *route.examples):
                topics.append(route.topic)
                texts.append(self._features(normalise(text)))
        self._model = _LinearModel(texts, topics)

    def propose(self, kind: CaseKind, detail: str) -> Proposal:
        text = normalise(detail[:LONGEST_READ])
        topics = self._model.probabilities(self._features(text))
        sure = _topic_of_kind(kind)
        if sure:
            topics = [(sure, 1.0), *((topic, 0.0) for topic, _ in topics if topic != sure)]
        named = self._agencies_in(text)
        usual = self._knowledge.routes[topics[0][0]].agencies
        choices = tuple(dict.fromkeys((*named, *usual)))[:MOST_AGENCIES]
        return Proposal(tuple(topics), named[0] if named else None, choices)

    def _features(self, text: str) -> _Counts:
        cut = words(text)
        named = self._agencies_in(text)
        return Counter(
            [
                *(("word", word) for word in cut),
                *(("pair", f"{first} {second}") for first, second in pairwise(cut)),
                *(("gram", run) for run in grams(text.replace(" ", ""), _GRAM_SIZES)),
                *(("agency", self._knowledge.agencies[name].type) for name in named),
            ]
        )

    def _agencies_in(self, text: str) -> list[str]:
        """The agencies named, as they come; the office as a whole only after all others."""
        found: list[tuple[bool, int, str]] = []
        places: set[tuple[int, int]] = set()
        taken = [False] * len(text)
        for name, agency in self._names:
            start = text.find(name)
            while start >= 0:
                end = start + len(name)
                stands_alone = len(name) > _SHORT_NAME or _is_set_off(text, start, end)
                if not stands_alone:
                    places = places or _places_of_words(text)
                    stands_alone = (start, end) in places
                if stands_alone and not any(taken[start:end]):
                    taken[start:end] = [True] * len(name)
                    found.append((agency.type == AgencyType.office, start, agency.name))
                start = text.find(name, start + 1)
        return list(dict.fromkeys(name for _, _, name in sorted(found)))


class _LinearModel:
    """Ridge regression on TF-IDF, one score a topic; solved in its dual form, for texts are few."""

    def __init__(self, texts: Sequence[_Counts], labels: Sequence[str]) -> None:
        self._labels = sorted(set(labels))
        in_texts = Counter(feature for counts in texts for feature in counts)
        self._columns = {feature: column for column, feature in enumerate(in_texts)}
        frequencies = np.fromiter(in_texts.values(), dtype=np.float32)
        self._idf = (np.log((1 + len(texts)) / (1 + frequencies)) + 1).astype(np.float32)
        matrix = np.stack([self._vector(counts) for counts in texts])
        label = np.array([self._labels.index(name) for name in labels])
        wanted = np.full((len(texts), len(self._labels)), -1 / (len(self._labels) - 1))
        wanted[np.arange(len(texts)), label] = 1
        # Each topic counts the same, however many examples were written for it.
        share = len(texts) / len(self._labels) / np.bincount(label)[label]
        kernel = (matrix @ matrix.T + _BIAS).astype(np.float64)
        dual = np.linalg.solve(kernel + np.diag(_RIDGE / share), wanted).astype(np.float32)
        self._weights = matrix.T @ dual
        self._bias = _BIAS * dual.sum(axis=0)

    def probabilities(self, counts: _Counts) -> list[tuple[str, float]]:
        scores = _SHARPNESS * (self._vector(counts) @ self._weights + self._bias)
        raised = np.exp(scores - scores.max())
        chances = raised / raised.sum()
        order = np.argsort(-chances, kind="stable")
        return [(self._labels[i], float(chances[i])) for i in order]

    def _vector(self, counts: _Counts) -> np.ndarray:
        vector = np.zeros(len(self._columns), dtype=np.float32)
        for feature, count in counts.items():
            column = self._columns.get(feature)
            if column is not None:
                vector[column] = _WEIGHTS[feature[0]] * (1 + np.log(count)) * self._idf[column]
        length = np.linalg.norm(vector)
        return vector / length if length else vector


def _topic_of_kind(kind: CaseKind) -> str | None:
    if kind == CaseKind.corruption:
        return "corruption"
    if kind in (CaseKind.suggestion, CaseKind.compliment):
        return "suggestion"
    return None


def _names(knowledge: Knowledge) -> list[tuple[str, Agency]]:
    """Every name of every agency, the longest first, so that a part never hides the whole."""
    names = [
        (normalise(name), agency)
        for agency in knowledge.agencies.values()
        for name in (agency.name, *agency.also)
    ]
    return sorted(names, key=lambda pair: -len(pair[0]))


def _is_set_off(text: str, start: int, end: int) -> bool:
    """Whether no letter stands right before or after."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() or after.isalnum())


def _places_of_words(text: str) -> set[tuple[int, int]]:
    places, position = set(), 0
    for word in words(text):
        position = text.index(word, position)
        places.add((position, position + len(word)))
        position += len(word)
    return places


@lru_cache
def _proposer(folder: Path) -> _Proposer:
    return _Proposer(load(folder))
