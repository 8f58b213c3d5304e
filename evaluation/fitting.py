"""The two small models of the search, fitted with numpy alone."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.faq.compiled import Floats

PENALTY = 500.0
"""From 300 to 1,000 makes no difference; without it the pairs of signs learn the examples."""

MOST_STEPS = 12
ENOUGH = 1e-3


def rank_weights(features: Floats, right: Floats, weights: Floats, steps: int = 400) -> Floats:
    """Conditional logit: makes the right rows of each comparison the likeliest.

    `features` is (comparisons, rows, features), `right` (comparisons, rows) of 0 and 1. Rows that
    a comparison has too few of are zeros, which no weight makes likelier than a real one.
    """
    scale = features.std(axis=(0, 1))
    scale[scale < 1e-9] = 1.0
    scaled = features / scale
    is_row = np.abs(features).sum(axis=2) > 0
    share = weights / weights.sum()
    fitted = np.zeros(features.shape[2])
    first, second = np.zeros_like(fitted), np.zeros_like(fitted)
    for step in range(1, steps + 1):
        scores = np.where(is_row, scaled @ fitted, -1e9)
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        wanted = likely * right
        wanted /= np.maximum(wanted.sum(axis=1, keepdims=True), 1e-12)
        pull = (wanted - likely) * share[:, None]
        gradient = np.einsum("ne,nek->k", pull, scaled) - 1e-4 * fitted
        first = 0.9 * first + 0.1 * gradient
        second = 0.99 * second + 0.01 * gradient**2
        moment = first / (1 - 0.9**step)
        fitted = fitted + 0.1 * moment / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return fitted / scale


def logistic_weights(
    terms: Floats, happened: NDArray[Any], weights: Floats, penalty: float = PENALTY
) -> Floats:
    """Logistic regression by Newton's method; the first term is the constant.

    The terms have about the same width; `penalty` keeps those small that tell little.
    """
    penalties = np.full(terms.shape[1], penalty)
    penalties[0] = 1e-6
    fitted = np.zeros(terms.shape[1])
    for _ in range(MOST_STEPS):
        likely = 1 / (1 + np.exp(-np.clip(terms @ fitted, -30, 30)))
        gradient = terms.T @ (weights * (happened - likely)) - penalties * fitted
        curvature = (terms * (weights * likely * (1 - likely))[:, None]).T @ terms
        step = np.linalg.solve(curvature + np.diag(penalties), gradient)
        fitted = fitted + step
        if np.abs(step).max() < ENOUGH:
            break
    return fitted
