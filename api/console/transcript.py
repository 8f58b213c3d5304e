"""A conversation as staff read it: in order, with its files, and without anybody's secret code."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.conversations.models import Attachment, Message

PAGE = 200

MessageId = Annotated[int, Query(ge=1, le=2**31 - 1)]

# Whoever knows a receipt code can act as the complainant, so staff do not get to read it.
_RECEIPT_CODE = re.compile(r"(?<!\d)\d{4}(?:[\W_]{0,3}\d{4}){3}(?!\d)")
_MASK = "••••-••••-••••-••••"


@dataclass(frozen=True)
class Line:
    message: Message
    text: str | None
    files: Sequence[Attachment]


@dataclass(frozen=True)
class Transcript:
    lines: Sequence[Line]
    before: int | None
    """The id from which older messages go on; None at the beginning of the conversation."""


def read_transcript(
    session: Session, conversation_id: str, before: int | None = None
) -> Transcript:
    """The latest messages, or the latest ones before a given id, oldest first."""
    wanted = select(Message).where(Message.conversation_id == conversation_id)
    if before is not None:
        wanted = wanted.where(Message.id < before)
    latest = session.scalars(wanted.order_by(Message.id.desc()).limit(PAGE + 1)).all()
    messages = list(reversed(latest[:PAGE]))
    files: dict[int | None, list[Attachment]] = {}
    if messages:
        sent = select(Attachment).where(
            Attachment.conversation_id == conversation_id,
            Attachment.message_id.in_([message.id for message in messages]),
        )
        for attachment in session.scalars(sent.order_by(Attachment.created_at)):
            files.setdefault(attachment.message_id, []).append(attachment)
    lines = [Line(m, without_receipt_code(m.text), files.get(m.id, [])) for m in messages]
    return Transcript(lines, messages[0].id if len(latest) > PAGE else None)


def without_receipt_code(text: str | None) -> str | None:
    return _RECEIPT_CODE.sub(_MASK, text) if text else text
