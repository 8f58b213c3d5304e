"""Filing a case.

The case, its first event and the message to the citizen are written in the caller's one
transaction. The filing carries an id: a repeat changes nothing and is answered the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api import clock
from api.cases.anonymity import cut_ties, only_the_hour
from api.cases.deadlines import DueDate, Step, due_dates
from api.cases.explanations import explain, promise
from api.cases.files import attach, check_files
from api.cases.knowledge import knowledge
from api.cases.models import Audience, Case, CaseEvent, CaseKind, Complainant, Urgency
from api.cases.numbers import next_number, receipt_code, receipt_hash
from api.cases.refusals import ConversationUnknown, RequestBelongsElsewhere
from api.cases.routing import Destination, route
from api.cases.states import CaseState
from api.conversations.models import Channel, Conversation
from api.conversations.outbox import queue
from api.errors import AppError
from api.wording import say

_PRAISE = (CaseKind.suggestion, CaseKind.compliment)


class ContactNeeded(AppError):
    status = 422
    fields = ("contact",)
    message = "กรุณาให้เบอร์โทรหรืออีเมลอย่างน้อยหนึ่งอย่าง หรือเลือกไม่เปิดเผยตัวตน"


class ConsentNeeded(AppError):
    status = 422
    fields = ("consent_version",)
    message = "กรุณาให้ความยินยอมตามประกาศความเป็นส่วนตัวก่อน"


@dataclass(frozen=True)
class Filing:
    """A case as the citizen confirmed it."""

    conversation_id: str
    request_id: str
    kind: CaseKind
    topic: str
    detail: str
    agency: str | None = None
    happened_at: str | None = None
    place: str | None = None
    anonymous: bool = False
    name: str | None = None
    contact: str | None = None
    attachment_ids: Sequence[str] = ()
    consent_version: str | None = None


@dataclass(frozen=True)
class Filed:
    case: Case
    receipt_code: str
    repeated: bool


def open_case(session: Session, filing: Filing) -> Filed:
    """File a case and confirm it to the citizen. A repeat of the request returns the first case."""
    conversation = session.get(Conversation, filing.conversation_id)
    if conversation is None:
        raise ConversationUnknown
    if first := _filed_before(session, filing):
        return first
    _check(session, filing, conversation)
    try:
        with session.begin_nested():
            case, dates = _new_case(session, filing, conversation)
    except IntegrityError:
        # The same request arrived twice at once, and the other copy was stored first.
        first = _filed_before(session, filing)
        if first is None:
            raise
        return first
    code = receipt_code(filing.request_id)
    if filing.anonymous:
        cut_ties(session, filing.conversation_id, filing.attachment_ids)
    _confirm_filing(session, filing, case, code, promise(dates))
    return Filed(case, code, repeated=False)


def _filed_before(session: Session, filing: Filing) -> Filed | None:
    case = session.scalar(select(Case).where(Case.request_id == filing.request_id))
    if case is None:
        return None
    # An anonymous case does not say whose it is; its request id is known to its sender only.
    owner = None if case.anonymous else filing.conversation_id
    if case.conversation_id != owner or case.anonymous != filing.anonymous:
        raise RequestBelongsElsewhere
    return Filed(case, receipt_code(filing.request_id), repeated=True)


def _check(session: Session, filing: Filing, conversation: Conversation) -> None:
    on_line = conversation.channel == Channel.line
    if not filing.anonymous:
        if not filing.consent_version:
            raise ConsentNeeded
        if not filing.contact and not on_line:
            raise ContactNeeded
    check_files(session, filing.conversation_id, filing.attachment_ids)


def _new_case(
    session: Session, filing: Filing, conversation: Conversation
) -> tuple[Case, list[DueDate]]:
    rules = knowledge()
    arrived_at = clock.now()
    kind, destination, agency = _destination(filing)
    due = due_dates(arrived_at, rules.limits[Urgency(destination.urgency)], rules.calendar)
    dates = [due[step] for step in (Step.forward, Step.first_notice, Step.answer)]
    received_at, counted_from = arrived_at, due[Step.answer].counted_from
    if filing.anonymous:
        received_at, counted_from = only_the_hour(received_at), only_the_hour(counted_from)
    case = Case(
        number=next_number(session, clock.fiscal_year(clock.bangkok(arrived_at).date())),
        request_id=filing.request_id,
        receipt_hash=receipt_hash(receipt_code(filing.request_id)),
        kind=kind,
        state=CaseState.received,
        urgency=Urgency(destination.urgency),
        confidential=destination.confidential,
        anonymous=filing.anonymous,
        topic="corruption" if kind == CaseKind.corruption else filing.topic,
        agency=agency,
        unit=destination.unit,
        unit_because=destination.because,
        conversation_id=None if filing.anonymous else conversation.id,
        detail=filing.detail,
        happened_at=filing.happened_at,
        place=filing.place,
        received_at=received_at,
        counted_from_at=counted_from,
        forward_by=due[Step.forward].at,
        first_notice_by=due[Step.first_notice].at,
        answer_by=due[Step.answer].at,
        due_at=due[Step.forward].at,
        due_because=[explain(due[step]) for step in (Step.forward, Step.first_notice, Step.answer)],
    )
    session.add(case)
    session.flush()
    session.add(
        CaseEvent(
            case_id=case.id,
            at=received_at,
            verb="opened",
            actor="citizen",
            to_state=CaseState.received,
            # The agency as typed, when the office does not know it by that name.
            note=filing.agency if filing.agency and not agency else None,
            audience=Audience.citizen,
            request_id=filing.request_id,
        )
    )
    if not filing.anonymous:
        on_line = conversation.channel == Channel.line
        session.add(
            Complainant(
                case_id=case.id,
                name=filing.name,
                contact=filing.contact or ("LINE" if on_line else None),
                consent_version=filing.consent_version or "",
                consent_at=arrived_at,
            )
        )
    attach(session, case, filing.attachment_ids)
    session.flush()
    return case, dates


def _destination(filing: Filing) -> tuple[CaseKind, Destination, str | None]:
    rules = knowledge()
    # A report of corruption is one, whichever button it came by.
    is_corruption = filing.kind == CaseKind.corruption or filing.topic == "corruption"
    kind = CaseKind.corruption if is_corruption else filing.kind
    chosen = rules.routes["corruption" if is_corruption else filing.topic]
    agency = rules.find_agency(filing.agency) if filing.agency else None
    destination = route(
        chosen,
        agency,
        rules.agencies,
        rules.reason_complained_about,
        complains=kind not in _PRAISE,
    )
    return kind, destination, agency.name if agency else None


def _confirm_filing(session: Session, filing: Filing, case: Case, code: str, promised: str) -> None:
    words = say(
        "case_opened",
        number=case.number,
        receipt_code=code,
        unit=case.unit,
        unit_because=case.unit_because,
        due_dates=promised,
    )
    if filing.anonymous:
        words += "\n\n" + say("case_opened_anonymous")
    queue(session, filing.conversation_id, words, short_lived=filing.anonymous)
