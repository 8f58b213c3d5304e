"""What `make evaluate` writes: `report.md` for people, `report.json` for programs, one picture."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from evaluation.measure import (
    VERDICTS,
    Figures,
    Result,
    calibration_error,
    confusion,
    grouped,
    reliability,
    worst,
)

FOLDER = Path(__file__).parent
PICTURE = "reliability.png"

WORDS = {
    "right": "answered right",
    "wrong": "answered wrong",
    "offered": "asked back, the right one among the choices",
    "not_offered": "asked back, the right one not among the choices",
    "declined": "declined",
}


def overall(asked: Sequence[Result], unanswerable: Sequence[Result]) -> dict[str, float]:
    """The figures that the aims speak of, as shares; times in milliseconds."""
    figures, others = Figures(list(asked)), Figures(list(unanswerable))
    return {
        **{verdict: figures.share(verdict) for verdict in VERDICTS},
        "first": figures.first,
        "among_three": figures.among_three,
        "unanswerable_answered": others.answered,
        "unanswerable_asked_back": others.asked_back,
        "calibration_error": calibration_error([*asked, *unanswerable]),
        "p50_ms": figures.milliseconds(0.5),
        "p95_ms": figures.milliseconds(0.95),
    }


def write(
    header: str,
    systems: dict[str, tuple[list[Result], list[Result]]],
    intents: Sequence[tuple[str, str]],
    speed: dict[str, dict[str, float]],
) -> dict[str, Any]:
    """`systems` holds ours first. Returns what went into the JSON."""
    asked, unanswerable = next(iter(systems.values()))
    sums = {name: overall(*results) for name, results in systems.items()}
    content = {
        "overall": sums,
        "by_register": _by(asked, lambda r: r.group),
        "by_subject": _by(asked, lambda r: r.subject),
        "unanswerable_by_kind": {
            kind: {"count": f.count, "answered": f.answered, "asked_back": f.asked_back}
            for kind, f in grouped(unanswerable, lambda r: r.group).items()
        },
        "intent_accuracy": accuracy(intents),
        "speed": speed,
    }
    parts = [
        f"# How well the answers are found\n\n{header}\n",
        _sums(sums),
        f"![Promised and kept probabilities]({PICTURE})\n",
        _table("By register", content["by_register"]),
        _table("By subject", content["by_subject"]),
        _kinds(content["unanswerable_by_kind"]),
        _intents(intents, content["intent_accuracy"]),
        _speed(speed),
        _worst(asked, unanswerable),
    ]
    (FOLDER / "report.md").write_text("\n".join(part for part in parts if part), "utf-8")
    text = json.dumps(content, ensure_ascii=False, indent=1, default=float)
    (FOLDER / "report.json").write_text(text + "\n", "utf-8")
    draw({name: [*asked, *others] for name, (asked, others) in systems.items()})
    return content


def accuracy(pairs: Sequence[tuple[str, str]]) -> float | None:
    return sum(meant == taken for meant, taken in pairs) / len(pairs) if pairs else None


def draw(systems: dict[str, list[Result]]) -> None:
    """The reliability curve: what was promised along the bottom, what came true upwards."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(5.2, 4.6), layout="constrained")
    axes.plot([0, 1], [0, 1], "--", color="0.6", label="perfect")
    for name, results in systems.items():
        curve = reliability(results)
        axes.plot([c[0] for c in curve], [c[1] for c in curve], "o-", label=name)
    axes.set(
        xlabel="promised probability", ylabel="share that was right", xlim=(0, 1), ylim=(0, 1.02)
    )
    axes.legend(loc="lower right")
    figure.savefig(FOLDER / PICTURE, dpi=110)
    pyplot.close(figure)


def _by(results: Iterable[Result], by: Any) -> dict[str, dict[str, float]]:
    return {
        name: {
            "count": f.count,
            "first": f.first,
            "among_three": f.among_three,
            **{verdict: f.share(verdict) for verdict in VERDICTS},
        }
        for name, f in grouped(results, by).items()
    }


