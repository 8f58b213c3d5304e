"""LinearIntentClassifier: logistic regression over TF-IDF of words and characters.

scikit-learn is needed for training only. The model is kept as JSON and plain NumPy arrays, so that
loading it runs nobody's code.
"""

import json
import math
from collections import Counter
from typing import Any, Dict, Iterator, List, Text, Tuple, Type

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

_WORDS, _CHARACTERS = "w", "c"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True
)
class LinearIntentClassifier(IntentClassifier, GraphComponent):
    @classmethod
    def required_components(cls) -> List[Type]:
        return [Tokenizer]

    @staticmethod
    def required_packages() -> List[Text]:
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {
            # Lengths of the word sequences and of the character sequences that count as features.
            "words": [1, 2],
            "characters": [2, 4],
            # Inverse strength of regularisation: larger trusts the examples more.
            "C": 12.0,
            # How many intents are told beside the best one.
            "ranking_length": 5,
        }

    def __init__(
        self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource
    ) -> None:
        self._config = {**self.get_default_config(), **config}
        self._model_storage = model_storage
        self._resource = resource
        self._intents: List[Text] = []
        self._columns: Dict[Text, int] = {}
        self._idf = np.zeros(0)
        self._weights = np.zeros((0, 0))
        self._bias = np.zeros(0)

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "LinearIntentClassifier":
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        from scipy.sparse import csr_matrix
        from sklearn.linear_model import LogisticRegression

        # An example such as /affirm only tells Rasa that a button means this intent.
        examples = [
            example
            for example in training_data.intent_examples
            if not example.get(TEXT, "").startswith("/")
        ]
        counts = [Counter(self._features(example)) for example in examples]
        seen_in = Counter(feature for count in counts for feature in count)
        # What occurs in one example only cannot be told from chance, and is most of the features.
        features = sorted(feature for feature, times in seen_in.items() if times > 1)
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
        regression = LogisticRegression(C=self._config["C"], class_weight="balanced", max_iter=300)
        regression.fit(matrix, [example.get(INTENT) for example in examples])
        self._intents = list(regression.classes_)
        self._weights = regression.coef_.T.astype(np.float32).copy()
        self._bias = regression.intercept_.astype(np.float32)
        self._persist()
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            if message.get(INTENT) and message.get(INTENT).get("name"):
                continue  # A pressed button; its intent is certain.
            ranking = self._rank(message)
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(
                "intent_ranking", ranking[: self._config["ranking_length"]], add_to_output=True
            )
        return messages

    def _rank(self, message: Message) -> List[Dict[Text, Any]]:
        columns, values = self._vector(Counter(self._features(message)))
        if not len(columns):
            # Nothing in it was ever seen: an emoji, another script. Say so instead of guessing.
            return [{"name": intent, "confidence": 0.0} for intent in self._intents]
        scores = values @ self._weights[columns] + self._bias
        chances = np.exp(scores - scores.max())
        chances /= chances.sum()
        return [
            {"name": self._intents[index], "confidence": float(chances[index])}
            for index in np.argsort(-chances)
        ]

    def _features(self, message: Message) -> Iterator[Text]:
        words = [token.lemma for token in message.get(TOKENS_NAMES[TEXT]) or []]
        shortest, longest = self._config["words"]
        for length in range(shortest, longest + 1):
            for start in range(len(words) - length + 1):
                yield _WORDS + " ".join(words[start : start + length])
        shortest, longest = self._config["characters"]
        text = f" {''.join(words)} "
        for length in range(shortest, longest + 1):
            for start in range(len(text) - length + 1):
                yield _CHARACTERS + text[start : start + length]

    def _vector(self, counts: "Counter[Text]") -> Tuple[np.ndarray, np.ndarray]:
        """Columns and values; the words and the characters each have length one."""
        parts = [self._block(counts, kind) for kind in (_WORDS, _CHARACTERS)]
        return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])

    def _block(self, counts: "Counter[Text]", kind: Text) -> Tuple[np.ndarray, np.ndarray]:
        known = [(self._columns[f], n) for f, n in counts.items() if f[0] == kind and f in self._columns]
        columns = np.array([column for column, _ in known], dtype=np.int64)
        values = (1 + np.log([n for _, n in known])) * self._idf[columns]
        return columns, (values / (np.linalg.norm(values) or 1)).astype(np.float32)

    def _persist(self) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            vocabulary = {"intents": self._intents, "features": list(self._columns)}
            (folder / "vocabulary.json").write_text(json.dumps(vocabulary, ensure_ascii=False))
            np.savez(folder / "model.npz", idf=self._idf, weights=self._weights, bias=self._bias)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
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
            component._bias = arrays["bias"]
        component._intents = vocabulary["intents"]
        component._columns = {feature: i for i, feature in enumerate(vocabulary["features"])}
        return component
