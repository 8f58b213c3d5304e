"""A conversation moves on by one step: store what came of the last one, and take the next.

Each step is one short transaction, run in a thread. Between steps a worker asks the bot or calls
LINE, and holds nothing but `held_until`, a lease that outlives a crashed worker by seconds.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from api.clock import now
from api.conversations import after_commit, outbox, turns
from api.conversations.models import Conversation
from api.conversations.outbox import Delivery, Parcel
from api.conversations.rasa import Reply
from api.conversations.turns import Turn
from api.database import session_scope

# Longer than the longest step: the bot and LINE both have five seconds.
LEASE = timedelta(seconds=10)


@dataclass(frozen=True)
class Answered:
    turn: Turn
    replies: list[Reply]


@dataclass(frozen=True)
class NotAnswered:
    turn: Turn
    reason: str
    others_are_answered: bool


@dataclass(frozen=True)
class Delivered:
    parcel: Parcel
    delivery: Delivery


Result = Answered | NotAnswered | Delivered
Step = Turn | Parcel


@dataclass(frozen=True)
class Rest:
    until: datetime | None


def advance(conversation_id: str, result: Result | None) -> Step | Rest:
    with session_scope() as session:
        # What this transaction queues is picked up by itself, so nobody need be told.
        after_commit.keep_quiet(session)
        conversation = session.get(Conversation, conversation_id, with_for_update=True)
        if conversation is None:
            return Rest(None)
        if result is None:
            if conversation.held_until and conversation.held_until > now():
                return Rest(conversation.held_until)
        else:
            _store(session, conversation, result)
        step = _next(session, conversation)
        conversation.held_until = None if isinstance(step, Rest) else now() + LEASE
        return step


def release(conversation_id: str) -> None:
    """Give up a conversation in the middle of a step, so that another worker need not wait."""
    with session_scope() as session:
        conversation = session.get(Conversation, conversation_id)
        if conversation:
            conversation.held_until = None


def _store(session: Session, conversation: Conversation, result: Result) -> None:
    match result:
        case Answered(turn, replies):
            turns.answered(session, conversation, turn, replies)
        case NotAnswered(turn, reason, others_are_answered):
            turns.failed(
                session, conversation, turn, reason, others_are_answered=others_are_answered
            )
        case Delivered(parcel, delivery):
            outbox.settle(session, parcel, delivery)


def _next(session: Session, conversation: Conversation) -> Step | Rest:
    session.flush()
    parcel = outbox.next_parcel(session, conversation)
    if isinstance(parcel, Parcel):
        return parcel
    turn = turns.next_turn(session, conversation)
    if isinstance(turn, Turn):
        return turn
    times = [moment for moment in (parcel, turn) if moment]
    return Rest(min(times) if times else None)
