"""The two small models of the search, fitted with numpy alone."""

import numpy as np

from api.faq.compiled import Floats


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


def logistic_weights(signs: Floats, happened: Floats, weights: Floats) -> Floats:
    """Logistic regression by Newton's method; the first sign is the constant."""
    scale = np.maximum(signs.std(axis=0), 1e-6)
    scale[0] = 1.0
    scaled = signs / scale
    penalty = np.full(signs.shape[1], 0.5)
    penalty[0] = 0.0
    fitted = np.zeros(signs.shape[1])
    for _ in range(30):
        likely = 1 / (1 + np.exp(-np.clip(scaled @ fitted, -30, 30)))
        gradient = scaled.T @ (weights * (happened - likely)) - penalty * fitted
        curvature = (scaled * (weights * likely * (1 - likely))[:, None]).T @ scaled
        fitted = fitted + np.linalg.solve(curvature + np.diag(penalty + 1e-6), gradient)
    return fitted / scale
