"""What is said about an anonymous case is forgotten on its way through the talk."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from api import clock
from api.conversations import outbox, sweeps, turns
from api.conversations.models import Author, Channel, Conversation, Direction, Message
from api.conversations.outbox import Delivery, Outcome, Parcel
from api.conversations.rasa import Question, Reply
from api.database import session_scope
from tests.api.factories import make_conversation

BUTTONS = [{"title": "เพิ่มข้อมูล", "payload": "/add_information"}]


@pytest.mark.parametrize("channel", [Channel.web, Channel.line])
@pytest.mark.parametrize("buttons", [[], BUTTONS])
def test_the_answer_to_forgotten_words_is_forgotten_too(
    database: Engine,
    monkeypatch: pytest.MonkeyPatch,
    channel: Channel,
    buttons: list[dict[str, str]],
) -> None:
    conversation = make_conversation(channel)
    _answer(conversation, [Reply("เลขที่ 2570-000001-8 รับเรื่องแล้ว", buttons)])
    _deliver(conversation)
    at_once = channel == Channel.line and not buttons
    assert (_last_words(conversation) is None) is at_once
    a_day_later = clock.now() + timedelta(hours=25)
    monkeypatch.setattr(sweeps, "now", lambda: a_day_later)
    sweeps.erase_served()
    assert _last_words(conversation) is None


def _answer(conversation: Conversation, replies: list[Reply]) -> None:
    """The bot answers a message that is to be forgotten."""
    with session_scope() as session:
        asked = Message(
            conversation_id=conversation.id,
            channel=conversation.channel,
            direction=Direction.incoming,
            author=Author.citizen,
            kind="text",
            text="2570-000001-8",
            short_lived=True,
        )
        session.add(asked)
        session.flush()
        question = Question(conversation.id, asked.key, conversation.channel, "…", False)
        turn = turns.Turn(message_id=asked.id, newest_id=asked.id, question=question)
        turns.answered(session, session.get_one(Conversation, conversation.id), turn, replies)
        assert asked.text is None


def _deliver(conversation: Conversation) -> None:
    with session_scope() as session:
        parcel = outbox.next_parcel(session, session.get_one(Conversation, conversation.id))
        if isinstance(parcel, Parcel):
            outbox.settle(session, parcel, Delivery(Outcome.sent))


def _last_words(conversation: Conversation) -> str | None:
    with session_scope() as session:
        rows = select(Message).filter_by(conversation_id=conversation.id).order_by(Message.id)
        return session.scalars(rows).all()[-1].text
