"""Questions that lean on the answer before, as people ask them: "แล้วเบอร์ล่ะ"."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.conversations.models import Channel, Conversation
from api.faq import trace
from api.faq.follow_up import in_full
from api.faq.knowledge_files import load
from api.faq.models import AskedQuestion, Entry
from api.faq.service import answer_question
from tests.api.office import Time

BY_PHONE = "ร้องเรียนทางโทรศัพท์ได้ที่เบอร์อะไร"
BY_LETTER = "ร้องเรียนเป็นหนังสือส่งทางไปรษณีย์ได้ไหม"


@pytest.fixture(autouse=True)
def knowledge(session: Session) -> None:
    load(session)
    session.commit()


def talk(session: Session) -> str:
    conversation = Conversation(channel=Channel.web, address_hash=f"{id(session):064}")
    session.add(conversation)
    session.commit()
    return conversation.id


def say(session: Session, conversation_id: str, question: str) -> list[str]:
    """The entries that are answered or offered then."""
    given = answer_question(session, conversation_id, question)
    session.commit()
    return _entries(given)


def _entries(given: dict[str, Any]) -> list[str]:
    answered = [given["answer"]["entry_id"]] if given["answer"] else []
    return answered + [choice["entry_id"] for choice in given["choices"]]


def last(session: Session) -> AskedQuestion:
    return session.scalars(select(AskedQuestion).order_by(AskedQuestion.id.desc())).first()


@pytest.mark.parametrize(
    ("before", "subject", "question", "wanted"),
    [
        (BY_PHONE, "complaint-by-phone", "แล้วอีเมลล่ะ", "complaint-by-email"),
        (BY_PHONE, "complaint-by-phone", "แล้วจดหมายล่ะคะ", "complaint-by-letter"),
        (
            "อีเมลร้องเรียนของกระทรวงการคลังคืออะไร",
            "complaint-by-email",
            "แล้วเบอร์ล่ะ",
            "complaint-by-phone",
        ),
        ("คลินิกภาษีคืออะไร", "tax-clinic-what", "แล้วค่าบริการล่ะ", "tax-clinic-fee"),
        (
            "ปี 2565 สป.กค. มีโครงการอะไรบ้าง",
            "annual-plan-2565-projects",
            "ปีก่อนล่ะ",
            "annual-plan-2564-projects",
        ),
        (
            "What is the complaint hotline number?",
            "complaint-by-phone",
            "what about email?",
            "complaint-by-email",
        ),
    ],
)
def test_the_subject_before_is_meant_when_a_question_leaves_it_out(
    session: Session, before: str, subject: str, question: str, wanted: str
) -> None:
    conversation = talk(session)
    assert say(session, conversation, before) == [subject]
    assert wanted in say(session, conversation, question)
    assert last(session).about_entry_id == subject


def test_one_follows_the_other_when_each_is_answered(session: Session) -> None:
    conversation = talk(session)
    say(session, conversation, BY_PHONE)
    assert say(session, conversation, "แล้วอีเมลล่ะ") == ["complaint-by-email"]
    say(session, conversation, "แล้วจดหมายล่ะ")
    assert last(session).about_entry_id == "complaint-by-email"


@pytest.mark.parametrize(("minutes", "leans"), [(29, True), (31, False)])
def test_the_subject_is_forgotten_when_half_an_hour_has_passed(
    session: Session, monkeypatch: pytest.MonkeyPatch, minutes: int, leans: bool
) -> None:
    time = Time()
    monkeypatch.setattr(trace, "now", time)
    conversation = talk(session)
    say(session, conversation, BY_PHONE)
    last(session).asked_at = time.moment
    session.commit()
    time.moment += timedelta(minutes=minutes)
    say(session, conversation, "แล้วอีเมลล่ะ")
    assert (last(session).about_entry_id == "complaint-by-phone") is leans


def test_another_persons_subject_is_not_meant(session: Session) -> None:
    say(session, talk(session), BY_PHONE)
    other = Conversation(channel=Channel.web, address_hash="o" * 64)
    session.add(other)
    session.commit()
    say(session, other.id, "แล้วอีเมลล่ะ")
    assert last(session).about_entry_id is None
    answer_question(session, None, "แล้วอีเมลล่ะ")
    assert last(session).about_entry_id is None


@pytest.mark.parametrize(
    "question",
    [
        # It says itself what it is about.
        "แล้วเรื่องร้องเรียนของฉันส่งไปให้หน่วยงานไหนของกระทรวงดูแลต่อล่ะ",
        "แล้ววิสัยทัศน์ของสำนักงานปลัดกระทรวงการคลังเขียนไว้ว่าอย่างไรล่ะ",
        # It refers to nothing.
        "วิสัยทัศน์สำนักงานปลัดกระทรวงการคลัง",
        "คลินิกภาษีคืออะไร",
    ],
)
def test_a_question_stands_alone_when_it_is_long_or_refers_to_nothing(
    session: Session, question: str
) -> None:
    conversation = talk(session)
    alone = _entries(answer_question(session, None, question))
    say(session, conversation, BY_PHONE)
    assert say(session, conversation, question) == alone
    assert last(session).about_entry_id is None


@pytest.mark.parametrize("before", ["ต่อใบขับขี่ที่ไหน", "请问怎么投诉"])
def test_nothing_is_meant_when_nothing_was_answered_before(session: Session, before: str) -> None:
    conversation = talk(session)
    assert say(session, conversation, before) == []
    say(session, conversation, "แล้วอีเมลล่ะ")
    assert last(session).about_entry_id is None


def test_nothing_is_meant_when_the_entry_before_is_gone(session: Session) -> None:
    conversation = talk(session)
    say(session, conversation, BY_PHONE)
    session.delete(session.get_one(Entry, "complaint-by-phone"))
    session.commit()
    say(session, conversation, "แล้วอีเมลล่ะ")
    assert last(session).about_entry_id is None


@pytest.mark.parametrize(
    ("question", "full"),
    [
        ("แล้วเบอร์ล่ะ", "ปี 2565 มีโครงการอะไรบ้าง แล้วเบอร์ล่ะ"),
        ("ปีก่อนล่ะ", "ปี  มีโครงการอะไรบ้าง ปี 2564"),
        ("สองปีก่อนล่ะ", "ปี  มีโครงการอะไรบ้าง ปี 2563"),
        ("ปีถัดไปล่ะ", "ปี  มีโครงการอะไรบ้าง ปี 2566"),
        ("แล้วปี 2563 ล่ะ", "ปี  มีโครงการอะไรบ้าง ปี 2563"),
        ("แล้วปี 64 ล่ะ", "ปี  มีโครงการอะไรบ้าง ปี 2564"),
        # Numbers that are no years.
        ("แล้ว 1689 ล่ะ", "ปี 2565 มีโครงการอะไรบ้าง แล้ว 1689 ล่ะ"),
        ("แล้วข้อ 168 ล่ะ", "ปี 2565 มีโครงการอะไรบ้าง แล้วข้อ 168 ล่ะ"),
    ],
)
def test_what_the_question_leaves_out_is_filled_in(question: str, full: str) -> None:
    entry = Entry(questions=["ปี 2565 มีโครงการอะไรบ้าง"], year=2565)
    assert in_full(entry, question) == full
