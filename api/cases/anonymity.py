"""Keeping nothing that leads from an anonymous case to its sender."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import clock
from api.cases.models import Case
from api.conversations.models import Attachment, Author, Message
from api.conversations.service import erase_words

_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


def cut_ties(session: Session, conversation_id: str, attachment_ids: Sequence[str] = ()) -> None:
    """Leave nothing in the conversation by which an anonymous case could be found, or told."""
    erase_words(session, conversation_id, _intake_began(session, conversation_id))
    for attachment_id in attachment_ids:
        attachment = session.get_one(Attachment, attachment_id)
        attachment.conversation_id = attachment.message_id = None


def _intake_began(session: Session, conversation_id: str) -> datetime:
    """After the confirmation of the last case that may stay tied to this conversation.

    Where the story began cannot be told from the words, so whatever came since is taken for it.
    """
    last = session.scalar(
        select(Case)
        .where(Case.conversation_id == conversation_id)
        .order_by(Case.id.desc())
        .limit(1)
    )
    if last is None:
        return _BEFORE_ALL
    said_since = session.scalars(
        select(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.author == Author.system,
            Message.created_at >= last.received_at,
        )
        .order_by(Message.id)
    )
    for message in said_since:
        if last.number in (message.text or ""):
            return message.created_at + datetime.resolution
    return last.received_at


def moment_of(case: Case) -> datetime:
    return only_the_hour(clock.now()) if case.anonymous else clock.now()


def only_the_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
