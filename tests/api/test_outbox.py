"""How rows go out: which go together, what a repeat carries, and when the outbox gives up."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from api.clock import now
from api.conversations import outbox, service
from api.conversations.long_texts import shorten, split, units
from api.conversations.models import Channel, Conversation, Message
from api.conversations.outbox import Delivery, Outcome, Parcel


def test_a_repeat_carries_the_same_rows_when_more_were_queued_meanwhile(
    session: Session, talk: Conversation
) -> None:
    first = outbox.queue(session, talk.id, "หนึ่ง")
    parcel = next_parcel(session, talk)
    outbox.settle(session, parcel, Delivery(Outcome.unknown, "timeout"))
    outbox.queue(session, talk.id, "สอง")
    first.next_attempt_at = None

    repeat = next_parcel(session, talk)

    assert [words.text for words in repeat.words] == ["หนึ่ง"]
    assert repeat.retry_key == parcel.retry_key == first.key


def test_a_repeat_waits_longer_each_time(session: Session, talk: Conversation) -> None:
    row = outbox.queue(session, talk.id, "หนึ่ง")
    waits = []
    for _ in range(3):
        outbox.settle(session, next_parcel(session, talk), Delivery(Outcome.not_now, "429"))
        assert row.next_attempt_at
        waits.append(round((row.next_attempt_at - now()).total_seconds()))
        assert isinstance(outbox.next_parcel(session, talk), type(row.next_attempt_at))
        row.next_attempt_at = None

    assert waits == [2, 5, 15]


def test_at_most_five_rows_go_together(session: Session, talk: Conversation) -> None:
    for number in range(7):
        outbox.queue(session, talk.id, str(number))

    sizes = []
    while parcel := outbox.next_parcel(session, talk):
        assert isinstance(parcel, Parcel)
        sizes.append(len(parcel.words))
        outbox.settle(session, parcel, Delivery(Outcome.sent))

    assert sizes == [5, 2]


def test_the_reply_token_is_used_once(session: Session, talk: Conversation) -> None:
    asked = receive(session, "ถาม", reply_token="token")
    outbox.queue(session, talk.id, "ตอบ", answers_id=asked.id)
    first = next_parcel(session, talk)
    outbox.settle(session, first, Delivery(Outcome.sent))
    outbox.queue(session, talk.id, "ตอบอีก", answers_id=asked.id)

    second = next_parcel(session, talk)

    assert (first.reply_token, second.reply_token) == ("token", None)


def test_a_refused_token_means_delivered_only_after_a_try_of_unknown_end(
    session: Session, talk: Conversation
) -> None:
    asked = receive(session, "ถาม", reply_token="token")
    row = outbox.queue(session, talk.id, "ตอบ", answers_id=asked.id)
    first = next_parcel(session, talk)
    outbox.settle(session, first, Delivery(Outcome.unknown, "timeout"))
    row.next_attempt_at = None
    repeat = next_parcel(session, talk)

    outbox.settle(session, repeat, Delivery(Outcome.token_refused, "400"))

    assert (first.tried_before, repeat.tried_before) == (False, True)
    assert repeat.reply_token == "token"
    assert row.sent_at


def test_a_try_is_on_record_before_it_is_made(session: Session, talk: Conversation) -> None:
    asked = receive(session, "ถาม", reply_token="token")
    row = outbox.queue(session, talk.id, "ตอบ", answers_id=asked.id)
    next_parcel(session, talk)
    # The worker dies here; its successor comes when the token has grown old.
    asked.created_at = now() - timedelta(minutes=2)

    assert outbox.next_parcel(session, talk) is None
    assert row.failed_at
    assert row.last_error
    assert "uncertain" in row.last_error


def test_the_outbox_gives_up_after_a_day_of_tries(session: Session, talk: Conversation) -> None:
    row = outbox.queue(session, talk.id, "หนึ่ง")
    row.created_at = now() - timedelta(hours=25)
    for _ in range(7):
        assert row.failed_at is None
        outbox.settle(session, next_parcel(session, talk), Delivery(Outcome.not_now, "429"))
        row.next_attempt_at = None

    assert row.failed_at
    assert row.last_error == "429"


@pytest.mark.parametrize(
    "text", ["ก" * 12_345, "🍎" * 6000, "กำ้" * 4000, "คำ ไทย\n" * 2000, "👨‍👩‍👧" * 2000]
)
def test_a_long_text_is_cut_into_parts_that_line_takes(text: str) -> None:
    parts = split(text)

    assert "".join(parts) == text
    assert all(0 < units(part) <= 5000 for part in parts)
    assert not any(part[0] in "\u0e33\u0e49\u200d" for part in parts[1:] if part[0] != "\u0e33")


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("ยกเลิก", "ยกเลิก"),
        ("ก" * 20, "ก" * 20),
        ("ก" * 21, "ก" * 19 + "…"),
        ("ที่" * 20, "ที่" * 20),
        ("ที่" * 21, "ที่" * 19 + "…"),
        ("👍🏽" * 21, "👍🏽" * 19 + "…"),
    ],
)
def test_a_label_is_shortened_by_what_people_see(title: str, label: str) -> None:
    assert shorten(title, 20) == label


def next_parcel(session: Session, talk: Conversation) -> Parcel:
    parcel = outbox.next_parcel(session, talk)
    assert isinstance(parcel, Parcel)
    return parcel


def receive(session: Session, words: str, reply_token: str | None = None) -> Message:
    message = service.receive(
        session,
        channel=Channel.line,
        address="U1",
        kind="text",
        external_id=words,
        text=words,
        reply_token=reply_token,
    )
    assert message
    return message


@pytest.fixture
def talk(session: Session) -> Conversation:
    asked = receive(session, "เริ่ม")
    asked.answered_at = now()
    assert asked.conversation_id
    return session.get_one(Conversation, asked.conversation_id)
