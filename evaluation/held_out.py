"""What the search does with the questions of `tests/data/`, to which nothing was fitted."""

import time
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from api.faq.index import Index
from api.faq.judge import judge, weights
from api.faq.search import Outcome, find

HELD_OUT = Path("tests/data/asked_questions.yml")


@dataclass
class Figures:
    """Shares are of the answerable questions, except `unanswerable_*`."""

    asked: int = 0
    unanswerable: int = 0
    counted: dict[str, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    worst: list[tuple[float, str, str, str]] = field(default_factory=list)

    def count(self, *names: str) -> None:
        for name in names:
            self.counted[name] = self.counted.get(name, 0) + 1

    def share(self, name: str) -> float:
        whole = self.unanswerable if name.startswith("unanswerable") else self.asked
        return self.counted.get(name, 0) / max(whole, 1)

    def milliseconds(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def measure(index: Index, held_out: Path = HELD_OUT) -> Figures:
    written = yaml.safe_load(held_out.read_text(encoding="utf-8"))
    figures = Figures()
    for asked in written["answerable"]:
        figures.asked += 1
        _measure_one(index, asked["question"], asked["entry"], figures)
    for message in written["unanswerable"]:
        figures.unanswerable += 1
        _measure_one(index, str(message), None, figures)
    figures.worst.sort(reverse=True)
    return figures


def _measure_one(index: Index, question: str, right: str | None, figures: Figures) -> None:
    started = time.perf_counter()
    found = find(index, question)
    figures.seconds.append(time.perf_counter() - started)
    if right is None:
        figures.count(f"unanswerable_{found.outcome.value}")
        if found.outcome is Outcome.answered:
            figures.worst.append((found.score, question, found.entry_ids[0], "nothing"))
        return
    ranked = [index.ids[row] for row in judge(index.compare(question), weights()).order]
    if ranked[:1] == [right]:
        figures.count("first")
    if right in ranked:
        figures.count("among_three")
    if found.outcome is Outcome.answered:
        is_right = found.entry_ids == [right]
        figures.count("answered_right" if is_right else "wrong")
        if not is_right:
            figures.worst.append((found.score, question, found.entry_ids[0], right))
    elif found.outcome is Outcome.choices:
        figures.count("asked_back_right" if right in found.entry_ids else "asked_back_wrong")
    else:
        figures.count("declined")
