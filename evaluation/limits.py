"""Where to answer, where to ask back and where to admit: chosen on people's own messages."""

import numpy as np
from numpy.typing import NDArray

from api.faq.compiled import Floats

Bools = NDArray[np.bool_]

MOST_WRONG = 0.02
"""Share of the answerable questions that may get a wrong answer, and of the others any answer."""

MOST_NEEDLESS_CHOICES = 0.25
"""Share of the unanswerable messages that may be asked back about."""


def choose_limits(
    first: Floats, three: Floats, is_right: Bools, has_answer: Bools
) -> dict[str, float]:
    """The lowest limits at which not too much is wrong; `first` and `three` are log odds."""
    return {
        "answer_from": _probability(_answer_from(first, is_right, has_answer)),
        "ask_back_from": _probability(np.quantile(three[~has_answer], 1 - MOST_NEEDLESS_CHOICES)),
    }


def _answer_from(first: Floats, is_right: Bools, has_answer: Bools) -> float:
    for limit in np.sort(first):
        given = first >= limit
        wrong = (given & has_answer & ~is_right).sum() / has_answer.sum()
        invented = (given & ~has_answer).sum() / (~has_answer).sum()
        if wrong <= MOST_WRONG and invented <= MOST_WRONG:
            return float(limit)
    return float(first.max())


def _probability(log_odds: float) -> float:
    return round(float(1 / (1 + np.exp(-log_odds))), 3)
