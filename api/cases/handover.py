"""Handing a conversation over to a person of the office."""

from sqlalchemy.orm import Session

from api import clock
from api.cases.knowledge import knowledge
from api.cases.refusals import ConversationUnknown
from api.conversations.models import Conversation
from api.conversations.outbox import queue
from api.wording import say


def ask_for_person(session: Session, conversation_id: str) -> bool:
    """Put the conversation on the staff's list and say so. Returns whether the office is open."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise ConversationUnknown
    if conversation.waiting_for_staff_since is None:
        conversation.waiting_for_staff_since = clock.now()
    is_open = knowledge().calendar.is_open(clock.now())
    hours = "" if is_open else " " + say("handover_office_closed")
    queue(session, conversation_id, say("handover_opened", office_hours=hours))
    return is_open
