import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.intent_classifier import LinearIntentClassifier
from bot.components.thai_tokenizer import ThaiTokenizer

EXAMPLES = {
    "greet": ["สวัสดี", "สวัสดีครับ", "หวัดดี", "ดีจ้า"],
    "report_problem": ["ธนาคารไม่ปรับหนี้ให้", "อยากร้องเรียน", "เจ้าหน้าที่พูดจาไม่ดี"],
    "ask_question": ["ร้องเรียนได้ที่ไหน", "เบอร์โทรอะไร", "เปิดกี่โมง", "/ask_question"],
}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("สวัสดีค่าาาา", "greet"),
        ("เปิดกี่โมงคะ", "ask_question"),
        ("เจ้าหน้าที่ธนาคารพูดจาไม่ดีมากๆ", "report_problem"),
    ],
)
def test_the_right_intent_comes_first_when_words_differ_a_little(
    classifier, tokenizer, text, intent
):
    message = classify(classifier, tokenizer, text)

    assert message.get("intent")["name"] == intent
    ranking = message.get("intent_ranking")
    assert ranking[0] == message.get("intent")
    assert sum(each["confidence"] for each in ranking) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("text", ["🦄", "", "\u200b", "⠓⠑", "asdkjh qwe"])
def test_confidence_is_nothing_when_nothing_was_ever_seen(classifier, tokenizer, text):
    assert classify(classifier, tokenizer, text).get("intent")["confidence"] == 0


def test_confidence_is_small_when_most_words_are_new(classifier, tokenizer):
    message = classify(classifier, tokenizer, "สวัสดี กล้วยแขกทอดกรอบหมูกระทะชาบูเกาหลี")

    assert message.get("intent")["confidence"] < 0.75


def test_a_pressed_button_keeps_its_intent_when_it_is_classified(classifier):
    message = Message({"text": "/affirm", "intent": {"name": "affirm", "confidence": 1.0}})

    classifier.process([message])

    assert message.get("intent") == {"name": "affirm", "confidence": 1.0}


def test_answers_are_the_same_when_the_model_is_loaded_again(classifier, tokenizer, storage):
    loaded = LinearIntentClassifier.load({}, storage, Resource("intents"), None)

    before = classify(classifier, tokenizer, "ขอร้องเรียนธนาคาร").get("intent_ranking")
    after = classify(loaded, tokenizer, "ขอร้องเรียนธนาคาร").get("intent_ranking")

    assert [each["name"] for each in after] == [each["name"] for each in before]
    assert np.allclose([e["confidence"] for e in after], [e["confidence"] for e in before])


def test_what_hardly_any_example_has_is_not_learnt(tokenizer, storage):
    texts = ("เปิดกี่โมง", "ปิดกี่โมง", "มากี่โมง", "สวัสดี")
    intents = ("ask_question", "ask_question", "ask_question", "greet")
    messages = [Message({"text": t, "intent": i}) for t, i in zip(texts, intents, strict=True)]
    tokenizer.process(messages)
    trained = LinearIntentClassifier({}, storage, Resource("few"))
    trained.train(TrainingData(messages))

    assert "wกี่" in trained._columns
    assert "wสวัสดี" not in trained._columns


def test_an_example_means_what_it_says_when_too_few_others_are_like_it(tokenizer, storage):
    texts = [*(f"เปิดกี่โมง {n}" for n in range(30)), *["ไปก่อนละ"] * 10, "abort"]
    intents = ["ask_question"] * 30 + ["goodbye"] * 10 + ["cancel"]
    messages = [Message({"text": t, "intent": i}) for t, i in zip(texts, intents, strict=True)]
    tokenizer.process(messages)
    trained = LinearIntentClassifier({}, storage, Resource("exceptions"))
    trained.train(TrainingData(messages))
    loaded = LinearIntentClassifier.load({}, storage, Resource("exceptions"), None)

    for each in (trained, loaded):
        found = classify(each, tokenizer, "Abort ค่ะ").get("intent")
        assert found == {"name": "cancel", "confidence": 1.0}


def test_nothing_is_unpickled_when_the_model_is_loaded(classifier, storage):
    with storage.read_from(Resource("intents")) as folder:
        assert {path.name for path in folder.iterdir()} == {"vocabulary.json", "model.npz"}
        arrays = np.load(folder / "model.npz", allow_pickle=False)
        assert all(arrays[name].dtype != object for name in arrays.files)


@pytest.fixture(scope="module")
def tokenizer():
    return ThaiTokenizer(ThaiTokenizer.get_default_config())


@pytest.fixture(scope="module")
def storage(tmp_path_factory):
    return LocalModelStorage(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def classifier(tokenizer, storage):
    messages = [
        Message({"text": text, "intent": intent})
        for intent, texts in EXAMPLES.items()
        for text in texts
    ]
    tokenizer.process(messages)
    # There are too few examples to leave out what is in one or two only.
    trained = LinearIntentClassifier({"fewest_examples": 1}, storage, Resource("intents"))
    trained.train(TrainingData(messages))
    return trained


def classify(classifier, tokenizer, text):
    message = Message({"text": text})
    tokenizer.process([message])
    return classifier.process([message])[0]
