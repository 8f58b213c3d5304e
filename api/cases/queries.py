"""Reading cases. `visible_to` is the only door for people of the office."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Select, and_, false, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload

from api.cases.knowledge import knowledge
from api.cases.models import Audience, Case, CaseEvent, CaseKind
from api.cases.states import OVER, CaseState
from api.errors import AppError, NotFound
from api.staff import Role, Staff

PAGE_SIZE = 50


class CaseUnknown(NotFound):
    message = "ไม่พบเรื่องนี้ หรือบัญชีนี้ไม่มีสิทธิ์ดู"


class PageUnknown(AppError):
    message = "ลิงก์หน้าถัดไปไม่ถูกต้อง กรุณาเปิดรายการใหม่ตั้งแต่ต้น"


@dataclass(frozen=True)
class CasePage:
    cases: Sequence[Case]
    next_page: str | None
    """Hand this to `list_cases` as `after`; None on the last page."""


def visible_to(staff: Staff) -> Select[Case]:
    """The cases that this person may see. Every list, page and file of staff starts from it."""
    everything = select(Case)
    centre = knowledge().routes["corruption"].goes_to
    match staff.role:
        case Role.anti_corruption:
            # A report about the centre itself is the permanent secretary's.
            about_others = or_(Case.agency.is_(None), Case.agency != centre)
            return everything.where(Case.confidential.is_(True), about_others)
        case Role.unit_officer:
            return everything.where(Case.confidential.is_(False), Case.unit == staff.unit)
        case Role.executive:
            above_the_centre = and_(Case.agency == centre, Case.unit == staff.unit)
            return everything.where(or_(Case.confidential.is_(False), above_the_centre))
        case Role.grievance_officer | Role.supervisor:
            return everything.where(Case.confidential.is_(False))
        case _:
            return everything.where(false())


def list_cases(
    session: Session,
    staff: Staff,
    *,
    state: CaseState | None = None,
    kind: CaseKind | None = None,
    unit: str | None = None,
    overdue_at: datetime | None = None,
    after: str | None = None,
    size: int = PAGE_SIZE,
) -> CasePage:
    """Open cases, the nearest duty first. Only a finished `state` shows cases that are over.

    With `overdue_at` only those whose duty was due before that moment.
    """
    wanted = visible_to(staff)
    if state is None or state not in OVER:
        wanted = wanted.where(Case.closed_at.is_(None))
    if state is not None:
        wanted = wanted.where(Case.state == state)
    if kind is not None:
        wanted = wanted.where(Case.kind == kind)
    if unit is not None:
        wanted = wanted.where(Case.unit == unit)
    if overdue_at is not None:
        wanted = wanted.where(Case.due_at < overdue_at)
    if after is not None:
        wanted = wanted.where(tuple_(Case.due_at, Case.id) > tuple_(*_read_page_key(after)))
    cases = session.scalars(wanted.order_by(Case.due_at, Case.id).limit(size + 1)).all()
    more = len(cases) > size
    cases = cases[:size]
    return CasePage(cases, _page_key(cases[-1]) if more else None)


def one_case(session: Session, staff: Staff, number: str) -> Case:
    """A case with its events and complainant. Raises CaseUnknown also when it may not be seen."""
    wanted = (
        visible_to(staff)
        .where(Case.number == number)
        .options(selectinload(Case.events), joinedload(Case.complainant))
    )
    case = session.scalar(wanted)
    if case is None:
        raise CaseUnknown
    return case


def last_news_at(session: Session, case: Case) -> datetime:
    """When something last happened that the citizen may know of."""
    newest = session.scalar(
        select(CaseEvent.at)
        .where(CaseEvent.case_id == case.id, CaseEvent.audience == Audience.citizen)
        .order_by(CaseEvent.id.desc())
        .limit(1)
    )
    return newest or case.received_at


def _page_key(case: Case) -> str:
    return f"{int(case.due_at.timestamp())}-{case.id}"


def _read_page_key(key: str) -> tuple[datetime, int]:
    try:
        seconds, case_id = (int(part) for part in key.split("-"))
        # A larger id does not fit into the column, and would be an error of the database.
        return datetime.fromtimestamp(seconds, UTC), min(case_id, 2**31 - 1)
    except (ValueError, OverflowError, OSError):
        raise PageUnknown from None
