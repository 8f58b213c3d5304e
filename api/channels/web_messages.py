"""The visitor's side of a conversation: what a browser may store, and what it gets to see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from api.channels.web_uploads import Upload
from api.clock import now
from api.conversations import files, service
from api.conversations.models import (
    Attachment,
    Author,
    Channel,
    Conversation,
    Direction,
    Message,
)
from api.database import session_scope
from api.encryption import look_up_key
from api.errors import AppError
from api.thai_text import clean

TEXT_LIMIT = 5000
_PAYLOAD_LIMIT = 1000
_SETTLED_AFTER = timedelta(seconds=10)
_FILE_KINDS = ("file", "image", "video", "audio")


class NothingSaid(AppError):
    status = 422
    message = "ข้อความว่างเปล่า กรุณาพิมพ์ข้อความก่อนส่ง"


class TextTooLong(AppError):
    status = 422
    message = f"ข้อความยาวเกิน {TEXT_LIMIT:,} ตัวอักษร กรุณาแบ่งส่งเป็นหลายข้อความ"


class MessageMalformed(AppError):
    status = 422
    message = "ข้อมูลที่ส่งมาไม่ถูกต้อง กรุณาเปิดหน้าเว็บใหม่แล้วส่งอีกครั้ง"


class ButtonGone(AppError):
    status = 422
    message = "ปุ่มนี้ใช้ไม่ได้แล้ว กรุณาพิมพ์ข้อความแทน"


@dataclass(frozen=True)
class Post:
    """A message as a browser sent it, checked."""

    client_id: str
    text: str
    payload: str | None

    @classmethod
    def of(cls, value: dict[str, Any]) -> "Post":
        text, payload = value.get("text"), value.get("payload")
        if not isinstance(text, str | None) or not isinstance(payload, str | None):
            raise MessageMalformed
        text = clean(text or "")
        if not text and not payload:
            raise NothingSaid
        if len(text) > TEXT_LIMIT:
            raise TextTooLong
        if payload and len(payload) > _PAYLOAD_LIMIT:
            raise ButtonGone
        return cls(checked_client_id(value.get("client_id")), text, payload or None)


@dataclass(frozen=True)
class Bookmark:
    """Where a browser has read to.

    Of two messages stored at the same moment the one with the smaller id may become visible last.
    So a browser names the id up to which all is settled, and how many it has above that.
    """

    settled_id: int = 0
    seen_above: int = 0
    thinking: bool = False

    @classmethod
    def parse(cls, written: str) -> "Bookmark":
        parts = written.split(".")
        if len(parts) > 3 or not all(part.isascii() and part.isdigit() for part in parts):
            raise MessageMalformed
        numbers = [min(int(part[:15]), 2**31) for part in parts] + [0, 0]
        return cls(numbers[0], numbers[1], bool(numbers[2]))

    def __str__(self) -> str:
        return f"{self.settled_id}.{self.seen_above}.{int(self.thinking)}"


@dataclass(frozen=True)
class Talk:
    conversation_id: str
    messages: list[dict[str, Any]]
    bookmark: Bookmark

    def is_news_after(self, bookmark: Bookmark) -> bool:
        new_rows = len(self.messages) != bookmark.seen_above
        return new_rows or self.bookmark.thinking != bookmark.thinking


def checked_client_id(value: object) -> str:
    if not isinstance(value, str) or not 8 <= len(value) <= 36 or not value.isascii():
        raise MessageMalformed
    if not value.replace("-", "").isalnum():
        raise MessageMalformed
    return value


def knows(visitor: str) -> bool:
    with session_scope(read_only=True) as session:
        return service.find_conversation(session, Channel.web, visitor) is not None


def store_post(visitor: str, post: Post) -> dict[str, Any]:
    """Store what was typed or pressed. A repeat is answered like the first time."""
    with session_scope() as session:
        title = _title_offered(session, visitor, post.payload) if post.payload else None
        if title is None and not post.text:
            raise ButtonGone
        message = service.receive(
            session,
            channel=Channel.web,
            address=visitor,
            kind="postback" if title else "text",
            external_id=_external_id(visitor, post.client_id),
            text=title or post.text,
            payload=post.payload if title else None,
        )
        return _shown(message or _stored(session, visitor, post.client_id), None)


def store_file(visitor: str, upload: Upload) -> dict[str, Any]:
    """Store a file as a message. Raises a refusal of files.py, and then nothing is stored."""
    media_type = files.accepted_kind(upload.name, upload.content)
    kind = media_type.partition("/")[0]
    with session_scope() as session:
        message = service.receive(
            session,
            channel=Channel.web,
            address=visitor,
            kind=kind if kind in _FILE_KINDS else "file",
            external_id=_external_id(visitor, upload.client_id),
        )
        if message is None:
            message = _stored(session, visitor, upload.client_id)
            attachment = session.scalars(
                select(Attachment).filter_by(message_id=message.id)
            ).first()
            return _shown(message, attachment)
        conversation_id = message.conversation_id or ""
        attachment = files.store(
            session, conversation_id, upload.name, upload.content, message_id=message.id
        )
        return _shown(message, attachment)


def read_talk(visitor: str, after: Bookmark) -> Talk | None:
    """What a browser has not settled yet; None before the first message."""
    with session_scope(read_only=True) as session:
        conversation = service.find_conversation(session, Channel.web, visitor)
        if conversation is None:
            return None
        rows = service.transcript(session, conversation.id, after.settled_id)
        attachments = _attachments(session, rows)
        settled = [row.id for row in rows if row.created_at < now() - _SETTLED_AFTER]
        settled_id = max(settled, default=after.settled_id)
        return Talk(
            conversation.id,
            [_shown(row, attachments.get(row.id)) for row in rows],
            Bookmark(
                settled_id,
                sum(row.id > settled_id for row in rows),
                _is_thinking(session, conversation),
            ),
        )


def _is_thinking(session: Session, conversation: Conversation) -> bool:
    """An answer is being made; once the outage is admitted nobody is told to wait for it."""
    if conversation.told_unavailable_at:
        return False
    unanswered = exists().where(
        Message.conversation_id == conversation.id,
        Message.direction == Direction.incoming,
        Message.answered_at.is_(None),
    )
    return bool(session.scalar(select(unanswered)))


def _title_offered(session: Session, visitor: str, payload: str) -> str | None:
    """The title of the button with this payload, if this conversation was ever offered it."""
    conversation = service.find_conversation(session, Channel.web, visitor)
    rows = service.transcript(session, conversation.id) if conversation else []
    for row in reversed(rows):
        for button in row.buttons or []:
            if button["payload"] == payload:
                return button["title"]
    return None


def _external_id(visitor: str, client_id: str) -> str:
    # The browser chooses client_id, so it counts only within one visitor's own messages.
    return f"{look_up_key(visitor, 'web.external_id')[:32]}:{client_id}"


def _stored(session: Session, visitor: str, client_id: str) -> Message:
    return session.scalars(
        select(Message).filter_by(channel=Channel.web, external_id=_external_id(visitor, client_id))
    ).one()


def _attachments(session: Session, rows: Sequence[Message]) -> dict[int, Attachment]:
    ids = [row.id for row in rows if row.kind in _FILE_KINDS]
    if not ids:
        return {}
    found = session.scalars(select(Attachment).where(Attachment.message_id.in_(ids)))
    return {attachment.message_id: attachment for attachment in found if attachment.message_id}


def _shown(row: Message, attachment: Attachment | None) -> dict[str, Any]:
    """A message as the browser gets it: nothing about the inside of the service."""
    incoming = row.direction == Direction.incoming
    names = {Author.citizen: "you", Author.bot: "bot", Author.staff: "staff"}
    client_id = (row.external_id or "").rpartition(":")[2] if incoming else None
    return {
        "id": row.id,
        "client_id": client_id,
        "from": names.get(row.author, "office"),
        "text": row.text,
        "erased": row.erased_at is not None,
        "at": row.created_at.isoformat(),
        "payload": row.payload if incoming else None,
        "buttons": row.buttons or [],
        "file": {"name": attachment.name, "size": attachment.size} if attachment else None,
    }
