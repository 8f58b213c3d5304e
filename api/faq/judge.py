"""From what a question shares with the entries to a verdict: answer, ask back, or admit.

The weights come from `weights.yml`, which `python -m evaluation.calibrate` writes.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field

from api.faq.compiled import Floats
from api.faq.index import FEATURES, Comparison

CHOICES = 3

SIGNS = (
    "share",
    "lead",
    "lead_of_kind",
    "score",
    "rest",
    *FEATURES,
    *(f"lead_{feature}" for feature in FEATURES),
    "strange",
    "length",
    "length_times_strange",
)
"""What the certainty of a verdict is computed from, each and by twos: that nobody asks such a thing
of an entry means more when the question is short.
"""

_PAIRS = np.triu_indices(len(SIGNS))
_MOST = 6.0
"""Usual widths. Beyond, a pair of signs says nothing more."""

TERM_COUNT = 1 + len(SIGNS) + len(_PAIRS[0])

_WEIGHTS_FILE = Path(__file__).with_name("weights.yml")
_OUTSIDE = FEATURES.index("is_outside")


class Weights(BaseModel):
    """`middle` and `width` are the signs' usual values and how far they usually are from them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ranking: Annotated[list[float], Field(min_length=len(FEATURES), max_length=len(FEATURES))]
    middle: Annotated[list[float], Field(min_length=len(SIGNS), max_length=len(SIGNS))]
    width: Annotated[
        list[Annotated[float, Field(gt=0)]], Field(min_length=len(SIGNS), max_length=len(SIGNS))
    ]
    first_is_right: Annotated[list[float], Field(min_length=TERM_COUNT, max_length=TERM_COUNT)]
    one_of_three_is_right: Annotated[
        list[float], Field(min_length=TERM_COUNT, max_length=TERM_COUNT)
    ]
    answer_from: Annotated[float, Field(gt=0, lt=1)]
    ask_back_from: Annotated[float, Field(gt=0, lt=1)]


@lru_cache
def weights() -> Weights:
    return Weights.model_validate(yaml.safe_load(_WEIGHTS_FILE.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Verdict:
    """`order` holds entries' places in the index, best first; the numbers are probabilities.

    `outside` is the subject that is not ours when that is nearer than every entry.
    """

    order: list[int]
    outside: int | None
    first_is_right: float
    one_of_three_is_right: float


def judge(comparison: Comparison, by: Weights) -> Verdict:
    """Probabilities that the first entry, or one of the first three, answers the question."""
    if not comparison.word_count:
        return Verdict([], None, 0.0, 0.0)
    scores = comparison.features @ np.array(by.ranking)
    order = ranked(comparison, scores)
    outside = nearer_outside(comparison, scores)
    places = [int(comparison.candidates[row]) for row in order]
    if comparison.exact is not None:
        return _exact(comparison, comparison.exact, places)
    if not order:
        return Verdict([], outside, 0.0, 0.0)
    found = terms(signs(comparison, scores, order), np.array(by.middle), np.array(by.width))
    return Verdict(
        places,
        outside,
        _probability(found @ np.array(by.first_is_right)),
        _probability(found @ np.array(by.one_of_three_is_right)),
    )


def _exact(comparison: Comparison, exact: int, places: list[int]) -> Verdict:
    row = int(np.flatnonzero(comparison.candidates == exact)[0])
    if comparison.features[row, _OUTSIDE]:
        return Verdict(places, exact, 0.0, 0.0)
    return Verdict([exact, *(p for p in places if p != exact)][:CHOICES], None, 1.0, 1.0)


def ranked(comparison: Comparison, scores: Floats, most: int = CHOICES) -> list[int]:
    """Rows of the best entries; subjects that are not ours are no answers."""
    ours = np.flatnonzero(comparison.features[:, _OUTSIDE] == 0)
    return [int(row) for row in ours[np.argsort(-scores[ours], kind="stable")][:most]]


def nearer_outside(comparison: Comparison, scores: Floats) -> int | None:
    best = int(np.argmax(scores))
    return int(comparison.candidates[best]) if comparison.features[best, _OUTSIDE] else None


def signs(comparison: Comparison, scores: Floats, order: list[int]) -> Floats:
    best = scores[order[0]]
    following = scores[order[1]] if len(order) > 1 else best - 10
    outside = scores[comparison.features[:, _OUTSIDE] > 0]
    share = np.exp(best - scores.max()) / np.exp(scores - scores.max()).sum()
    length = np.log1p(comparison.word_count)
    three = sorted(scores[order])
    first = comparison.features[order[0]]
    others = np.delete(comparison.features, order[0], axis=0)
    leads = first - others.max(axis=0, initial=0.0)
    return np.array(
        [
            np.log(share / max(1 - share, 1e-6)),
            best - following,
            best - outside.max() if len(outside) else 10.0,
            best,
            three[0],
            *first,
            *leads,
            comparison.strange,
            length,
            length * comparison.strange,
        ]
    )


def terms(signs: Floats, middle: Floats, width: Floats) -> Floats:
    """One, the signs (a row, or many) in their usual widths, and the product of each two."""
    scaled = (signs - middle) / width
    pairs = np.clip(scaled[..., _PAIRS[0]] * scaled[..., _PAIRS[1]], -_MOST, _MOST)
    return np.concatenate([np.ones((*scaled.shape[:-1], 1)), scaled, pairs], axis=-1)


def _probability(logit: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(logit, -30, 30))))
