import pytest
import yaml

from bot.components import knowledge_importer
from bot.components.knowledge_importer import KnowledgeImporter

ENTRIES = [
    {
        "id": "by-phone",
        "questions": [
            "ร้องเรียนเบอร์อะไร",
            "สวัสดี",
            "อยากแจ้งเบาะแสทุจริต",
            "อยากแจ้งเบาะแสทุจริต โทรเบอร์ไหน",
            "โดนเจ้าหน้าที่ว่า",
            "โดนเจ้าหน้าที่ว่า ร้องเรียนที่ไหน",
        ],
        "english": {"questions": ["What number can I call to complain?"]},
    },
    {"id": "address", "questions": ["ที่อยู่สำนักงาน", "ที่อยู่ สำนักงาน"]},
]
SUBJECTS = [{"id": "passport", "messages": ["ทำพาสปอร์ตที่ไหน", 1234]}]
WRITTEN = """
version: "3.1"
nlu:
- intent: greet
  examples: |
    - สวัส ดี
- intent: ask_question
  examples: |
    - เปิดกี่โมง
"""


def test_the_questions_of_the_knowledge_are_examples_of_a_question(examples):
    assert examples["ร้องเรียนเบอร์อะไร"] == "ask_question"
    assert examples["เปิดกี่โมง"] == "ask_question"


def test_english_questions_are_examples_as_well(examples):
    assert examples["What number can I call to complain?"] == "ask_question"


def test_what_is_not_ours_goes_to_the_search_as_well(examples):
    assert examples["ทำพาสปอร์ตที่ไหน"] == "ask_question"
    assert examples["1234"] == "ask_question"


def test_the_intent_written_with_thought_wins_when_words_are_in_both(examples):
    assert examples["สวัส ดี"] == "greet"
    assert "สวัสดี" not in examples


def test_an_errand_is_left_out_when_it_does_not_ask(examples):
    assert "อยากแจ้งเบาะแสทุจริต" not in examples
    assert examples["อยากแจ้งเบาะแสทุจริต โทรเบอร์ไหน"] == "ask_question"


def test_a_story_is_left_out_when_it_does_not_ask(examples):
    assert "โดนเจ้าหน้าที่ว่า" not in examples
    assert examples["โดนเจ้าหน้าที่ว่า ร้องเรียนที่ไหน"] == "ask_question"


def test_the_same_words_count_once_when_only_spaces_differ(examples):
    assert len({"ที่อยู่สำนักงาน", "ที่อยู่ สำนักงาน"} & set(examples)) == 1


def test_no_message_has_two_intents_when_the_real_knowledge_is_read():
    real = KnowledgeImporter("config.yml", "domain.yml", ["bot/data"]).get_nlu_data()

    intents = {}
    for example in real.intent_examples:
        intents.setdefault(example.get("text"), set()).add(example.get("intent"))
    assert len(intents) > 10_000
    assert {text: both for text, both in intents.items() if len(both) > 1} == {}


@pytest.fixture
def examples(tmp_path, monkeypatch):
    knowledge = tmp_path / "knowledge"
    (knowledge / "faq").mkdir(parents=True)
    write(knowledge / "faq" / "channels.yml", {"subject": "channels", "entries": ENTRIES})
    write(knowledge / "outside.yml", {"subjects": SUBJECTS})
    (tmp_path / "nlu.yml").write_text(WRITTEN, encoding="utf-8")
    monkeypatch.setattr(knowledge_importer, "KNOWLEDGE", knowledge)
    importer = KnowledgeImporter("config.yml", "domain.yml", [str(tmp_path / "nlu.yml")])
    return {e.get("text"): e.get("intent") for e in importer.get_nlu_data().intent_examples}


def write(path, content):
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
