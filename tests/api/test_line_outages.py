"""The bot or LINE is broken: people hear the truth once, and everything arrives once."""

import time

import pytest
from sqlalchemy import Engine

from api.channels import line_sender
from api.conversations import outbox, turns
from api.database import BUSY_SECONDS, session_scope
from api.wording import say
from tests.api.fake_rasa import Question, Replies
from tests.api.line_office import (
    LineOffice,
    conversations,
    incoming,
    locked_by_another_program,
    outgoing,
    wait_until,
)
from tests.line_stand_in import events

SOMCHAI = events.user_id()
MALEE = events.user_id()


@pytest.mark.parametrize("mode", ["hang", "500", "malformed", "empty"])
def test_the_truth_is_told_once_and_the_answer_follows_when_the_bot_recovers(
    line_office: LineOffice, mode: str
) -> None:
    line_office.rasa.mode = mode
    line_office.send(events.text(SOMCHAI, "หนึ่ง"), events.text(SOMCHAI, "สอง"))
    started = time.monotonic()
    told = line_office.wait_for_texts(SOMCHAI, 1)
    waited = time.monotonic() - started
    # Another failure in the same outage is not told again.
    wait_until(lambda: incoming()[0].attempts >= 2)
    line_office.rasa.mode = "answer"

    texts = line_office.wait_for_texts(SOMCHAI, 3, seconds=30)

    assert told == [say("bot_unavailable")]
    assert waited < 5
    assert texts == [say("bot_unavailable"), "ตอบ: หนึ่ง", "ตอบ: สอง"]
    line_office.wait_until_quiet()
    assert set(line_office.rasa.processed.values()) == {1}
    assert conversations()[0].told_unavailable_at is None


def test_the_truth_is_told_again_when_there_is_a_second_outage(line_office: LineOffice) -> None:
    for number in range(2):
        line_office.rasa.mode = "500"
        line_office.send(events.text(SOMCHAI, f"ครั้งที่ {number}"))
        line_office.wait_for_texts(SOMCHAI, 1 + 2 * number)
        line_office.rasa.mode = "answer"
        line_office.wait_for_texts(SOMCHAI, 2 + 2 * number)

    texts = line_office.line.texts_to(SOMCHAI)
    assert texts.count(say("bot_unavailable")) == 2


def test_a_repeat_changes_nothing_when_only_the_answer_was_lost(line_office: LineOffice) -> None:
    def answer_too_late(question: Question) -> Replies:
        if not line_office.rasa.processed.total() > 1:
            time.sleep(4.5)
        return [{"text": "ตอบครั้งเดียว", "buttons": []}]

    line_office.rasa.replies = answer_too_late
    line_office.send(events.text(SOMCHAI, "ช้า"))

    texts = line_office.wait_for_texts(SOMCHAI, 2)
    assert texts == [say("bot_unavailable"), "ตอบครั้งเดียว"]
    assert list(line_office.rasa.processed.values()) == [1]


def test_no_excuse_is_made_when_the_case_was_saved_before_the_bot_failed(
    line_office: LineOffice,
) -> None:
    def save_and_fail(question: Question) -> Replies:
        office_says(question, "บันทึกเรื่องแล้ว")
        line_office.rasa.mode = "answer"
        line_office.rasa.replies = lambda _: [{"text": "มีอะไรอีกไหม", "buttons": []}]
        raise RuntimeError

    line_office.rasa.replies = save_and_fail
    line_office.send(events.text(SOMCHAI, "ยืนยัน"))

    texts = line_office.wait_for_texts(SOMCHAI, 2)
    line_office.wait_until_quiet()
    assert texts == ["บันทึกเรื่องแล้ว", "มีอะไรอีกไหม"]


@pytest.mark.parametrize("replies", [[], [{"text": "มีอะไรอีกไหม", "buttons": []}]])
def test_what_the_office_said_during_a_turn_goes_first_and_in_the_same_reply(
    line_office: LineOffice, replies: Replies
) -> None:
    def save(question: Question) -> Replies:
        office_says(question, "บันทึกเรื่องแล้ว")
        return replies

    line_office.rasa.replies = save
    line_office.send(events.text(SOMCHAI, "ยืนยัน"))

    line_office.wait_until_quiet()
    expected = ["บันทึกเรื่องแล้ว", *(reply["text"] for reply in replies)]
    assert line_office.line.texts_to(SOMCHAI) == expected
    assert [call.endpoint for call in line_office.line.calls] == ["reply"]


def test_everybody_hears_the_truth_in_time_when_the_bot_hangs_for_a_crowd(
    line_office: LineOffice,
) -> None:
    line_office.rasa.mode = "hang"
    crowd = [events.user_id() for _ in range(60)]
    line_office.send(*(events.text(person, "มีใครอยู่ไหม") for person in crowd))
    started = time.monotonic()

    for person in crowd:
        line_office.wait_for_texts(person, 1)

    # Half a minute is what sixteen places at four seconds would take without the breaker.
    assert time.monotonic() - started < 8


def test_the_answer_arrives_once_when_the_database_is_locked_in_mid_turn(
    line_office: LineOffice, database: Engine
) -> None:
    line_office.rasa.think_seconds = 0.5
    line_office.send(events.text(SOMCHAI, "ระหว่างล็อก"))
    wait_until(lambda: line_office.rasa.asked)

    with locked_by_another_program(database):
        # Longer than a writer waits, so that the first try to store the answer fails.
        time.sleep(BUSY_SECONDS + 1)

    line_office.wait_until_quiet()
    assert line_office.line.texts_to(SOMCHAI) == ["ตอบ: ระหว่างล็อก"]
    assert line_office.rasa.processed.total() == 1


