"""What is stored of a talk, who is told of it, and how words are erased."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from api.clock import now
from api.conversations import after_commit, files, lane, outbox, service, sweeps, turns
from api.conversations.models import Author, Channel, Conversation, Message
from api.conversations.rasa import Reply
from api.database import session_scope

_numbers = count()
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def test_a_message_is_stored_once_when_it_is_received_again(session: Session) -> None:
    first = receive(session, "ครั้งแรก", external_id="same")
    again = receive(session, "ครั้งแรก", external_id="same")
    other_channel = receive(session, "ครั้งแรก", external_id="same", channel=Channel.line)

    assert first
    assert again is None
    assert other_channel


def test_one_person_has_one_conversation_on_each_channel(session: Session) -> None:
    messages = [
        receive(session, "ก", address="a"),
        receive(session, "ข", address="a"),
        receive(session, "ค", address="b"),
        receive(session, "ง", address="a", channel=Channel.line),
    ]

    ids = [message.conversation_id for message in messages if message]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    addresses = session.scalars(select(Conversation.address).order_by(Conversation.channel)).all()
    assert addresses == ["a", None, None]


def test_nothing_personal_can_be_read_in_the_database(database: Engine) -> None:
    with session_scope() as session:
        message = receive(session, "CANARY-words", address="CANARY-user", channel=Channel.line)
        assert message
        assert message.conversation_id
        message.raw = {"text": "CANARY-raw"}
        outbox.queue(session, message.conversation_id, "CANARY-answer")

    with database.connect() as connection:
        for table in ("messages", "conversations"):
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()
            assert rows
            assert "CANARY" not in repr(rows)


def test_the_transcript_goes_on_after_the_last_one_seen(session: Session) -> None:
    message = receive(session, "ถาม")
    assert message
    assert message.conversation_id
    answer = outbox.queue(session, message.conversation_id, "ตอบ", author=Author.bot)

    assert service.transcript(session, message.conversation_id) == [message, answer]
    assert service.transcript(session, message.conversation_id, after_id=message.id) == [answer]


def test_workers_are_told_after_the_commit_and_not_before(
    database: Engine, told: list[str]
) -> None:
    with session_scope() as session:
        message = receive(session, "สวัสดี")
        assert told == []

    assert message
    assert told == [message.conversation_id]


@pytest.mark.usefixtures("database")
def test_workers_are_not_told_when_nothing_was_stored(told: list[str]) -> None:
    def fail() -> None:
        with session_scope() as session:
            receive(session, "สวัสดี")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert told == []


def test_words_are_erased_since_a_moment_and_older_ones_stay(session: Session) -> None:
    before = receive(session, "ก่อนหน้า")
    assert before
    before.created_at = now() - timedelta(hours=1)
    before.answered_at = now()
    inside = receive(session, "เบาะแส", payload="/inform")
    assert inside
    assert inside.conversation_id
    inside.answered_at = now()
    answer = outbox.queue(session, inside.conversation_id, "ทวนเบาะแส", [button("ใช่")])
    file = files.store(session, inside.conversation_id, "หลักฐาน.png", PNG, inside.id)

    service.erase_words(session, inside.conversation_id, now() - timedelta(minutes=5))

    session.flush()
    assert before.text == "ก่อนหน้า"
    for erased in (inside, answer):
        assert (erased.text, erased.payload, erased.raw, erased.buttons) == (None,) * 4
        assert erased.erased_at
    assert (file.conversation_id, file.message_id) == (None, None)
    assert files.read(file) == PNG


def test_words_still_needed_are_erased_when_they_have_served(session: Session) -> None:
    asked = receive(session, "ยืนยัน", channel=Channel.line)
    assert asked
    assert asked.conversation_id
    confirmation = outbox.queue(
        session, asked.conversation_id, "บันทึกแล้ว", answers_id=asked.id, short_lived=True
    )
    conversation = session.get_one(Conversation, asked.conversation_id)

    service.erase_words(session, asked.conversation_id, now() - timedelta(minutes=5))

    assert (asked.text, confirmation.text) == ("ยืนยัน", "บันทึกแล้ว")
    parcel = outbox.next_parcel(session, conversation)
    assert isinstance(parcel, outbox.Parcel)
    assert [words.text for words in parcel.words] == ["บันทึกแล้ว"]
    outbox.settle(session, parcel, outbox.Delivery(outbox.Outcome.sent))
    assert confirmation.text is None
    assert asked.short_lived


@pytest.mark.usefixtures("database")
def test_the_confirmation_on_the_web_is_erased_after_a_day() -> None:
    with session_scope() as session:
        asked = receive(session, "ยืนยัน")
        assert asked
        assert asked.conversation_id
        for words, hours in (("เมื่อวาน", 25), ("วันนี้", 1)):
            row = outbox.queue(session, asked.conversation_id, words, short_lived=True)
            row.sent_at = now() - timedelta(hours=hours)

    sweeps.erase_served()

    with session_scope(read_only=True) as session:
        talk = service.transcript(session, asked.conversation_id)
        assert [message.text for message in talk] == ["ยืนยัน", None, "วันนี้"]


def test_a_web_message_is_delivered_by_being_stored(session: Session) -> None:
    asked = receive(session, "ถาม")
    assert asked
    assert asked.conversation_id

    assert outbox.queue(session, asked.conversation_id, "ตอบ").sent_at


@pytest.mark.usefixtures("database")
def test_a_conversation_is_left_to_the_worker_that_holds_it_until_its_lease_ends() -> None:
    with session_scope() as session:
        message = receive(session, "สวัสดี")
        assert message
        assert message.conversation_id

    first = lane.advance(message.conversation_id, None)
    second = lane.advance(message.conversation_id, None)
    with session_scope() as session:
        held = session.get_one(Conversation, message.conversation_id)
        held.held_until = now() - timedelta(seconds=1)
    third = lane.advance(message.conversation_id, None)

    assert isinstance(first, turns.Turn)
    assert isinstance(second, lane.Rest)
    assert third == first


@pytest.mark.usefixtures("database")
def test_an_answer_is_stored_once_when_two_workers_bring_it() -> None:
    with session_scope() as session:
        message = receive(session, "สวัสดี")
        assert message
        assert message.conversation_id
    turn = lane.advance(message.conversation_id, None)
    assert isinstance(turn, turns.Turn)

    for _ in range(2):
        lane.advance(message.conversation_id, lane.Answered(turn, [Reply("สวัสดี", [])]))

    with session_scope(read_only=True) as session:
        assert len(service.transcript(session, message.conversation_id)) == 2


def receive(
    session: Session,
    words: str,
    *,
    address: str = "visitor",
    channel: Channel = Channel.web,
    external_id: str | None = None,
    payload: str | None = None,
) -> Message | None:
    return service.receive(
        session,
        channel=channel,
        address=address,
        kind="text",
        external_id=external_id or f"event-{next(_numbers)}",
        text=words,
        payload=payload,
    )


def button(title: str) -> dict[str, str]:
    return {"title": title, "payload": "/affirm"}


@pytest.fixture
def told() -> Iterator[list[str]]:
    heard: list[str] = []
    after_commit.listen("conversation", heard.append)
    yield heard
    after_commit.stop_listening("conversation", heard.append)
