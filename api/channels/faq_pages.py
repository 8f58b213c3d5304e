"""The published answers as pages: subjects, entries, and a search. Nobody needs JavaScript.

What people type comes in the body of a POST, so that it stands in no address and in no log.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from api import clock
from api.channels.public_pages import page, render
from api.channels.web_uploads import RequestTooLarge, read_json
from api.channels.web_visitors import Limits, TooManyMessages, from_our_page, network_of
from api.database import ReadSession, session_scope
from api.errors import Malformed, TooMany
from api.faq import catalogue
from api.faq.catalogue import title_of
from api.faq.models import Entry
from api.faq.service import source_of
from api.faq.subjects import subject_titles
from api.settings import get_settings
from api.thai_text import clean

LONGEST_SEARCH = 200
_FEWEST_LETTERS = 2
_MOST_SUGGESTED = 8
_MOST_BYTES = 8_000
_KEEP = "public, max-age=60"


class TooManySearches(TooMany):
    def __init__(self, seconds: int) -> None:
        super().__init__(f"ค้นหาถี่เกินไป กรุณารอ {seconds} วินาทีแล้วลองใหม่")
        self.seconds = seconds


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    # A file without a title stops the start, not the first visitor.
    subject_titles(get_settings().knowledge_dir)
    app.state.faq_limits = Limits()
    yield


router = APIRouter(include_in_schema=False, lifespan=_lifespan)


@router.get("/faq")
def faq(session: ReadSession) -> HTMLResponse:
    return page(
        "faq.html", keep=_KEEP, subjects=catalogue.subjects(session), longest=LONGEST_SEARCH
    )


@router.get("/faq/search")
def search_again() -> Response:
    """Where a browser comes that asks for the address of a search without its words."""
    return RedirectResponse("/faq", 303)


@router.post("/faq/search", dependencies=[Depends(from_our_page)])
async def search(request: Request) -> HTMLResponse:
    typed = await _typed(request)
    _admit(request, "searches", 60)
    return await run_in_threadpool(_found_page, typed)


@router.post("/faq/suggestions", dependencies=[Depends(from_our_page)])
async def suggestions(request: Request) -> JSONResponse:
    text = (await read_json(request, _MOST_BYTES)).get("text")
    if not isinstance(text, str):
        raise Malformed
    _admit(request, "suggestions", 120)
    found = await run_in_threadpool(_suggestions, _shortened(text))
    return JSONResponse({"entries": found}, headers={"Cache-Control": "no-store"})


@router.get("/faq/{subject}")
def subject_page(subject: str, session: ReadSession) -> HTMLResponse:
    return page(
        "faq_subject.html",
        keep=_KEEP,
        subject=subject,
        title=title_of(subject),
        entries=catalogue.entries_of(session, subject),
    )


@router.get("/faq/{subject}/{entry_id}")
def entry_page(subject: str, entry_id: str, session: ReadSession) -> Response:
    entry = catalogue.one_entry(session, entry_id)
    if entry.subject != subject:
        # It moved to another subject; old links still lead to it.
        return RedirectResponse(_address(entry))
    return page(
        "faq_entry.html",
        keep=_KEEP,
        entry=entry,
        title=title_of(subject),
        source=source_of(entry),
        related=catalogue.by_ids(session, entry.related),
        is_due=entry.review_on < clock.bangkok(clock.now()).date(),
    )


@router.get("/sitemap.xml")
def sitemap(session: ReadSession) -> Response:
    text = render("sitemap.xml", entries=catalogue.addresses(session))
    return Response(text, media_type="application/xml", headers={"Cache-Control": _KEEP})


def _found_page(typed: str) -> HTMLResponse:
    with session_scope(read_only=True) as session:
        entries = catalogue.found_by(session, typed) if len(typed) >= _FEWEST_LETTERS else []
        rows = [(entry, title_of(entry.subject)) for entry in entries]
        return page(
            "faq_found.html", keep="no-store", typed=typed, found=rows, longest=LONGEST_SEARCH
        )


def _suggestions(typed: str) -> list[dict[str, Any]]:
    if len(typed) < _FEWEST_LETTERS:
        return []
    with session_scope(read_only=True) as session:
        return [
            {
                "id": entry.id,
                "title": entry.questions[0],
                "subject": title_of(entry.subject),
                "url": _address(entry),
            }
            for entry in catalogue.suggested(session, typed, _MOST_SUGGESTED)
        ]


def _address(entry: Entry) -> str:
    return f"/faq/{entry.subject}/{entry.id}"


async def _typed(request: Request) -> str:
    """The form's only field, read by hand: a form parser would take a body of any size."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise RequestTooLarge
    return _shortened(parse_qs(body.decode(errors="replace")).get("q", [""])[0])


def _shortened(text: str) -> str:
    return clean(text)[:LONGEST_SEARCH].strip()


def _admit(request: Request, what: str, most_a_minute: int) -> None:
    """Raises TooManySearches. Many people of one office or café share a network."""
    limits: Limits = request.app.state.faq_limits
    try:
        limits.count(f"{what} of network {network_of(request)}", most_a_minute, 60)
    except TooManyMessages as refusal:
        raise TooManySearches(refusal.seconds) from None
