"""Every endpoint the bot's actions may call, behind one shared token."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Header

from api.cases import changes, queries, service, topics
from api.cases.anonymity import cut_ties
from api.cases.codes import case_by_code
from api.cases.explanations import next_step
from api.cases.handover import ask_for_person
from api.cases.knowledge import knowledge
from api.clock import bangkok, thai_date, thai_datetime
from api.database import ReadSession, WriteSession
from api.errors import NotAllowed
from api.faq import trace
from api.faq.models import Ending
from api.faq.service import answer_question, detail_of
from api.internal_schemas import (
    Adding,
    Answer,
    AskingDetail,
    AskingPerson,
    AskingQuestion,
    AskingStatus,
    Detail,
    Found,
    Opened,
    Opening,
    Proposed,
    ProposedTopic,
    Proposing,
    Rated,
    Rating,
    Status,
    Waiting,
    Withdrawing,
)
from api.settings import get_settings
from api.wording import say


def bot_only(authorization: Annotated[str, Header()] = "") -> None:
    """The guard of this router: the caller must hold INTERNAL_TOKEN."""
    expected = f"Bearer {get_settings().internal_token.get_secret_value()}"
    if not secrets.compare_digest(authorization.encode(), expected.encode()):
        raise NotAllowed


router = APIRouter(prefix="/internal", dependencies=[Depends(bot_only)], include_in_schema=False)


@router.post("/answers")
def answers(request: AskingQuestion, session: WriteSession) -> Answer:
    return answer_question(session, request.conversation_id, request.question, request.entry_id)


@router.post("/answers/detail")
def answer_detail(request: AskingDetail, session: ReadSession) -> Detail:
    return Detail(**detail_of(session, request.entry_id))


@router.post("/answers/rating")
def rate_answer(request: Rating, session: WriteSession) -> Rated:
    return Rated(
        kept=trace.rate(session, request.conversation_id, request.asked_id, request.useful)
    )


@router.post("/case-proposals")
def case_proposals(request: Proposing) -> Proposed:
    proposal = topics.propose(request.kind, request.detail)
    routes = knowledge().routes
    return Proposed(
        topics=[
            ProposedTopic(topic=topic, name=routes[topic].name, probability=round(chance, 2))
            for topic, chance in proposal.shown
        ],
        agency=proposal.agency,
        agencies=list(proposal.agencies),
        outside_ministry=proposal.outside_ministry,
    )


@router.post("/cases")
def open_case(request: Opening, session: WriteSession) -> Opened:
    filed = service.open_case(session, service.Filing(**request.model_dump()))
    case = filed.case
    trace.end_in(session, request.conversation_id, Ending.case)
    if case.anonymous:
        # What was asked on the way to an anonymous case can tell what the case is about.
        trace.forget_who_asked(session, request.conversation_id)
    return Opened(
        number=case.number,
        receipt_code=filed.receipt_code,
        unit=case.unit,
        unit_because=case.unit_because,
        forward_by=case.forward_by,
        answer_by=case.answer_by,
        repeated=filed.repeated,
    )


@router.post("/cases/status")
def case_status(request: AskingStatus, session: WriteSession) -> Status:
    case = case_by_code(session, request.conversation_id, request.number, request.receipt_code)
    if case is None:
        return Status(found=False)
    if case.anonymous:
        # The number and the code were typed here: kept, they would tell who sent the report.
        cut_ties(session, request.conversation_id)
    return Status(
        found=True,
        number=case.number,
        state=case.state,
        state_name=say(f"state_{case.state}"),
        next_step=next_step(case),
        unit=case.unit,
        answer_by=thai_date(bangkok(case.answer_by).date()),
        updated_at=thai_datetime(queries.last_news_at(session, case)),
    )


@router.post("/cases/information")
def add_information(request: Adding, session: WriteSession) -> Found:
    case = changes.add_information(
        session,
        conversation_id=request.conversation_id,
        request_id=request.request_id,
        number=request.number,
        code=request.receipt_code,
        text=request.text,
        attachment_ids=request.attachment_ids,
    )
    return Found(found=case is not None, number=case.number if case else None)


@router.post("/cases/withdrawal")
def withdraw(request: Withdrawing, session: WriteSession) -> Found:
    case = changes.withdraw(
        session,
        conversation_id=request.conversation_id,
        request_id=request.request_id,
        number=request.number,
        code=request.receipt_code,
        reason=request.reason,
    )
    return Found(found=case is not None, number=case.number if case else None)


@router.post("/handovers")
def handovers(request: AskingPerson, session: WriteSession) -> Waiting:
    is_open = ask_for_person(session, request.conversation_id)
    trace.end_in(session, request.conversation_id, Ending.person)
    return Waiting(waiting=True, office_is_open=is_open)
