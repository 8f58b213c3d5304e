"""Trying a question as the bot would meet it, for those who look after the answers.

Nothing is kept: neither the question nor that it was tried.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.orm import Session

from api.console.pages import FAQ_ROLES, page
from api.database import ReadSession
from api.faq import catalogue
from api.faq.catalogue import title_of
from api.faq.outside import subjects
from api.faq.search import search
from api.settings import get_settings
from api.staff import Staff
from api.staff.guards import own_form, role_required
from api.thai_text import clean

SHOWN = 3
LONGEST_QUESTION = 1000

router = APIRouter(include_in_schema=False)
FaqStaff = Annotated[Staff, Depends(role_required(*FAQ_ROLES))]


@router.get("/faq/try")
def form(request: Request, staff: FaqStaff) -> Response:
    return page(
        request, "faq_try.html", question="", tried=None, told=False, longest=LONGEST_QUESTION
    )


@router.post("/faq/try", dependencies=[Depends(own_form)])
def try_question(
    request: Request,
    staff: FaqStaff,
    session: ReadSession,
    question: Annotated[str, Form()] = "",
) -> Response:
    question = clean(question)[:LONGEST_QUESTION]
    return page(
        request,
        "faq_try.html",
        200 if question else 422,
        question=question,
        tried=_tried(session, question) if question else None,
        told=not question,
        longest=LONGEST_QUESTION,
    )


def _tried(session: Session, question: str) -> dict[str, Any]:
    found = search(session, question)
    # An answer names one entry and a refusal none; what stands next to it tells why.
    near = [entry.id for entry in catalogue.suggested(session, question, SHOWN)]
    ids = list(dict.fromkeys([*found.entry_ids, *near]))[:SHOWN]
    outside = subjects(get_settings().knowledge_dir).get(found.outside_id or "")
    return {
        "outcome": found.outcome.value,
        "percent": round(100 * found.score),
        "entries": [(entry, title_of(entry.subject)) for entry in catalogue.by_ids(session, ids)],
        "outside": outside,
    }
