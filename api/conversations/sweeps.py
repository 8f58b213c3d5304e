"""What a timer looks for: work that a crash or another process left, and words to erase."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import Select, and_, or_, select, update

from api.clock import now
from api.conversations import service
from api.conversations.models import Channel, Direction, Message
from api.database import session_scope

_AT_ONCE = 500
_WEB_WORDS_LIVE = timedelta(hours=24)

_UNANSWERED = and_(Message.direction == Direction.incoming, Message.answered_at.is_(None))
_UNSENT = and_(
    Message.direction == Direction.outgoing,
    Message.sent_at.is_(None),
    Message.failed_at.is_(None),
)


def waiting(channels: Collection[Channel]) -> list[str]:
    """The conversations in which something may be answered or sent now."""
    due = or_(Message.next_attempt_at.is_(None), Message.next_attempt_at <= now())
    with session_scope(read_only=True) as session:
        return [
            conversation_id
            for pending in (_UNANSWERED, _UNSENT)
            for conversation_id in session.scalars(
                select(Message.conversation_id)
                .where(
                    pending,
                    due,
                    Message.channel.in_(channels),
                    Message.conversation_id.is_not(None),
                )
                .distinct()
                .limit(_AT_ONCE)
            )
            if conversation_id
        ]


def hurry() -> list[str]:
    """The bot is back: let every message it failed on be tried at once."""
    with session_scope() as session:
        delayed = (_UNANSWERED, Message.next_attempt_at.is_not(None))
        conversations = session.scalars(select(Message.conversation_id).where(*delayed)).all()
        session.execute(update(Message).where(*delayed).values(next_attempt_at=None))
        return [conversation_id for conversation_id in set(conversations) if conversation_id]


def erase_served() -> None:
    """Erase short-lived words on the web, and those with buttons, after a day."""
    with session_scope(read_only=True) as session:
        if session.scalars(served().limit(1)).first() is None:
            return
    with session_scope() as session:
        for message_id in session.scalars(served().limit(_AT_ONCE)):
            service.forget_if_served(session.get_one(Message, message_id))


def served() -> Select[int]:
    return select(Message.id).where(
        Message.short_lived,
        Message.erased_at.is_(None),
        or_(Message.channel == Channel.web, Message.buttons.is_not(None)),
        Message.direction == Direction.outgoing,
        Message.sent_at < now() - _WEB_WORDS_LIVE,
    )
