"""`python -m evaluation`: how well the knowledge answers questions it was never shown.

Writes `evaluation/report.md`, `report.json` and the reliability curve. Rasa's ResponseSelector is
trained again only when the entries or the messages changed, as that takes ten minutes.
"""

import random
import time
from dataclasses import replace

from api.faq.compiled import Compiler, Document
from api.faq.index import Index
from api.faq.search import compiler, examine
from api.prepare import model_path, train
from evaluation import measure, report, sets
from evaluation.bot_python import in_rasa
from evaluation.calibrate import documents
from evaluation.noise import Noise
from evaluation.selector import ResponseSelector

NOISE = {"10 % of the letters disturbed": 0.1, "20 % of the letters disturbed": 0.2}
SIZES = (1_000, 20_000)
SEED = 2569


def main() -> None:
    _stop_at_near_copies()
    asked, unanswerable = sets.held_out(), sets.held_out_unanswerable()
    subject_of = {entry.id: subject for subject, entry in sets.entries()}
    ours = system_of(Index(documents(), compiler(sets.KNOWLEDGE)))
    systems = {
        "ours": (measure.ask(ours, asked, subject_of), measure.ask_unanswerable(ours, unanswerable))
    }
    noise = Noise(SEED)
    for name, share in NOISE.items():
        spoiled = [replace(one, question=noise.disturb(one.question, share)) for one in asked]
        systems[f"ours, {name}"] = (measure.ask(ours, spoiled, subject_of), systems["ours"][1])
    messages = [one.question for one in asked] + [one.message for one in unanswerable]
    selector = ResponseSelector(documents(), messages)
    systems["ResponseSelector (DIET, 12 epochs)"] = (
        measure.ask(selector, asked, subject_of),
        measure.ask_unanswerable(selector, unanswerable),
    )
    header = (
        f"{len(subject_of)} entries, {len(asked)} questions and {len(unanswerable)} messages that"
        " must not be answered, all written by other hands than the examples and never fitted to."
    )
    report.write(header, systems, intents(), speed())
    print((report.FOLDER / "report.md").read_text("utf-8"))


def system_of(index: Index) -> measure.System:
    def system(question: str) -> measure.Ranked:
        found, nearest = examine(index, question)
        return found.outcome.value, nearest, found.score

    return system


def intents() -> list[tuple[str, str]]:
    """What each message of `held_out/intents.yml` means, and what the trained bot takes it for."""
    rows = sets.read_rows(sets.FOLDER / "held_out" / "intents.yml")
    model = model_path()
    if not model.exists():
        train(model)
    found = in_rasa("intents", model, [row["message"] for row in rows])
    return [(str(row["intent"]), one["name"]) for row, one in zip(rows, found, strict=True)]


def speed() -> dict[str, dict[str, float]]:
    """With more entries than the office has: its own, over and over, with their words mixed."""
    by, dice = compiler(sets.KNOWLEDGE), random.Random(SEED)  # noqa: S311  # Must repeat itself.
    own = documents()
    questions = [one.question for one in dice.sample(sets.held_out(), 200)]
    found = {}
    for size in SIZES:
        many = [_mixed(own, n, dice) for n in range(size)]
        index = Index(many, mixing := Compiler(by.analyser, by.meaning))
        took = []
        for question in questions:
            started = time.perf_counter()
            index.compare(question)
            took.append(1000 * (time.perf_counter() - started))
        took.sort()
        many[0] = replace(many[0], questions=(*many[0].questions, "คำถามที่เพิ่งเพิ่มเข้ามาใหม่"))
        started = time.perf_counter()
        Index(many, mixing)
        changed = time.perf_counter() - started
        found[f"{size:,}"] = {"p50": took[100], "p95": took[190], "changed": changed}
    return found


def _mixed(own: list[Document], n: int, dice: random.Random) -> Document:
    """A made-up entry: five ways to ask of one entry of ours, with one word of another in each."""
    one, other = dice.choice(own), dice.choice(own)
    ways = [dice.choice(one.questions) for _ in range(5)]
    return replace(one, id=f"{one.id}-{n}", questions=tuple(ways), texts=other.texts or one.texts)


def _stop_at_near_copies() -> None:
    if copies := sets.near_copies():
        lines = "\n".join(f"  {held}  ~  {example}" for held, example in copies)
        raise SystemExit(f"Held-out messages that are nearly copies of examples:\n{lines}")


if __name__ == "__main__":
    main()
