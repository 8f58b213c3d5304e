"""Whatever leaves the house is a row first. This file queues rows and decides how they go out.

LINE offers two ways. A reply is free, but its token lives for a minute and works once; a push
counts against the monthly quota, but carries a key by which LINE refuses a repeat. So: reply while
the token lives, else push. A try is written down before it is made, because after a crash only
that tells a message that may have arrived from one that cannot have.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.clock import now
from api.conversations import after_commit, service
from api.conversations.long_texts import split
from api.conversations.models import Author, Channel, Conversation, Direction, Message

REPLY_TOKEN_LIFE = timedelta(seconds=50)
ROWS_A_CALL = 5
GIVE_UP_AFTER = timedelta(hours=24)
_BACKOFF_SECONDS = (2, 5, 15, 30, 60, 300, 900)


class Outcome(StrEnum):
    sent = "sent"
    token_refused = "token_refused"  # noqa: S105  # The reply token is spent or too old.
    refused = "refused"  # LINE will never accept this message.
    not_now = "not_now"  # Certainly not accepted; try again later.
    unknown = "unknown"  # No answer: it may have been accepted.


@dataclass(frozen=True)
class Words:
    text: str
    buttons: Sequence[dict[str, str]]


@dataclass(frozen=True)
class Parcel:
    """One call to a channel: the rows that go together, and how."""

    message_ids: tuple[int, ...]
    channel: Channel
    address: str
    words: tuple[Words, ...]
    retry_key: str
    reply_token: str | None
    asked_id: int | None
    tried_before: bool


@dataclass(frozen=True)
class Delivery:
    outcome: Outcome
    error: str | None = None


class OutsideChannel(Protocol):
    """A way to people that is not our own page."""

    async def deliver(self, parcel: Parcel) -> Delivery:
        """Try once, within five seconds. Never raises."""

    async def fetch(self, line_message_id: str) -> bytes:
        """The bytes of a file a person sent. Raises FileNotReady or a refusal of files.py."""

    async def close(self) -> None: ...


def queue(
    session: Session,
    conversation_id: str,
    text: str,
    buttons: Sequence[dict[str, str]] | None = None,
    author: Author = Author.system,
    answers_id: int | None = None,
    kind: str = "text",
    short_lived: bool = False,
) -> Message:
    """Put words in the outbox; they go out after the commit. Returns the (last) row.

    `short_lived` words are erased after delivery on LINE, and after a day on the web or when
    they come with buttons.
    """
    conversation = session.get_one(Conversation, conversation_id)
    on_line = conversation.channel == Channel.line
    parts = split(text) if on_line else [text]
    rows = [
        Message(
            conversation_id=conversation_id,
            channel=conversation.channel,
            direction=Direction.outgoing,
            author=author,
            kind=kind,
            text=part,
            buttons=list(buttons) if buttons and part is parts[-1] else None,
            answers_id=answers_id,
            created_at=now(),
            # On the web a row is delivered by being there: the page reads it.
            sent_at=None if on_line else now(),
            short_lived=short_lived,
        )
        for part in parts
    ]
    session.add_all(rows)
    session.flush()
    after_commit.announce(session, conversation_id)
    return rows[-1]


def unsent(session: Session, conversation_id: str) -> Sequence[Message]:
    return session.scalars(
        select(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.direction == Direction.outgoing,
            Message.sent_at.is_(None),
            Message.failed_at.is_(None),
        )
        .order_by(Message.id)
    ).all()


def next_parcel(session: Session, conversation: Conversation) -> Parcel | datetime | None:
    """What is to go out now, or when to look again, or None when all is sent."""
    while rows := unsent(session, conversation.id):
        head = rows[0]
        if head.next_attempt_at and head.next_attempt_at > now():
            return head.next_attempt_at
        batch = _batch(rows)
        tried_before = head.reply_tried_at is not None
        asked = _holder_of_reply_token(session, batch)
        if asked and now() - asked.created_at < REPLY_TOKEN_LIFE:
            for row in batch:
                row.reply_tried_at = now()
        elif tried_before:
            # The token is too old to tell by LINE's refusal whether the first try arrived.
            _give_up(batch, "uncertain: the reply may have arrived")
            continue
        else:
            asked = None
        return Parcel(
            message_ids=tuple(row.id for row in batch),
            channel=conversation.channel,
            address=conversation.address or "",
            words=tuple(Words(row.text or "", row.buttons or []) for row in batch),
            retry_key=head.key,
            reply_token=asked.reply_token if asked else None,
            asked_id=asked.id if asked else None,
            tried_before=tried_before,
        )
    return None


def settle(session: Session, parcel: Parcel, delivery: Delivery) -> None:
    """Write down what became of a try."""
    ids = {*parcel.message_ids, parcel.asked_id}
    rows = session.scalars(select(Message).where(Message.id.in_(ids)).order_by(Message.id)).all()
    batch = [row for row in rows if row.id in parcel.message_ids]
    outcome = delivery.outcome
    if outcome == Outcome.token_refused and parcel.tried_before:
        # The token is young, so LINE refuses it because our first try had used it.
        outcome = Outcome.sent
    for row in batch:
        row.attempts += 1
        row.last_error = (delivery.error or "")[:200] or None
    if outcome == Outcome.sent:
        for row in batch:
            row.sent_at, row.last_error = now(), None
            # Buttons are known again by their row when they are pressed: it stays for a day.
            if not row.buttons:
                service.forget_if_served(row)
    elif outcome == Outcome.refused:
        _refused(batch, delivery.error or "refused")
    elif outcome == Outcome.token_refused:
        _forget_try(batch)
    else:
        if outcome == Outcome.not_now:
            _forget_try(batch)
        _try_later(batch, delivery)
    if outcome in (Outcome.sent, Outcome.token_refused, Outcome.refused):
        for row in rows:
            if row.id == parcel.asked_id:
                row.reply_token = None


def _batch(rows: Sequence[Message]) -> Sequence[Message]:
    head = rows[0]
    if head.batch_id is None:
        for row in rows[:ROWS_A_CALL]:
            if row.batch_id is not None or (row.next_attempt_at and row is not head):
                break
            row.batch_id = head.id
    return [row for row in rows if row.batch_id == head.batch_id]


def _holder_of_reply_token(session: Session, batch: Sequence[Message]) -> Message | None:
    """The newest message answered by these rows whose reply token is not spent."""
    answered = {row.answers_id for row in batch if row.answers_id}
    messages = (session.get_one(Message, message_id) for message_id in sorted(answered)[::-1])
    return next((message for message in messages if message.reply_token), None)


def _refused(batch: Sequence[Message], error: str) -> None:
    if len(batch) == 1:
        _give_up(batch, error)
        return
    # One bad message must not take the others with it: each goes alone from here on.
    _forget_try(batch)
    for row in batch:
        row.batch_id = row.id


def _try_later(batch: Sequence[Message], delivery: Delivery) -> None:
    head = batch[0]
    if now() - head.created_at > GIVE_UP_AFTER and head.attempts >= len(_BACKOFF_SECONDS):
        _give_up(batch, delivery.error or "not accepted for a day")
        return
    wait = _BACKOFF_SECONDS[min(head.attempts, len(_BACKOFF_SECONDS)) - 1]
    for row in batch:
        row.next_attempt_at = now() + timedelta(seconds=wait)


def _forget_try(batch: Sequence[Message]) -> None:
    for row in batch:
        row.reply_tried_at = None


def _give_up(batch: Sequence[Message], error: str) -> None:
    for row in batch:
        row.failed_at, row.last_error = now(), error[:200]
