"""What was said: conversations, and one table that is transcript, inbox and outbox at once."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from api.clock import now
from api.database import Base
from api.encryption import EncryptedJSON, EncryptedText


def _new_key() -> str:
    return str(uuid4())


class Channel(StrEnum):
    line = "line"
    web = "web"


class Direction(StrEnum):
    incoming = "in"
    outgoing = "out"


class Author(StrEnum):
    citizen = "citizen"
    bot = "bot"
    staff = "staff"
    system = "system"


class Conversation(Base):
    """One person on one channel. Rasa knows it by `id` only, never by the channel's own key."""

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("channel", "address_hash"),
        Index(
            "ix_conversations_waiting_for_staff",
            "waiting_for_staff_since",
            sqlite_where=text("waiting_for_staff_since IS NOT NULL"),
            postgresql_where=text("waiting_for_staff_since IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=_new_key)
    channel: Mapped[Channel] = mapped_column(String(10))
    address_hash: Mapped[str] = mapped_column(
        String(64), comment="Keyed hash of the LINE user id, or of the web visitor's secret."
    )
    address: Mapped[str | None] = mapped_column(
        EncryptedText("conversations.address"), comment="LINE user id; empty on the web."
    )
    created_at: Mapped[datetime] = mapped_column(default=now)
    waiting_for_staff_since: Mapped[datetime | None]
    told_unavailable_at: Mapped[datetime | None] = mapped_column(
        comment="When this outage was admitted to the person; empty while the bot answers."
    )
    held_until: Mapped[datetime | None] = mapped_column(
        comment="A worker answers this conversation until then; others keep off."
    )


class Message(Base):
    """One row a message. Incoming: inbox until `answered_at`. Outgoing: outbox until `sent_at`."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index("ix_messages_conversation", "conversation_id", "id"),
        Index(
            "ix_messages_unanswered",
            "conversation_id",
            "id",
            sqlite_where=text("direction = 'in' AND answered_at IS NULL"),
            postgresql_where=text("direction = 'in' AND answered_at IS NULL"),
        ),
        Index(
            "ix_messages_unsent",
            "conversation_id",
            "id",
            sqlite_where=text("direction = 'out' AND sent_at IS NULL AND failed_at IS NULL"),
            postgresql_where=text("direction = 'out' AND sent_at IS NULL AND failed_at IS NULL"),
        ),
        Index(
            "ix_messages_failed",
            "failed_at",
            sqlite_where=text("direction = 'out' AND failed_at IS NOT NULL"),
            postgresql_where=text("direction = 'out' AND failed_at IS NOT NULL"),
        ),
        Index("ix_messages_line_message", "line_message_hash"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(
        String(36), unique=True, default=_new_key, comment="LINE's retry key for a push."
    )
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    channel: Mapped[Channel] = mapped_column(String(10))
    direction: Mapped[Direction] = mapped_column(String(3))
    author: Mapped[Author] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(20), comment="text, image, sticker, postback, ...")
    external_id: Mapped[str | None] = mapped_column(
        String(80),
        comment="webhookEventId of LINE, or the widget's own id: the key against repeats.",
    )
    line_message_hash: Mapped[str | None] = mapped_column(
        String(64), comment="Keyed hash of LINE's message id, by which an unsend finds the row."
    )
    text: Mapped[str | None] = mapped_column(EncryptedText("messages.text"))
    payload: Mapped[str | None] = mapped_column(
        EncryptedText("messages.payload"), comment="What a pressed button means to the bot."
    )
    buttons: Mapped[list[dict[str, str]] | None] = mapped_column(
        EncryptedJSON("messages.buttons"), comment="[{title, payload}] offered with this message."
    )
    raw: Mapped[Any | None] = mapped_column(EncryptedJSON("messages.raw"), comment="LINE's event.")
    reply_token: Mapped[str | None] = mapped_column(EncryptedText("messages.reply_token"))
    created_at: Mapped[datetime] = mapped_column(default=now, comment="When we stored it.")
    occurred_at: Mapped[datetime | None] = mapped_column(comment="When the person sent it.")
    answered_at: Mapped[datetime | None]
    answers_id: Mapped[int | None] = mapped_column(
        ForeignKey("messages.id"), comment="The incoming message that this one answers."
    )
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None] = mapped_column(
        comment="Given up; staff see the row with `last_error`."
    )
    batch_id: Mapped[int | None] = mapped_column(
        comment="First row of the LINE call this one goes out with. Fixed at the first try, so "
        "that a repeat under the same retry key or reply token carries the same rows."
    )
    reply_tried_at: Mapped[datetime | None] = mapped_column(
        comment="Set before the reply token is used; until sent_at the outcome is unknown."
    )
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(200))
    short_lived: Mapped[bool] = mapped_column(
        default=False, comment="Its words are erased as soon as they have served."
    )
    erased_at: Mapped[datetime | None] = mapped_column(
        comment="Unsent by the person, or erased by a rule; the row stays, its words do not."
    )


class Attachment(Base):
    """A file a person sent. The bytes are stored sealed under the data folder."""

    __tablename__ = "attachments"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=_new_key)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    name: Mapped[str] = mapped_column(EncryptedText("attachments.name"))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(default=0, comment="Bytes before sealing.")
    sha256: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    stored_at: Mapped[datetime | None] = mapped_column(
        comment="Empty while the file is still to be fetched from LINE."
    )
    failed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
