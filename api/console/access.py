"""What a member of staff may open besides the case list, and the log of who opened what.

A conversation can hold the intake of a confidential case. Whoever may not see that case does not
see the conversation, nor its files, anywhere.
"""

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, aliased

from api.cases.models import Case, CaseAttachment
from api.cases.queries import visible_to
from api.clock import now
from api.console.pages import CHAT_ROLES
from api.conversations.models import Attachment, Conversation, Direction, Message
from api.database import session_scope
from api.errors import NotFound
from api.staff import AccessLog, Role, Staff

# They read a talk only because of a confidential report that is theirs to handle.
_CONFIDENTIAL_ONLY = frozenset({Role.anti_corruption, Role.executive})


class FileUnknown(NotFound):
    message = "ไม่พบไฟล์นี้ หรือบัญชีนี้ไม่มีสิทธิ์เปิด"


class ChatUnknown(NotFound):
    message = "ไม่พบแชทนี้ หรือแชทนี้ไม่ได้รอเจ้าหน้าที่แล้ว"


def handles(staff: Staff, case: Case) -> bool:
    """Whether the person behind a visible case is shown: who complained, in which words and files.

    An executive reads how a case stands, not who brought it, unless it is theirs to handle: a
    confidential one that they may see at all.
    """
    return staff.role != Role.executive or case.confidential


def note_access(staff: Staff, page: str, subject: str) -> None:
    """Write down a look at personal data before it is shown; without the row nothing is shown."""
    with session_scope() as session:
        session.add(look(staff, page, subject))


def look(staff: Staff, page: str, subject: str) -> AccessLog:
    return AccessLog(staff_id=staff.id, page=page, subject=subject, at=now())


def may_read_conversation(staff: Staff) -> ColumnElement[bool]:
    """A condition on `conversations`: nothing was filed there that this person may not see."""
    # Case by case and not "not in all visible ones", of which there may be very many.
    other = aliased(Case)
    is_visible = visible_to(staff).where(Case.id == other.id).exists()
    filed = exists().where(other.conversation_id == Conversation.id)
    if staff.role in _CONFIDENTIAL_ONLY:
        # Other cases of the same talk do not stand in the way, or nobody could answer it.
        secret = filed.where(other.confidential.is_(True))
        return secret.where(is_visible) & ~secret.where(~is_visible)
    return ~filed.where(~is_visible)


def needs_staff() -> ColumnElement[bool]:
    """A condition on `conversations`: somebody waits, or a message could not be delivered."""
    return or_(
        Conversation.waiting_for_staff_since.is_not(None),
        exists().where(
            Message.conversation_id == Conversation.id,
            Message.direction == Direction.outgoing,
            Message.failed_at.is_not(None),
        ),
    )


def access_chat(session: Session, staff: Staff, conversation_id: str) -> Conversation:
    """Raises ChatUnknown, whether it does not exist or is not for this person."""
    conversation = session.scalar(
        select(Conversation).where(
            Conversation.id == conversation_id, needs_staff(), may_read_conversation(staff)
        )
    )
    if conversation is None or staff.role not in CHAT_ROLES:
        raise ChatUnknown
    return conversation


def readable_conversation(session: Session, staff: Staff, case: Case) -> str | None:
    """The conversation of a visible case, unless it also holds what this person may not see."""
    return session.scalar(
        select(Conversation.id).where(
            Conversation.id == case.conversation_id, may_read_conversation(staff)
        )
    )


def access_file(session: Session, staff: Staff, attachment_id: str) -> Attachment:
    """A file of a case that this person handles, or of a chat that they may answer."""
    attachment = session.get(Attachment, attachment_id)
    if attachment is None or attachment.stored_at is None:
        raise FileUnknown
    if not _in_visible_case(session, staff, attachment) and not _in_open_chat(
        session, staff, attachment
    ):
        raise FileUnknown
    return attachment


def _in_visible_case(session: Session, staff: Staff, attachment: Attachment) -> bool:
    cases = (
        visible_to(staff)
        .join(CaseAttachment, CaseAttachment.case_id == Case.id)
        .where(CaseAttachment.attachment_id == attachment.id)
    )
    return any(handles(staff, case) for case in session.scalars(cases))


def _in_open_chat(session: Session, staff: Staff, attachment: Attachment) -> bool:
    if attachment.conversation_id is None or staff.role not in CHAT_ROLES:
        return False
    try:
        access_chat(session, staff, attachment.conversation_id)
    except ChatUnknown:
        return False
    return True
