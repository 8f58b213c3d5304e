"""What the search does with messages to which nothing was fitted."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from evaluation.sets import Asked, Unanswerable

Ranked = tuple[str, list[str], float]
"""What a system does with a message: `answered`, `choices`, `outside` or `unknown`; the entries it
ranks best (three at most); the probability it gives to the first."""

System = Callable[[str], Ranked]

VERDICTS = ("right", "wrong", "offered", "not_offered", "declined")
"""Answered right or wrong; asked back with the right entry among the choices or not; declined."""


@dataclass(frozen=True)
class Result:
    """One message with what was done about it. `right` is empty when it must not be answered."""

    message: str
    right: frozenset[str]
    group: str
    subject: str
    outcome: str
    ranked: list[str]
    score: float
    milliseconds: float

    @property
    def verdict(self) -> str:
        if self.outcome == "answered":
            return "right" if self.ranked[:1] and self.ranked[0] in self.right else "wrong"
        if self.outcome == "choices":
            return "offered" if self.right & set(self.ranked[:3]) else "not_offered"
        return "declined"

    @property
    def is_first(self) -> bool:
        return bool(self.ranked) and self.ranked[0] in self.right

    @property
    def is_among_three(self) -> bool:
        return bool(self.right & set(self.ranked[:3]))


@dataclass
class Figures:
    """Shares of a group of results."""

    results: list[Result] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.results)

    def share(self, verdict: str) -> float:
        return self._share(result.verdict == verdict for result in self.results)

    @property
    def first(self) -> float:
        return self._share(result.is_first for result in self.results)

    @property
    def among_three(self) -> float:
        return self._share(result.is_among_three for result in self.results)

    @property
    def helped(self) -> float:
        """Answered right, or the right one among the choices offered."""
        return self.share("right") + self.share("offered")

    @property
    def answered(self) -> float:
        return self._share(result.outcome == "answered" for result in self.results)

    @property
    def asked_back(self) -> float:
        return self._share(result.outcome == "choices" for result in self.results)

    def milliseconds(self, share: float) -> float:
        ordered = sorted(result.milliseconds for result in self.results)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0

    def _share(self, happened: Iterable[bool]) -> float:
        return sum(happened) / max(self.count, 1)


def ask(system: System, asked: Sequence[Asked], subject_of: dict[str, str]) -> list[Result]:
    return [
        _result(system, one.question, one.right, one.register, subject_of[one.entry])
        for one in asked
    ]


def ask_unanswerable(system: System, messages: Sequence[Unanswerable]) -> list[Result]:
    return [_result(system, one.message, frozenset(), one.kind, "") for one in messages]


def grouped(results: Iterable[Result], by: Callable[[Result], str]) -> dict[str, Figures]:
    groups: dict[str, Figures] = {}
    for result in results:
        groups.setdefault(by(result), Figures()).results.append(result)
    return dict(sorted(groups.items()))


def reliability(results: Sequence[Result], bins: int = 10) -> list[tuple[float, float, int]]:
    """Of each tenth of the probabilities: the mean promised, the share that came true, how many."""
    rows: dict[int, list[Result]] = {}
    for result in results:
        if result.ranked:
            rows.setdefault(min(int(result.score * bins), bins - 1), []).append(result)
    return [
        (
            sum(one.score for one in found) / len(found),
            sum(one.is_first for one in found) / len(found),
            len(found),
        )
        for _, found in sorted(rows.items())
    ]


def calibration_error(results: Sequence[Result]) -> float:
    curve = reliability(results)
    whole = sum(count for *_, count in curve)
    return sum(abs(said - true) * count for said, true, count in curve) / max(whole, 1)


def worst(results: Sequence[Result], most: int = 30) -> list[Result]:
    """The surest mistakes first, then the right entries that were thought least likely."""
    mistakes = [r for r in results if r.verdict == "wrong"]
    missed = [r for r in results if r.right and r.verdict in ("declined", "not_offered")]
    mistakes.sort(key=lambda r: -r.score)
    missed.sort(key=lambda r: r.score)
    return [*mistakes, *missed][:most]


def confusion(pairs: Iterable[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """How often what was meant was taken for what."""
    return Counter(pairs)


def _result(
    system: System, message: str, right: frozenset[str], group: str, subject: str
) -> Result:
    started = time.perf_counter()
    outcome, ranked, score = system(message)
    took = 1000 * (time.perf_counter() - started)
    return Result(message, right, group, subject, outcome, ranked, score, took)
