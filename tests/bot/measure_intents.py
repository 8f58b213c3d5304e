"""How well are intents told apart? Cross-validation of variants on the bot's own examples.

Run it by hand: `.venv-bot/bin/python -m tests.bot.measure_intents [--errors]`. Beside the plain
accuracy it tells the share of messages that would take the person to the right place: questions,
small questions out of scope and messages nobody understood all end in the same search.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.intent_classifier import LinearIntentClassifier
from bot.components.thai_tokenizer import ThaiTokenizer

_TO_THE_SEARCH = {"ask_question", "out_of_scope", "help", None}
_VARIANTS: dict[str, dict[str, Any]] = {
    "as configured": {},
    "words only": {"characters": [1, 0]},
    "characters only": {"words": [1, 0]},
    "characters 2-4": {"characters": [2, 4]},
    "C = 20": {"C": 20.0},
    "C = 150": {"C": 150.0},
}


class _InMemory(LinearIntentClassifier):
    def _persist(self) -> None:
        pass


def _examples() -> list[tuple[str, str]]:
    pairs = []
    for path in sorted(Path("bot/data/nlu").glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in block["examples"].splitlines():
                text = line[2:].strip()
                if text and not text.startswith("/"):
                    pairs.append((text, block["intent"]))
    return pairs


def _predict(config: dict[str, Any], train: list[Message], test: list[Message]) -> Iterator[Any]:
    classifier = _InMemory(config, None, Resource("intents"))  # type: ignore[arg-type]
    classifier.train(TrainingData(train))
    for message in test:
        ranking = classifier._rank(message)
        best = ranking[0]
        yield (best["name"] if best["confidence"] >= 0.3 else None), best["confidence"]


def _folds(messages: list[Message], count: int) -> Iterator[tuple[list[Message], list[Message]]]:
    by_intent = sorted(messages, key=lambda message: (message.get(INTENT), random.random()))
    for fold in range(count):
        test = by_intent[fold::count]
        yield [message for message in by_intent if message not in test], test


def main() -> None:
    random.seed(7)
    tokenizer = ThaiTokenizer(ThaiTokenizer.get_default_config())
    messages = [Message({TEXT: text, INTENT: intent}) for text, intent in _examples()]
    tokenizer.process(messages)
    folds = list(_folds(messages, 5))
    print(f"{len(messages)} examples, {len({m.get(INTENT) for m in messages})} intents, 5 folds")
    print(f"{'variant':<18}{'accuracy':>9}{'right place':>13}{'calibration':>13}{'train s':>9}")
    for name, config in _VARIANTS.items():
        right = place = 0
        bins: dict[int, list[tuple[float, bool]]] = {}
        wrong: Counter = Counter()
        started = time.perf_counter()
        for train, test in folds:
            for message, (guess, chance) in zip(test, _predict(config, train, test), strict=False):
                truth = message.get(INTENT)
                right += guess == truth
                same = guess == truth or {guess, truth} <= _TO_THE_SEARCH
                place += same
                bins.setdefault(min(int(chance * 10), 9), []).append((chance, guess == truth))
                if not same:
                    wrong[(truth, guess, message.get(TEXT), round(chance, 2))] += 1
        gap = sum(abs(sum(c for c, _ in b) - sum(r for _, r in b)) for b in bins.values())
        took = (time.perf_counter() - started) / len(folds)
        total = len(messages)
        print(
            f"{name:<18}{right / total:>9.1%}{place / total:>13.1%}{gap / total:>13.3f}{took:>9.1f}"
        )
        if "--errors" in sys.argv:
            for truth, guess, text, chance in sorted(wrong, key=lambda w: (w[0], str(w[1]))):
                print(f"    {truth} -> {guess} {chance}: {text}")
            break


if __name__ == "__main__":
    main()