def test_the_staff_get_a_message_that_the_bot_cannot_take(
    line_office: LineOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_BACKOFF_SECONDS", (0.01,))

    def choke(question: Question) -> Replies:
        if question["text"] == "พิษ":
            raise RuntimeError
        return [{"text": f"ตอบ: {question['text']}", "buttons": []}]

    line_office.rasa.replies = choke
    line_office.send(events.text(MALEE, "ปกติ"))
    line_office.wait_for_texts(MALEE, 1)
    line_office.send(events.text(SOMCHAI, "พิษ"), events.text(SOMCHAI, "ต่อ"))
    while "ตอบ: ต่อ" not in line_office.line.texts_to(SOMCHAI):
        # The bot answers others meanwhile, so the message is at fault and not the bot.
        line_office.send(events.text(MALEE, "ยังอยู่"))
        time.sleep(0.2)

    texts = line_office.line.texts_to(SOMCHAI)
    assert texts == [say("bot_unavailable"), say("bot_gave_up"), "ตอบ: ต่อ"]
    waiting = [each for each in conversations() if each.waiting_for_staff_since]
    assert [each.id for each in waiting] == [incoming()[1].conversation_id]


def test_an_answer_is_pushed_when_the_reply_token_is_refused(line_office: LineOffice) -> None:
    stale = events.new_reply_token(SOMCHAI, time.time() - 120)

    line_office.send(events.text(SOMCHAI, "โทเคนเก่า", reply_token=stale))

    assert line_office.wait_for_texts(SOMCHAI, 1) == ["ตอบ: โทเคนเก่า"]
    calls = line_office.line.calls
    assert [(call.endpoint, call.status) for call in calls] == [("reply", 400), ("push", 200)]
    assert calls[1].retry_key == outgoing()[0].key


def test_an_answer_is_pushed_at_once_when_an_old_event_is_redelivered(
    line_office: LineOffice,
) -> None:
    old = events.text(SOMCHAI, "ส่งซ้ำ", sent_at=time.time() - 300)

    line_office.send(events.redelivered(old))

    line_office.wait_for_texts(SOMCHAI, 1)
    assert [call.endpoint for call in line_office.line.calls] == ["push"]


def test_an_answer_is_pushed_when_the_reply_token_grew_old(
    line_office: LineOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "REPLY_TOKEN_LIFE", outbox.REPLY_TOKEN_LIFE / 500)
    line_office.rasa.think_seconds = 0.5

    line_office.send(events.text(SOMCHAI, "คิดนาน"))

    line_office.wait_for_texts(SOMCHAI, 1)
    assert [call.endpoint for call in line_office.line.calls] == ["push"]


@pytest.mark.parametrize("endpoint", ["reply", "push"])
@pytest.mark.parametrize(
    "mode", ["429", "500", "401", "drop", "hang", "late-500", "late-drop", "late-hang"]
)
def test_an_answer_arrives_once_when_line_fails_at_first(
    line_office: LineOffice, monkeypatch: pytest.MonkeyPatch, endpoint: str, mode: str
) -> None:
    monkeypatch.setattr(line_sender, "_CALL_SECONDS", 1.0)
    monkeypatch.setattr(outbox, "_BACKOFF_SECONDS", (0.2, 0.5))
    token = "" if endpoint == "reply" else None
    line_office.line.fail(endpoint, mode)

    line_office.send(
        events.text(SOMCHAI, "หนึ่ง", reply_token=token),
        events.text(SOMCHAI, "สอง", reply_token=token),
    )

    line_office.wait_until_quiet()
    assert line_office.line.texts_to(SOMCHAI) == ["ตอบ: หนึ่ง", "ตอบ: สอง"]
    assert all(row.sent_at for row in outgoing())


def test_staff_see_it_and_nothing_is_sent_twice_when_a_replys_fate_stays_unknown(
    line_office: LineOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_sender, "_CALL_SECONDS", 1.0)
    monkeypatch.setattr(outbox, "REPLY_TOKEN_LIFE", outbox.REPLY_TOKEN_LIFE / 50)
    line_office.line.fail("reply", "late-hang")

    line_office.send(events.text(SOMCHAI, "ไม่แน่ใจ"))

    line_office.wait_until_quiet()
    row = outgoing()[0]
    assert row.failed_at
    assert (row.last_error or "").startswith("uncertain")
    assert line_office.line.texts_to(SOMCHAI) == ["ตอบ: ไม่แน่ใจ"]


def test_the_other_messages_arrive_when_line_refuses_one(line_office: LineOffice) -> None:
    line_office.rasa.replies = lambda question: [
        {"text": text, "buttons": []} for text in ("ก่อน", "หลัง")
    ]
    line_office.line.fail("reply", "400")
    line_office.line.fail("push", "400")

    line_office.send(events.text(SOMCHAI, "สามข้อ"))

    line_office.wait_until_quiet()
    assert line_office.line.texts_to(SOMCHAI) == ["หลัง"]
    assert [bool(row.failed_at) for row in outgoing()] == [True, False]
    assert outgoing()[0].last_error == "LINE answered 400"


def office_says(question: Question, words: str) -> None:
    """What an internal endpoint does when it has saved something."""
    with session_scope() as session:
        outbox.queue(session, question["conversation_id"], words)
