"""`python -m evaluation.calibrate`: fit the weights of the search and write `weights.yml`.

It learns from questions whose right entry is known: each way to ask, clean and spoiled, asked of an
index without it; and the development questions, which another hand wrote and which therefore count
most. Three kinds of message must not be answered: those of `unanswerable.yml`, those of
`knowledge/outside.yml`, asked the same way, and each question again with its entry taken away.
Nothing in `held_out/` is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.faq.compiled import Compiler, Document, Floats
from api.faq.index import Comparison, Index
from api.faq.judge import ranked, signs, terms
from api.faq.search import compiler, documents_of_files
from evaluation.fitting import logistic_weights, rank_weights
from evaluation.limits import choose_limits
from evaluation.noise import Noise
from evaluation.sets import KNOWLEDGE, development, unanswerable_for_fitting

WEIGHTS = Path("api/faq/weights.yml")
FOLDS = 5
"""Every fifth way to ask is left out, and asked."""

SEED = 2570
PARTS = 3

BESIDE = "beside_an_entry"
"""Messages written to be hard: good to learn from, but no measure of what people ask."""

# How much each kind of message counts, so that the mixture is like what people send.
LEFT_OUT, SPOILED, DEVELOPMENT, DISTURBED = 0.15, 0.1, 4.0, 1.5
OUTSIDE, TAKEN_AWAY, UNKNOWN = 0.6, 0.6, 3.0

_HEAD = """\
# The weights of the search. Written by `python -m evaluation.calibrate`; do not edit by hand.
# Fit again after a large change of the knowledge or of synonyms.yml, and look at `make evaluate`.
"""


@dataclass(frozen=True)
class Example:
    """A comparison, the places that are right in it (none: must not be answered), its weight.

    The limits are chosen on what `is_usual`: people's own messages, in the mixture they send.
    """

    comparison: Comparison
    right: frozenset[int]
    weight: float
    is_usual: bool = False


def main() -> None:
    examples = [one for one in _examples() if _is_judged(one.comparison)]
    fitted = fit(examples)
    first, three, first_right, three_right, has_answer = _judged_by_others(examples)
    # The examples hold more hard messages than people send; this brings back what is usual.
    for name, odds, happened in (
        ("first_is_right", first, first_right),
        ("one_of_three_is_right", three, three_right),
    ):
        base, slope = _to_usual(odds, happened)
        odds[:] = base + slope * odds
        fitted[name] = slope * fitted[name]
        fitted[name][0] += base
    limits = choose_limits(first, three, first_right, has_answer)
    lines = [f"{name}: {[float(f'{x:.4g}') for x in found]}" for name, found in fitted.items()]
    lines += [f"{name}: {value}" for name, value in limits.items()]
    WEIGHTS.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(examples)} examples; wrote {WEIGHTS}: {limits}")


def _to_usual(odds: Floats, happened: NDArray[np.bool_]) -> tuple[float, float]:
    """Base and slope that make log odds true of people's messages."""
    terms_of_odds = np.stack([np.ones(len(odds)), odds], axis=1)
    base, slope = logistic_weights(terms_of_odds, happened, np.ones(len(odds)), penalty=1e-3)
    return float(base), float(slope)


def fit(examples: list[Example]) -> dict[str, Floats]:
    ranking = rank_weights(*_to_rank(examples))
    taken = [one for example in examples if (one := _taken_away(example))]
    found, first, three = _verdicts([*examples, *taken], ranking)
    middle, width = found.mean(axis=0), np.maximum(found.std(axis=0), 1e-6)
    rows = terms(found, middle, width)
    weights = np.array([example.weight for example in [*examples, *taken]])
    return {
        "ranking": ranking,
        "middle": middle,
        "width": width,
        "first_is_right": logistic_weights(rows, first, weights),
        "one_of_three_is_right": logistic_weights(rows, three, weights),
    }


