"""How well are intents told apart? Variants, measured on messages they did not learn.

Run it by hand: `.venv-bot/bin/python -m tests.bot.measure_intents [--errors]`. It learns everything
and is asked `evaluation/intents.yml`, written by another hand; with `--folds` it is cross-validated
on the bot's own examples instead. What comes from `knowledge/` is always learnt and never asked:
it has one intent only and would hide the others. Beside the plain accuracy it tells the share of
messages that would take the person to the right place: questions and messages nobody understood
end in the same search.
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
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.intent_classifier import LinearIntentClassifier
from bot.components.knowledge_importer import KnowledgeImporter
from bot.components.thai_tokenizer import ThaiTokenizer

_DEVELOPMENT = Path("evaluation/intents.yml")
_TO_THE_SEARCH = {"ask_question", "help", None}
_VARIANTS: dict[str, dict[str, Any]] = {
    "as configured": {},
    "no meaning": {"meaning": 0},
    "words only": {"characters": [1, 0]},
    "characters only": {"words": [1, 0]},
    "characters 1-3": {"characters": [1, 3]},
    "characters 2-4": {"characters": [2, 4]},
    "every feature": {"fewest_examples": 1},
    "C = 20": {"C": 20.0},
    "C = 150": {"C": 150.0},
}


class _InMemory(LinearIntentClassifier):
    def _persist(self) -> None:
        pass


def _examples(importer: type[RasaFileImporter]) -> dict[str, str]:
    written = importer("config.yml", "domain.yml", ["bot/data"]).get_nlu_data().intent_examples
    pairs = ((example.get(TEXT), example.get(INTENT)) for example in written)
    return {text: intent for text, intent in pairs if not text.startswith("/")}


def _messages(examples: dict[str, str], tokenizer: ThaiTokenizer) -> list[Message]:
    messages = [Message({TEXT: text, INTENT: intent}) for text, intent in examples.items()]
    tokenizer.process(messages)
    return messages


def _predict(config: dict[str, Any], train: list[Message], test: list[Message]) -> Iterator[Any]:
    classifier = _InMemory(config, None, Resource("intents"))  # type: ignore[arg-type]
    classifier.train(TrainingData(train))
    for message in test:
        ranking = classifier._rank(message)
        best, second = ranking[:2]
        # As FallbackClassifier in config.yml.
        is_sure = best["confidence"] >= 0.3 and best["confidence"] - second["confidence"] >= 0.05
        yield (best["name"] if is_sure else None), best["confidence"]


def _folds(messages: list[Message], count: int) -> Iterator[tuple[list[Message], list[Message]]]:
    by_intent = sorted(messages, key=lambda message: (message.get(INTENT), random.random()))
    for fold in range(count):
        others = [message for n, message in enumerate(by_intent) if n % count != fold]
        yield others, by_intent[fold::count]


def main() -> None:
    random.seed(7)
    tokenizer = ThaiTokenizer(ThaiTokenizer.get_default_config())
    own = _examples(RasaFileImporter)
    of_knowledge = dict(_examples(KnowledgeImporter).items() - own.items())
    messages, learnt = _messages(own, tokenizer), _messages(of_knowledge, tokenizer)
    folds = [(train + learnt, test) for train, test in _folds(messages, 5)]
    if "--folds" not in sys.argv:
        kinds = yaml.safe_load(_DEVELOPMENT.read_text(encoding="utf-8"))
        asked = {text: intent for intent, texts in kinds.items() for text in texts}
        folds = [(messages + learnt, _messages(asked, tokenizer))]
    print(f"{len(own)} examples and {len(learnt)} of knowledge, {len(set(own.values()))} intents")
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
        total = sum(len(test) for _, test in folds)
        print(
            f"{name:<18}{right / total:>9.1%}{place / total:>13.1%}{gap / total:>13.3f}{took:>9.1f}"
        )
        if "--errors" in sys.argv:
            for truth, guess, text, chance in sorted(wrong, key=lambda w: (w[0], str(w[1]))):
                print(f"    {truth} -> {guess} {chance}: {text}")
            break


if __name__ == "__main__":
    main()
