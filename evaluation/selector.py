"""Rasa's ResponseSelector on the same entries and messages, for comparison.

Its limit is chosen by the same rule as ours, on the same development questions. What it found is
kept in `models/`, and found again (in half an hour) when the entries or the messages changed.
"""

import hashlib
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from api.faq.compiled import Document
from api.prepare import MODELS
from evaluation.bot_python import in_rasa
from evaluation.limits import choose_limits
from evaluation.measure import Ranked
from evaluation.sets import Asked, development, unanswerable_for_fitting

_TINY = 1e-6


class ResponseSelector:
    """Finds like our search: answers, asks back, or declines."""

    def __init__(self, documents: Sequence[Document], messages: Sequence[str]) -> None:
        self._outside = {one.id for one in documents if one.is_outside}
        asked = development()
        others = [one.message for one in unanswerable_for_fitting()]
        every = dict.fromkeys([*(one.question for one in asked), *others, *messages])
        self._rankings = _rankings({one.id: list(one.questions) for one in documents}, list(every))
        self._limits = self._choose(asked, others)

    def __call__(self, message: str) -> Ranked:
        ranked, score, three = self._ranked(message)
        if score >= self._limits["answer_from"]:
            return "answered", ranked, score
        asks_back = three >= self._limits["ask_back_from"] and bool(ranked)
        return "choices" if asks_back else "unknown", ranked, score

    def _ranked(self, message: str) -> tuple[list[str], float, float]:
        ranking = [(i, p) for i, p in self._rankings[message] if i not in self._outside][:3]
        is_ours = bool(ranking) and self._rankings[message][0][0] not in self._outside
        score = ranking[0][1] if is_ours else 0.0
        return [entry for entry, _ in ranking], score, sum(p for _, p in ranking)

    def _choose(self, asked: Sequence[Asked], others: Sequence[str]) -> dict[str, float]:
        found = [self._ranked(one.question) for one in asked] + [self._ranked(m) for m in others]
        right = [one.right for one in asked] + [frozenset[str]() for _ in others]
        return choose_limits(
            _log_odds([score for _, score, _ in found]),
            _log_odds([three for *_, three in found]),
            np.array([f[0][:1] != [] and f[0][0] in r for f, r in zip(found, right, strict=True)]),
            np.array([bool(one) for one in right]),
        )


def _log_odds(chances: Sequence[float]) -> np.ndarray:
    kept = np.clip(np.array(chances), _TINY, 1 - _TINY)
    return np.log(kept / (1 - kept))


def _rankings(
    examples: dict[str, list[str]], messages: list[str]
) -> dict[str, list[tuple[str, float]]]:
    given = {"examples": examples, "messages": messages}
    recipe = Path(__file__).with_name("in_rasa.py").read_bytes()
    fingerprint = hashlib.sha256(json.dumps(given).encode() + recipe).hexdigest()[:16]
    kept = MODELS / f"response-selector-{fingerprint}.json"
    if not kept.exists():
        print("Training Rasa's ResponseSelector: about half an hour")
        with tempfile.TemporaryDirectory() as folder:
            found = in_rasa("selector", Path(folder), given)
        kept.write_text(json.dumps(dict(zip(messages, found, strict=True))), encoding="utf-8")
    rankings: dict[str, list[tuple[str, float]]] = json.loads(kept.read_text(encoding="utf-8"))
    return rankings
