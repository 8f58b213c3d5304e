"""Chats in which somebody waits for a person, and messages that did not arrive."""

import unicodedata
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from api.console.access import access_chat, look, may_read_conversation, note_access
from api.console.pages import CHAT_ROLES, page
from api.console.transcript import MessageId, read_transcript
from api.conversations import outbox
from api.conversations.models import Author, Conversation, Direction, Message
from api.database import ReadSession, WriteSession
from api.staff import Staff
from api.staff.guards import own_form, role_required

SHOWN = 100
LONGEST_REPLY = 2000

router = APIRouter(include_in_schema=False)
ChatStaff = Annotated[Staff, Depends(role_required(*CHAT_ROLES))]


@router.get("/chats")
def waiting_chats(request: Request, staff: ChatStaff, session: ReadSession) -> Response:
    waiting = select(Conversation).where(
        Conversation.waiting_for_staff_since.is_not(None), may_read_conversation(staff)
    )
    longest_first = waiting.order_by(Conversation.waiting_for_staff_since, Conversation.id)
    return page(
        request,
        "chats.html",
        chats=session.scalars(longest_first.limit(SHOWN)).all(),
        count=session.scalar(select(func.count()).select_from(waiting.subquery())),
    )


@router.get("/undelivered")
def undelivered(request: Request, staff: ChatStaff, session: ReadSession) -> Response:
    failed = (
        select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Message.direction == Direction.outgoing,
            Message.failed_at.is_not(None),
            may_read_conversation(staff),
        )
    )
    return page(
        request,
        "undelivered.html",
        messages=session.scalars(failed.order_by(Message.failed_at.desc()).limit(SHOWN)).all(),
        count=session.scalar(select(func.count()).select_from(failed.subquery())),
    )


@router.get("/chats/{conversation_id}")
def chat(
    conversation_id: str,
    request: Request,
    staff: ChatStaff,
    session: ReadSession,
    before: MessageId | None = None,
) -> Response:
    conversation = access_chat(session, staff, conversation_id)
    note_access(staff, "chat", conversation.id)
    return _chat_page(request, session, conversation, before=before)


@router.post("/chats/{conversation_id}/replies", dependencies=[Depends(own_form)])
def reply(
    conversation_id: str,
    request: Request,
    staff: ChatStaff,
    session: WriteSession,
    request_id: Annotated[UUID, Form()],
    text: Annotated[str, Form()] = "",
) -> Response:
    conversation = access_chat(session, staff, conversation_id)
    text = _cleaned(text)
    if not text or len(text) > LONGEST_REPLY:
        session.add(look(staff, "chat", conversation.id))
        told = "empty" if not text else "long"
        return _chat_page(request, session, conversation, status=422, text=text, told=told)
    # Pressing the button twice sends the same form twice; the person must hear it once.
    request_key = f"staff:{request_id}"
    sent = exists().where(
        Message.channel == conversation.channel, Message.external_id == request_key
    )
    if not session.scalar(select(sent)):
        row = outbox.queue(session, conversation.id, text, author=Author.staff)
        row.external_id = request_key
    return RedirectResponse(f"/console/chats/{conversation.id}#reply", 303)


@router.post("/chats/{conversation_id}/done", dependencies=[Depends(own_form)])
def done(conversation_id: str, staff: ChatStaff, session: WriteSession) -> Response:
    conversation = access_chat(session, staff, conversation_id)
    conversation.waiting_for_staff_since = None
    return RedirectResponse("/console/chats", 303)


def _chat_page(
    request: Request,
    session: Session,
    conversation: Conversation,
    status: int = 200,
    text: str = "",
    told: str | None = None,
    before: int | None = None,
) -> Response:
    return page(
        request,
        "chat.html",
        status,
        chat=conversation,
        transcript=read_transcript(session, conversation.id, before),
        request_id=uuid4(),
        text=text,
        told=told,
        longest=LONGEST_REPLY,
    )


def _cleaned(text: str) -> str:
    """Line ends as the rest of the world writes them, and no control characters."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in kept if c in "\n\t" or unicodedata.category(c) != "Cc").strip()
