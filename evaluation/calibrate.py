"""`python -m evaluation.calibrate`: fit the weights of the search and write `weights.yml`.

It learns from the knowledge itself. Each question is asked while its own wording is left out of the
index, clean and spoiled; mixtures of two wordings are asked of the whole index; and two kinds of
message must not be answered: those of `unanswerable.yml`, and each question again with its entry
taken away. The held-out questions of `tests/data/` are never read.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from api.faq.index import Comparison, Document, Floats, Index
from api.faq.judge import CHOICES, signs
from api.faq.knowledge_files import EntryInFile, read
from api.faq.terms import Analyser
from api.thai_text import office_dictionary
from evaluation.fitting import logistic_weights, rank_weights
from evaluation.noise import Noise

KNOWLEDGE = Path("knowledge")
WEIGHTS = Path("api/faq/weights.yml")
UNANSWERABLE = Path("evaluation/unanswerable.yml")
FOLDS = 5
ANSWER_FROM = 0.45
ASK_BACK_FROM = 0.2

# How much each kind of message counts, so that the mixture is like what people send.
LEFT_OUT, SPOILED, MIXED, TAKEN_AWAY, UNKNOWN = 0.5, 0.3, 0.25, 0.1, 5.0

_HEAD = """\
# The weights of the search. Written by `python -m evaluation.calibrate`; do not edit by hand.
# Fit again after a large change of the knowledge or of synonyms.yml, and look at `make evaluate`.
"""


@dataclass(frozen=True)
class Example:
    comparison: Comparison
    right: int | None
    weight: float


def main() -> None:
    entries = [entry for _, entry in read(KNOWLEDGE)]
    examples = [*_answerable(entries), *_unanswerable(entries)]
    known = [example for example in examples if example.right is not None]
    ranking = rank_weights(
        np.stack([example.comparison.features for example in known]),
        np.array([example.right for example in known]),
        np.array([example.weight for example in known]),
    )
    rows, first, three, weights = _verdicts([*examples, *_taken_away(known)], ranking)
    fitted = {
        "ranking": ranking,
        "first_is_right": logistic_weights(rows, first, weights),
        "one_of_three_is_right": logistic_weights(rows, three, weights),
    }
    lines = [f"{name}: {[round(float(x), 3) for x in found]}" for name, found in fitted.items()]
    lines += [f"answer_from: {ANSWER_FROM}", f"ask_back_from: {ASK_BACK_FROM}"]
    WEIGHTS.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(examples)} examples of {len(entries)} entries; wrote {WEIGHTS}")


def index_of(entries: list[EntryInFile], analyser: Analyser, without: int | None = None) -> Index:
    """The index of the entries; `without` leaves out every fifth question, beginning there."""
    return Index(
        [
            Document(
                entry.id,
                [q for n, q in enumerate(entry.questions) if n % FOLDS != without],
                [entry.answer, entry.detail or ""],
            )
            for entry in entries
        ],
        analyser,
    )


def _answerable(entries: list[EntryInFile]) -> list[Example]:
    analyser, noise = Analyser(KNOWLEDGE), Noise(2570, office_dictionary(KNOWLEDGE))
    whole = index_of(entries, analyser)
    examples = []
    for fold in range(FOLDS):
        index = index_of(entries, analyser, without=fold)
        for row, entry in enumerate(entries):
            for question in entry.questions[fold::FOLDS]:
                spoiled = noise.spoil(question)
                other = entry.questions[(entry.questions.index(question) + 1) % FOLDS]
                mixed = noise.mix(question, other)
                examples += [
                    Example(index.compare(question), row, LEFT_OUT),
                    Example(index.compare(spoiled), row, SPOILED),
                    Example(whole.compare(mixed), row, MIXED),
                ]
    # Exact and empty questions are not judged by weights.
    return [e for e in examples if e.comparison.exact is None and e.comparison.word_count]


def _unanswerable(entries: list[EntryInFile]) -> list[Example]:
    index = index_of(entries, Analyser(KNOWLEDGE))
    kinds = yaml.safe_load(UNANSWERABLE.read_text(encoding="utf-8"))
    asked = [index.compare(message) for kind in kinds.values() for message in kind]
    return [Example(comparison, None, UNKNOWN) for comparison in asked if comparison.word_count]


def _taken_away(known: list[Example]) -> list[Example]:
    return [
        Example(
            Comparison(
                np.delete(example.comparison.features, int(example.right or 0), axis=0),
                None,
                example.comparison.word_count,
                example.comparison.strange,
            ),
            None,
            TAKEN_AWAY,
        )
        for example in known
        if example.weight in (LEFT_OUT, MIXED)
    ]


def _verdicts(examples: list[Example], ranking: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """The signs of each example, whether its first and its first three are right, its weight."""
    rows, first, three = [], [], []
    for example in examples:
        scores = example.comparison.features @ ranking
        order = [int(row) for row in np.argsort(-scores, kind="stable")[:CHOICES]]
        rows.append(signs(example.comparison, scores, order))
        first.append(order[0] == example.right)
        three.append(example.right in order)
    weights = np.array([example.weight for example in examples])
    return np.array(rows), np.array(first, float), np.array(three, float), weights


if __name__ == "__main__":
    main()
