"""What citizens do with a case that is filed: add to it, withdraw it.

As in service.py: state, event and message in the caller's one transaction, and repeats are safe.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api import clock
from api.cases.anonymity import cut_ties, moment_of
from api.cases.codes import case_by_code
from api.cases.files import attach, check_files
from api.cases.knowledge import knowledge
from api.cases.models import Audience, Case, CaseEvent
from api.cases.refusals import ConversationUnknown, RequestBelongsElsewhere
from api.cases.states import OVER, CaseState, due_field, may_move
from api.conversations.models import Conversation
from api.conversations.outbox import queue
from api.errors import Conflict
from api.wording import say


class CaseAlreadyClosed(Conflict):
    message = "เรื่องนี้ปิดแล้ว หากมีเรื่องเพิ่มเติม กรุณาแจ้งเป็นเรื่องใหม่"


def add_information(
    session: Session,
    *,
    conversation_id: str,
    request_id: str,
    number: str,
    code: str,
    text: str | None,
    attachment_ids: Sequence[str] = (),
) -> Case | None:
    """Add words and files to a case; None when number and code do not open one."""
    case = _open_by_code(session, conversation_id, number, code)
    if case is None or _happened_before(session, case, request_id):
        return case
    if case.state in OVER:
        raise CaseAlreadyClosed
    check_files(session, conversation_id, attachment_ids)
    before, after = case.state, case.state
    if before == CaseState.waiting_for_citizen:
        after = _take_up_again(session, case)
    event = CaseEvent(
        case_id=case.id,
        at=moment_of(case),
        verb="information_added",
        actor="citizen",
        from_state=before,
        to_state=after,
        note=text,
        audience=Audience.citizen,
        request_id=request_id,
    )
    if not _stored(session, event):
        return case
    attach(session, case, attachment_ids)
    if case.anonymous:
        cut_ties(session, conversation_id, attachment_ids)
    words = say("information_added", number=case.number)
    queue(session, conversation_id, words, short_lived=case.anonymous)
    return case


def withdraw(
    session: Session,
    *,
    conversation_id: str,
    request_id: str,
    number: str,
    code: str,
    reason: str | None,
) -> Case | None:
    """Withdraw a case; None when number and code do not open one."""
    case = _open_by_code(session, conversation_id, number, code)
    if case is None or _happened_before(session, case, request_id):
        return case
    if not may_move(case.state, CaseState.withdrawn):
        raise CaseAlreadyClosed
    event = CaseEvent(
        case_id=case.id,
        at=moment_of(case),
        verb="withdrawn",
        actor="citizen",
        from_state=case.state,
        to_state=CaseState.withdrawn,
        note=reason,
        audience=Audience.citizen,
        request_id=request_id,
    )
    if not _stored(session, event):
        return case
    case.state, case.closed_at = CaseState.withdrawn, event.at
    if case.anonymous:
        cut_ties(session, conversation_id)
    words = say("case_withdrawn", number=case.number)
    queue(session, conversation_id, words, short_lived=case.anonymous)
    return case


def _open_by_code(session: Session, conversation_id: str, number: str, code: str) -> Case | None:
    if session.get(Conversation, conversation_id) is None:
        raise ConversationUnknown
    return case_by_code(session, conversation_id, number, code)


def _happened_before(session: Session, case: Case, request_id: str) -> bool:
    event = session.scalar(select(CaseEvent).where(CaseEvent.request_id == request_id))
    if event and event.case_id != case.id:
        raise RequestBelongsElsewhere
    return event is not None


def _stored(session: Session, event: CaseEvent) -> bool:
    """False when another copy of the same request was stored first."""
    try:
        with session.begin_nested():
            session.add(event)
    except IntegrityError:
        return False
    return True


def _take_up_again(session: Session, case: Case) -> CaseState:
    """The citizen answered: back to where it was, and the days of waiting are not counted."""
    asked = session.scalars(
        select(CaseEvent)
        .where(CaseEvent.case_id == case.id, CaseEvent.to_state == CaseState.waiting_for_citizen)
        .order_by(CaseEvent.id.desc())
        .limit(1)
    ).one()
    calendar = knowledge().calendar
    for name in ("forward_by", "answer_by"):
        later = calendar.after_waiting(getattr(case, name), asked.at, clock.now())
        setattr(case, name, later)
    case.state = asked.from_state or CaseState.received
    case.due_at = getattr(case, due_field(case.state))
    return case.state