def _judged_by_others(examples: list[Example]) -> Iterator[NDArray[Any]]:
    """Of people's messages both log odds, by weights that were fitted without them, whether they
    came true, and whether there is an answer at all.
    """
    people = [n for n, example in enumerate(examples) if example.is_usual]
    found = []
    for part in range(PARTS):
        asked = {n for n in people if n % PARTS == part}
        spoiled = {n + 1 for n in asked}  # Behind each question stands the same one, spoiled.
        fitted = fit([one for n, one in enumerate(examples) if n not in asked | spoiled])
        those = [examples[n] for n in sorted(asked)]
        signs_of_those, *is_right = _verdicts(those, fitted["ranking"])
        rows = terms(signs_of_those, fitted["middle"], fitted["width"])
        odds = (rows @ fitted[name] for name in ("first_is_right", "one_of_three_is_right"))
        has_answer = np.array([bool(example.right) for example in those])
        found.append((*odds, *(column > 0 for column in is_right), has_answer))
    return (np.concatenate(column) for column in zip(*found, strict=True))


def documents(without: int | None = None) -> list[Document]:
    """Everything that can be found; `without` leaves out every fifth way to ask, from there on."""
    whole = documents_of_files(KNOWLEDGE)
    return [
        replace(
            one, questions=tuple(q for n, q in enumerate(one.questions) if n % FOLDS != without)
        )
        for one in whole
    ]


def _examples() -> Iterator[Example]:
    by, noise = compiler(KNOWLEDGE), Noise(SEED)
    whole = documents()
    index = Index(documents(without=FOLDS - 1), Compiler(by.analyser, by.meaning))
    for place, document in enumerate(whole):
        for question in document.questions[FOLDS - 1 :: FOLDS]:
            yield from _asked_again(index, place, document, question, noise)
    index = Index(whole, by)
    places = {document.id: place for place, document in enumerate(whole)}
    for asked in development():
        right = frozenset(places[entry] for entry in asked.right if entry in places)
        spoiled = noise.disturb(asked.question, 0.1)
        yield Example(index.compare(asked.question), right, DEVELOPMENT, is_usual=True)
        yield Example(index.compare(spoiled), right, DISTURBED)
    for one in unanswerable_for_fitting():
        yield Example(index.compare(one.message), frozenset(), UNKNOWN, is_usual=one.kind != BESIDE)


def _asked_again(
    index: Index, place: int, document: Document, question: str, noise: Noise
) -> Iterator[Example]:
    right = frozenset([place])
    if document.is_outside:
        yield Example(index.compare(question), right, OUTSIDE)
        return
    yield Example(index.compare(question), right, LEFT_OUT)
    yield Example(index.compare(noise.spoil(question)), right, SPOILED)


def _is_judged(comparison: Comparison) -> bool:
    """Exact and empty questions are not judged by weights."""
    return comparison.exact is None and comparison.word_count > 0


def _rows(example: Example) -> list[int]:
    return [n for n, place in enumerate(example.comparison.candidates) if place in example.right]


def _to_rank(examples: list[Example]) -> tuple[Floats, Floats, Floats]:
    known = [(one, _rows(one)) for one in examples if _rows(one)]
    size = max(len(one.comparison.candidates) for one, _ in known)
    features = np.zeros((len(known), size, known[0][0].comparison.features.shape[1]))
    right = np.zeros((len(known), size))
    for n, (one, rows) in enumerate(known):
        features[n, : len(one.comparison.candidates)] = one.comparison.features
        right[n, rows] = 1.0
    return features, right, np.array([one.weight for one, _ in known])


def _taken_away(example: Example) -> Example | None:
    """The same question where its entry does not exist: the neighbours must not answer it."""
    rows = _rows(example)
    if not rows or example.weight not in (DEVELOPMENT, LEFT_OUT):
        return None
    comparison = replace(
        example.comparison,
        candidates=np.delete(example.comparison.candidates, rows),
        features=np.delete(example.comparison.features, rows, axis=0),
    )
    return Example(comparison, frozenset(), TAKEN_AWAY * example.weight / DEVELOPMENT)


def _verdicts(examples: list[Example], ranking: Floats) -> tuple[Floats, Floats, Floats]:
    """The signs of each example, whether its first and one of its first three are right."""
    rows, first, three = [], [], []
    for example in examples:
        scores = example.comparison.features @ ranking
        order = ranked(example.comparison, scores)
        places = [int(example.comparison.candidates[row]) for row in order]
        rows.append(signs(example.comparison, scores, order))
        first.append(places[0] in example.right)
        three.append(bool(example.right & set(places)))
    return np.array(rows), np.array(first, float), np.array(three, float)


if __name__ == "__main__":
    main()