def _sums(sums: dict[str, dict[str, float]]) -> str:
    names = list(sums)
    rows = [
        *((WORDS[verdict], verdict) for verdict in VERDICTS),
        ("right entry ranked first", "first"),
        ("right entry among the first three", "among_three"),
        ("must not be answered: answered all the same", "unanswerable_answered"),
        ("must not be answered: asked back", "unanswerable_asked_back"),
        ("calibration error", "calibration_error"),
    ]
    lines = [f"| | {' | '.join(names)} |", "| --- |" + " --- |" * len(names)]
    lines += [
        f"| {said} | {' | '.join(_percent(sums[n][key]) for n in names)} |" for said, key in rows
    ]
    times = (f"{sums[n]['p50_ms']:.1f} / {sums[n]['p95_ms']:.1f}" for n in names)
    return "\n".join([*lines, f"| ms a question, p50 / p95 | {' | '.join(times)} |", ""])


def _table(title: str, groups: dict[str, dict[str, float]]) -> str:
    keys = ["first", "among_three", *VERDICTS]
    lines = [
        f"## {title}\n",
        f"| | n | {' | '.join(keys)} |",
        "| --- | --- |" + " --- |" * len(keys),
    ]
    for name, row in groups.items():
        shares = " | ".join(_percent(row[key]) for key in keys)
        lines.append(f"| {name} | {row['count']} | {shares} |")
    return "\n".join([*lines, ""])


def _kinds(kinds: dict[str, dict[str, float]]) -> str:
    lines = [
        "## Must not be answered\n",
        "| kind | n | answered | asked back |",
        "| --- | --- | --- | --- |",
    ]
    for kind, row in kinds.items():
        shares = f"{_percent(row['answered'])} | {_percent(row['asked_back'])}"
        lines.append(f"| {kind} | {row['count']} | {shares} |")
    return "\n".join([*lines, ""])


def _intents(pairs: Sequence[tuple[str, str]], share: float | None) -> str:
    if share is None:
        return ""
    counted: Counter[str] = Counter(meant for meant, _ in pairs)
    wrong = confusion(pair for pair in pairs if pair[0] != pair[1])
    lines = [f"## Intents\n\n{_percent(share)} of {len(pairs)} messages.\n"]
    lines += ["| meant | n | right | taken for |", "| --- | --- | --- | --- |"]
    for intent, count in sorted(counted.items()):
        taken = {b: n for (a, b), n in wrong.most_common() if a == intent}
        right = 1 - sum(taken.values()) / count
        others = ", ".join(f"{name} {n}" for name, n in taken.items())
        lines.append(f"| {intent} | {count} | {_percent(right)} | {others} |")
    return "\n".join([*lines, ""])


def _speed(speed: dict[str, dict[str, float]]) -> str:
    lines = [
        "## Speed\n",
        "| entries | p50 ms | p95 ms | one entry changed, s |",
        "| --- | --- | --- | --- |",
    ]
    for entries, row in speed.items():
        lines.append(f"| {entries} | {row['p50']:.1f} | {row['p95']:.1f} | {row['changed']:.2f} |")
    return "\n".join([*lines, ""]) if speed else ""


def _worst(asked: Sequence[Result], unanswerable: Sequence[Result]) -> str:
    lines = [
        "## The worst thirty\n",
        "| p | message | answered or offered | right |",
        "| --- | --- | --- | --- |",
    ]
    for one in worst([*asked, *unanswerable]):
        given = (
            one.ranked[0]
            if one.outcome == "answered"
            else f"{one.outcome}: {', '.join(one.ranked)}"
        )
        right = ", ".join(sorted(one.right)) or "nothing"
        lines.append(f"| {one.score:.2f} | {one.message.replace('|', '/')} | {given} | {right} |")
    return "\n".join([*lines, ""])


def _percent(share: float) -> str:
    return f"{share:.1%}"
