"""Every question leaves a row: what was asked and done, whether it helped, and where it ended."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.clock import now
from api.conversations.models import Conversation
from api.faq.masking import mask
from api.faq.models import AskedQuestion, Ending
from api.faq.search import Found, Outcome

SAME_ERRAND = timedelta(minutes=30)
"""A question belongs to the case or the hand-over that follows it within this time."""


def keep(
    session: Session,
    conversation: Conversation | None,
    question: str,
    outcome: Outcome,
    found: Found,
    about_entry_id: str | None,
) -> AskedQuestion:
    is_answered = outcome is Outcome.answered
    asked = AskedQuestion(
        conversation_id=conversation.id if conversation else None,
        channel=conversation.channel if conversation else None,
        question=mask(question),
        outcome=outcome.value,
        entry_id=found.entry_ids[0] if is_answered else None,
        outside_id=found.outside_id if outcome is Outcome.outside else None,
        about_entry_id=about_entry_id,
        score=found.score,
        choices=found.entry_ids if outcome is Outcome.choices else [],
    )
    session.add(asked)
    session.flush()
    return asked


def rate(session: Session, conversation_id: str, asked_id: int, useful: bool) -> bool:
    """Keep the pressed thumb; the last one counts. Returns whether the question is theirs."""
    asked = session.get(AskedQuestion, asked_id)
    if asked is None or asked.conversation_id != conversation_id:
        return False
    asked.useful = useful
    return True


def latest(session: Session, conversation_id: str | None) -> AskedQuestion | None:
    """The conversation's last question, if it was asked a moment ago."""
    if conversation_id is None:
        return None
    return session.scalars(
        select(AskedQuestion)
        .where(
            AskedQuestion.conversation_id == conversation_id,
            AskedQuestion.asked_at > now() - SAME_ERRAND,
        )
        .order_by(AskedQuestion.id.desc())
        .limit(1)
    ).first()


def end_in(session: Session, conversation_id: str, ending: Ending) -> None:
    """The person went on to somebody or to a case: the answer was not the end."""
    asked = latest(session, conversation_id)
    if asked is not None and asked.ended_in is None:
        asked.ended_in = ending


def forget_who_asked(session: Session, conversation_id: str) -> None:
    """Keep the questions of a conversation, but not whose they are."""
    session.execute(
        update(AskedQuestion)
        .where(AskedQuestion.conversation_id == conversation_id)
        .values(conversation_id=None)
    )
