"""What people say: stored once, shown in order, and erased when it must be."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.clock import now
from api.conversations import after_commit, files
from api.conversations.models import (
    Attachment,
    Author,
    Channel,
    Conversation,
    Direction,
    Message,
)
from api.encryption import look_up_key

_UNSEND = "unsend"


def receive(
    session: Session,
    *,
    channel: Channel,
    address: str | None,
    kind: str,
    external_id: str,
    text: str | None = None,
    payload: str | None = None,
    raw: Any = None,
    reply_token: str | None = None,
    line_message_id: str | None = None,
    occurred_at: datetime | None = None,
    needs_answer: bool = True,
) -> Message | None:
    """Store what a person sent, and have it answered after the commit. None for a repeat.

    `address` is the LINE user id, or the web visitor's secret. Without one, or with
    `needs_answer=False`, the message is kept and the bot is not asked.
    """
    known = exists().where(Message.channel == channel, Message.external_id == external_id)
    if session.scalar(select(known)):
        return None
    conversation = open_conversation(session, channel, address) if address else None
    message = Message(
        conversation_id=conversation.id if conversation else None,
        channel=channel,
        direction=Direction.incoming,
        author=Author.citizen,
        kind=kind,
        external_id=external_id,
        line_message_hash=_line_message_hash(line_message_id),
        text=text,
        payload=payload,
        raw=raw,
        reply_token=reply_token,
        created_at=now(),
        occurred_at=occurred_at,
        answered_at=None if conversation and needs_answer else now(),
    )
    if line_message_id and kind != _UNSEND and _was_unsent(session, message.line_message_hash):
        _erase(message)
        message.answered_at = message.answered_at or now()
    try:
        with session.begin_nested():
            session.add(message)
    except IntegrityError:
        # Another copy of the same event was stored between our look and our insert.
        return None
    if conversation:
        after_commit.announce(session, conversation.id)
    return message


def open_conversation(session: Session, channel: Channel, address: str) -> Conversation:
    """The conversation with the person at `address`; a new one at the first message."""
    address_hash = look_up_key(address, f"conversations.address.{channel}")
    found = find_conversation(session, channel, address)
    if found:
        return found
    conversation = Conversation(
        channel=channel,
        address_hash=address_hash,
        address=address if channel == Channel.line else None,
    )
    try:
        with session.begin_nested():
            session.add(conversation)
    except IntegrityError:
        conversation = session.scalars(
            select(Conversation).filter_by(channel=channel, address_hash=address_hash)
        ).one()
    return conversation


def find_conversation(session: Session, channel: Channel, address: str) -> Conversation | None:
    address_hash = look_up_key(address, f"conversations.address.{channel}")
    return session.scalars(
        select(Conversation).filter_by(channel=channel, address_hash=address_hash)
    ).one_or_none()


def transcript(session: Session, conversation_id: str, after_id: int = 0) -> Sequence[Message]:
    """The messages of a conversation in the order they were stored."""
    return session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.id > after_id)
        .order_by(Message.id)
    ).all()


def erase_words(session: Session, conversation_id: str, since: datetime) -> None:
    """Erase what was said since then, and cut the files' tie to this conversation.

    What is still to be answered or delivered is erased as soon as that has happened.
    """
    messages = session.scalars(
        select(Message).where(
            Message.conversation_id == conversation_id,
            Message.created_at >= since,
            Message.erased_at.is_(None),
        )
    )
    for message in messages:
        pending = message.sent_at is None and message.failed_at is None
        if message.direction == Direction.incoming:
            pending = message.answered_at is None
        if pending:
            message.short_lived = True
        elif not message.short_lived:
            _erase(message)
    attachments = session.scalars(
        select(Attachment).where(
            Attachment.conversation_id == conversation_id, Attachment.created_at >= since
        )
    )
    for attachment in attachments:
        attachment.conversation_id = attachment.message_id = None


def forget_if_served(message: Message) -> None:
    """Erase a message that was kept only until it was answered or delivered."""
    if message.short_lived and not message.erased_at:
        _erase(message)


def unsend(session: Session, line_message_id: str) -> None:
    """The person took a message back. The row stays, so that a redelivery finds it known."""
    line_message_hash = _line_message_hash(line_message_id)
    messages = session.scalars(
        select(Message).where(
            Message.line_message_hash == line_message_hash, Message.kind != _UNSEND
        )
    ).all()
    for message in messages:
        _erase(message)
        message.answered_at = message.answered_at or now()
        for attachment in session.scalars(select(Attachment).filter_by(message_id=message.id)):
            files.erase(session, attachment)


def _was_unsent(session: Session, line_message_hash: str | None) -> bool:
    return bool(
        session.scalar(
            select(
                exists().where(
                    Message.line_message_hash == line_message_hash, Message.kind == _UNSEND
                )
            )
        )
    )


def _line_message_hash(line_message_id: str | None) -> str | None:
    return look_up_key(line_message_id, "messages.line_message") if line_message_id else None


def _erase(message: Message) -> None:
    message.text = message.payload = message.raw = message.buttons = None
    message.erased_at = now()
