"""The open cases, and one case with everything that its handler needs."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import clock
from api.cases.models import Case, CaseAttachment
from api.cases.queries import PAGE_SIZE, list_cases, one_case
from api.console.access import handles, note_access, readable_conversation
from api.console.case_list import OPEN_STATES, Wanted, count_open, units_with_open_cases
from api.console.pages import CASE_ROLES, page
from api.console.transcript import MessageId, read_transcript
from api.conversations.models import Attachment
from api.database import ReadSession
from api.staff import Staff
from api.staff.guards import role_required

router = APIRouter(include_in_schema=False)
CaseStaff = Annotated[Staff, Depends(role_required(*CASE_ROLES))]


@router.get("/cases")
def open_cases(
    request: Request, staff: CaseStaff, session: ReadSession, after: str | None = None
) -> Response:
    wanted = Wanted.read(request.query_params)
    present = clock.now()
    found = list_cases(
        session,
        staff,
        state=wanted.state,
        kind=wanted.kind,
        unit=wanted.unit,
        overdue_at=present if wanted.overdue else None,
        after=after,
    )
    return page(
        request,
        "cases.html",
        wanted=wanted,
        rows=found.cases,
        counts=count_open(session, staff, wanted, present),
        units=units_with_open_cases(session, staff),
        open_states=OPEN_STATES,
        next_address=wanted.address(found.next_page) if found.next_page else None,
        is_later_page=after is not None,
        page_size=PAGE_SIZE,
    )


@router.get("/cases/{number}")
def case(
    number: str,
    request: Request,
    staff: CaseStaff,
    session: ReadSession,
    before: MessageId | None = None,
) -> Response:
    found = one_case(session, staff, number)
    note_access(staff, "case", found.number)
    shows_person = handles(staff, found)
    conversation = readable_conversation(session, staff, found) if shows_person else None
    return page(
        request,
        "case.html",
        case=found,
        shows_person=shows_person,
        transcript=read_transcript(session, conversation, before) if conversation else None,
        files=_files(session, found) if shows_person else [],
        names=_names(session, found),
    )


def _files(session: Session, found: Case) -> list[Attachment]:
    files = (
        select(Attachment)
        .join(CaseAttachment, CaseAttachment.attachment_id == Attachment.id)
        .where(CaseAttachment.case_id == found.id)
        .order_by(Attachment.created_at)
    )
    return list(session.scalars(files))


def _names(session: Session, found: Case) -> Mapping[int, str]:
    """The names of the staff who appear in the case, by id."""
    ids = {event.staff_id for event in found.events} | {found.officer_id}
    people = session.scalars(select(Staff).where(Staff.id.in_(ids - {None})))
    return {person.id: person.name for person in people}
