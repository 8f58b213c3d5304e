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

from api.faq.index import FEATURES, Comparison, Floats

CHOICES = 3

SIGNS = (
    "constant",
    "share",
    "lead",
    "score",
    *FEATURES,
    "strange",
    "length",
    "length_times_strange",
)
"""What the certainty of a verdict is computed from."""

_WEIGHTS_FILE = Path(__file__).with_name("weights.yml")


class Weights(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    ranking: Annotated[list[float], Field(min_length=len(FEATURES), max_length=len(FEATURES))]
    first_is_right: Annotated[list[float], Field(min_length=len(SIGNS), max_length=len(SIGNS))]
    one_of_three_is_right: Annotated[
        list[float], Field(min_length=len(SIGNS), max_length=len(SIGNS))
    ]
    answer_from: Annotated[float, Field(gt=0, lt=1)]
    ask_back_from: Annotated[float, Field(gt=0, lt=1)]


@lru_cache
def weights() -> Weights:
    return Weights.model_validate(yaml.safe_load(_WEIGHTS_FILE.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Verdict:
    """`order` holds rows of the comparison, best first; the two numbers are probabilities."""

    order: list[int]
    first_is_right: float
    one_of_three_is_right: float


def judge(comparison: Comparison, by: Weights) -> Verdict:
    if comparison.exact is not None:
        return Verdict([comparison.exact], 1.0, 1.0)
    if not comparison.word_count:
        return Verdict([], 0.0, 0.0)
    scores = comparison.features @ np.array(by.ranking)
    order = [int(row) for row in np.argsort(-scores, kind="stable")[:CHOICES]]
    found = signs(comparison, scores, order)
    return Verdict(
        order,
        _probability(found @ np.array(by.first_is_right)),
        _probability(found @ np.array(by.one_of_three_is_right)),
    )


def signs(comparison: Comparison, scores: Floats, order: list[int]) -> Floats:
    best = scores[order[0]]
    following = scores[order[1]] if len(order) > 1 else 0.0
    share = 1 / np.exp(scores - best).sum()
    length = np.log1p(comparison.word_count)
    return np.array(
        [
            1.0,
            np.log(share / max(1 - share, 1e-6)),
            best - following,
            best,
            *comparison.features[order[0]],
            comparison.strange,
            length,
            length * comparison.strange,
        ]
    )


def _probability(logit: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(logit, -30, 30))))
