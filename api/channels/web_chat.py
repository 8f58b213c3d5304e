"""The chat widget's endpoints.

A browser waits for news by a request that is answered when there are some (at most 25 s later).
One mechanism serves as the live line, as the way to resume after a break, and as plain polling
where a proxy allows nothing better. While it waits, no thread and no session is held.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from api.channels import web_messages
from api.channels.web_messages import Bookmark, Post, Talk
from api.channels.web_uploads import read_json, read_upload
from api.channels.web_visitors import (
    Limits,
    forget_visitor,
    from_our_page,
    network_of,
    new_visitor,
    remember_visitor,
    visitor_of,
)

_MOST_JSON_BYTES = 64_000
_LOOK_AGAIN_SECONDS = 3.0
"""How soon a waiting browser hears what another process stored."""
_WAITS_A_VISITOR = 4
_WAITS_IN_ALL = 2000
_AGAIN_IN_SECONDS = 4


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.web_limits = Limits()
    app.state.web_waits = Counter[str]()
    yield


router = APIRouter(prefix="/chat", include_in_schema=False, lifespan=_lifespan)
our_page_only = [Depends(from_our_page)]


@router.post("/open", dependencies=our_page_only)
def open_talk(request: Request) -> Response:
    """Give the browser its secret before its first message, so that a repeat finds itself."""
    response = Response(status_code=204)
    remember_visitor(response, visitor_of(request) or new_visitor())
    return response


@router.post("/messages", dependencies=our_page_only)
async def post_message(request: Request) -> JSONResponse:
    post = Post.of(await read_json(request, _MOST_JSON_BYTES))
    visitor = await _admit(request, files=False)
    message = await run_in_threadpool(web_messages.store_post, visitor, post)
    return _accepted(message, visitor)


@router.post("/files", dependencies=our_page_only)
async def post_file(request: Request) -> JSONResponse:
    visitor = await _admit(request, files=True)
    upload = await read_upload(request)
    web_messages.checked_client_id(upload.client_id)
    message = await run_in_threadpool(web_messages.store_file, visitor, upload)
    return _accepted(message, visitor)


@router.get("/messages")
async def get_messages(
    request: Request,
    after: Annotated[str, Query(max_length=50)] = "0",
    wait: Annotated[int, Query(ge=0, le=25)] = 0,
) -> dict[str, Any]:
    """What came after the bookmark; with `wait`, the answer takes up to so many seconds."""
    bookmark = Bookmark.parse(after)
    visitor = visitor_of(request)
    talk = await _read(visitor, bookmark) if visitor else None
    if visitor is None or talk is None:
        return {"messages": [], "thinking": False, "after": "0", "again_in": _AGAIN_IN_SECONDS}
    again_in = 0
    if wait and not talk.is_news_after(bookmark):
        with _seat(request.app, talk.conversation_id) as is_free:
            if is_free:
                talk = await _wait_for_news(request.app, visitor, talk, bookmark, wait)
            else:
                again_in = _AGAIN_IN_SECONDS
    return {
        "messages": talk.messages,
        "thinking": talk.bookmark.thinking,
        "after": str(talk.bookmark),
        "again_in": again_in,
    }


@router.post("/leave", dependencies=our_page_only)
def leave() -> Response:
    """Make this browser forget the talk; on a shared computer nobody else shall read it."""
    response = Response(status_code=204)
    forget_visitor(response)
    return response


async def _admit(request: Request, *, files: bool) -> str:
    """The visitor who sends, unless too much came from there lately."""
    limits: Limits = request.app.state.web_limits
    network = network_of(request)
    limits.count(f"messages of network {network}", 300, 60)
    visitor = visitor_of(request)
    if visitor is None or not await run_in_threadpool(web_messages.knows, visitor):
        # Many people of one office or café share an address.
        limits.count(f"talks of network {network}", 60, 600)
    visitor = visitor or new_visitor()
    limits.count(f"messages of {visitor}", 30, 60)
    if files:
        limits.count(f"files of {visitor}", 20, 600)
    return visitor


def _accepted(message: dict[str, Any], visitor: str) -> JSONResponse:
    response = JSONResponse(message, 202)
    remember_visitor(response, visitor)
    return response


@contextmanager
def _seat(app: FastAPI, conversation_id: str) -> Iterator[bool]:
    """A place to wait in, if one is free: each waiting request costs a little."""
    waits: Counter[str] = app.state.web_waits
    is_free = waits[conversation_id] < _WAITS_A_VISITOR and waits.total() < _WAITS_IN_ALL
    waits[conversation_id] += is_free
    try:
        yield is_free
    finally:
        waits[conversation_id] -= is_free
        if not waits[conversation_id]:
            del waits[conversation_id]


async def _wait_for_news(
    app: FastAPI, visitor: str, talk: Talk, bookmark: Bookmark, seconds: int
) -> Talk:
    deadline = time.monotonic() + seconds
    with app.state.worker.watch(talk.conversation_id) as changed:
        while True:
            changed.clear()
            talk = await _read(visitor, bookmark) or talk
            left = deadline - time.monotonic()
            if talk.is_news_after(bookmark) or left <= 0:
                return talk
            try:
                await asyncio.wait_for(changed.wait(), min(left, _LOOK_AGAIN_SECONDS))
            except TimeoutError:
                continue
            except asyncio.CancelledError:
                # The service is stopping: the browser gets an ordinary answer, and asks again.
                return talk


async def _read(visitor: str, bookmark: Bookmark) -> Talk | None:
    return await run_in_threadpool(web_messages.read_talk, visitor, bookmark)
