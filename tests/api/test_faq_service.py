"""answer_question: the shape of the contract, and a log of every question."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, select, type_coerce
from sqlalchemy.orm import Session

from api.clock import now
from api.conversations.models import Channel, Conversation
from api.faq import search
from api.faq.knowledge_files import load
from api.faq.models import AskedQuestion, Entry
from api.faq.service import AnswerNotFound, answer_question

CONTRACT = json.loads(Path("tests/contract/answer_question.json").read_text(encoding="utf-8"))
ASKED = CONTRACT["request"]["question"]


@pytest.fixture
def conversation(session: Session) -> str:
    load(session)
    conversation = Conversation(channel=Channel.web, address_hash="w" * 64)
    session.add(conversation)
    session.commit()
    return conversation.id


def logged(session: Session) -> AskedQuestion:
    return session.scalars(select(AskedQuestion).order_by(AskedQuestion.id.desc())).first()


def shape(value: Any) -> Any:
    return {key: shape(part) for key, part in value.items()} if isinstance(value, dict) else None


def test_the_answer_is_shaped_as_the_contract_when_it_is_found(
    session: Session, conversation: str
) -> None:
    answer = answer_question(session, conversation, "ร้องเรียนทางโทรศัพท์ได้ที่เบอร์อะไร", None)
    expected = CONTRACT["answer"]
    assert shape(answer) == shape(expected)
    assert answer["outcome"] == "answered"
    assert answer["answer"]["entry_id"] == expected["answer"]["entry_id"]
    assert answer["answer"]["question"] == expected["answer"]["question"]
    assert answer["answer"]["year"] == expected["answer"]["year"]
    assert "1689" in answer["answer"]["answer"]
    assert "ระบบราชการ 4.0" in answer["answer"]["source"]
    assert answer["choices"] == []


def test_the_contract_question_offers_the_contract_answer(
    session: Session, conversation: str
) -> None:
    answer = answer_question(session, conversation, ASKED, None)
    given = [answer["answer"] or {}, *answer["choices"]]
    assert CONTRACT["answer"]["answer"]["entry_id"] in [one.get("entry_id") for one in given]


def test_each_document_is_named_once_when_several_lines_are_the_source(
    session: Session, conversation: str
) -> None:
    entry = session.get_one(Entry, "complaint-by-letter")
    entry.source = ["000:332", "002:19", "002:20"]
    session.commit()
    answer = answer_question(session, conversation, "", entry.id)
    assert answer["answer"]["source"].count("ระบบราชการ 4.0") == 1
    assert answer["answer"]["source"].count("คุณธรรมและความโปร่งใส") == 1


def test_the_question_is_logged_when_it_is_answered(session: Session, conversation: str) -> None:
    question = "เบอร์ร้องเรียนกระทรวงการคลัง"
    answer_question(session, conversation, question, None)
    row = logged(session)
    assert (row.question, row.outcome, row.choices) == (question, "answered", [])
    assert (row.conversation_id, row.entry_id) == (conversation, "complaint-by-phone")
    assert row.score > 0.9


def test_choices_are_logged_when_it_asks_back(session: Session, conversation: str) -> None:
    answer = answer_question(session, conversation, "ภาษี", None)
    assert answer["outcome"] == "choices"
    assert answer["answer"] is None
    assert 1 <= len(answer["choices"]) <= 3
    assert all(set(choice) == {"entry_id", "question"} for choice in answer["choices"])
    row = logged(session)
    assert (row.outcome, row.entry_id) == ("choices", None)
    assert row.choices == [choice["entry_id"] for choice in answer["choices"]]


def test_the_question_is_logged_when_it_is_unknown(session: Session, conversation: str) -> None:
    answer = answer_question(session, conversation, "หวยงวดหน้าออกอะไร", None)
    assert answer == {"outcome": "unknown", "answer": None, "choices": []}
    row = logged(session)
    assert (row.question, row.outcome) == ("หวยงวดหน้าออกอะไร", "unknown")
    assert (row.entry_id, row.choices) == (None, [])


def test_the_pressed_choice_is_answered_when_its_text_says_something_else(
    session: Session, conversation: str
) -> None:
    answer = answer_question(session, conversation, "หวยงวดหน้าออกอะไร", "office-vision")
    assert answer["outcome"] == "answered"
    assert answer["answer"]["entry_id"] == "office-vision"
    assert logged(session).entry_id == "office-vision"


def test_it_is_refused_when_the_pressed_choice_is_gone(session: Session, conversation: str) -> None:
    with pytest.raises(AnswerNotFound):
        answer_question(session, conversation, "อะไร", "no-such-entry")
    assert logged(session) is None


@pytest.mark.parametrize("question", ["", "😀", "\x00\x07", "ก" * 5000, "<script>", "' OR 1=1 --"])
def test_it_is_unknown_and_logged_when_nothing_is_asked(
    session: Session, conversation: str, question: str
) -> None:
    assert answer_question(session, conversation, question, None)["outcome"] == "unknown"
    session.commit()
    assert logged(session).outcome == "unknown"


def test_the_words_are_unreadable_in_the_table_when_a_question_is_logged(
    session: Session, conversation: str
) -> None:
    answer_question(session, conversation, "เบอร์ร้องเรียนกระทรวงการคลัง", None)
    stored = session.scalar(select(type_coerce(AskedQuestion.question, LargeBinary)))
    assert "เบอร์ร้องเรียน".encode() not in stored


def test_a_new_entry_answers_at_once_when_it_was_added(session: Session, conversation: str) -> None:
    question = "สวนสาธารณะของกระทรวงเปิดกี่โมง"
    assert answer_question(session, conversation, question, None)["outcome"] != "answered"
    model = session.get_one(Entry, "office-vision")
    session.add(
        Entry(
            id="park-hours",
            subject=model.subject,
            questions=[question],
            answer="สวนสาธารณะเปิดทุกวัน 05:00-20:00 น.",
            source=model.source,
            year=model.year,
            owner_unit=model.owner_unit,
            review_on=model.review_on,
            updated_at=now(),
        )
    )
    session.commit()
    started = time.process_time()
    answer = answer_question(session, conversation, question, None)
    assert answer["answer"]["entry_id"] == "park-hours"
    assert time.process_time() - started < 1


def test_the_index_is_kept_when_nothing_changed(
    session: Session, conversation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = []
    build = search.build_index
    monkeypatch.setattr(search, "build_index", lambda session: built.append(1) or build(session))
    for question in ("วิสัยทัศน์ สป.กค.", "เบอร์ร้องเรียน", "รสส คืออะไร"):
        answer_question(session, conversation, question, None)
    assert len(built) <= 1


def test_a_removed_entry_is_not_answered_when_it_is_asked_again(
    session: Session, conversation: str
) -> None:
    question = "วิสัยทัศน์ สป.กค."
    assert answer_question(session, conversation, question, None)["outcome"] == "answered"
    session.delete(session.get_one(Entry, "office-vision"))
    session.commit()
    answer = answer_question(session, conversation, question, None)
    assert "office-vision" not in json.dumps(answer)
