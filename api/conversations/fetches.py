"""Files that wait on LINE's servers: fetched at once, tried again, or honestly refused.

LINE keeps them for some days only, so they do not wait for the bot's turn.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.engine import CursorResult

from api.clock import now
from api.conversations import after_commit, files, turns
from api.conversations.models import Attachment, Message
from api.conversations.outbox import OutsideChannel
from api.database import session_scope
from api.errors import AppError
from api.wording import say

log = structlog.get_logger()

_BACKOFF_SECONDS = (1, 3, 8, 20, 40)
_LEASE = timedelta(seconds=30)
_AT_ONCE = 4


class FileNotReady(Exception):
    """LINE does not hand the file over at the moment; it may later."""


class FileIsLost(Exception):
    """LINE no longer has the file."""


@dataclass(frozen=True)
class Errand:
    attachment_id: str
    conversation_id: str
    line_message_id: str
    name: str | None


class Fetcher:
    """Fetches several files at a time in the background."""

    def __init__(
        self,
        channel: OutsideChannel,
        in_thread: Callable[[Callable[[], Any]], Awaitable[Any]],
    ) -> None:
        self._channel = channel
        self._in_thread = in_thread
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._loop = asyncio.get_running_loop()
        after_commit.listen("file", self._announced)

    async def stop(self) -> None:
        """A file cut off in the middle is fetched again when its lease has run out."""
        after_commit.stop_listening("file", self._announced)
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def sweep(self) -> None:
        for attachment_id in await self._in_thread(due):
            self._start(attachment_id)

    def _announced(self, attachment_id: str) -> None:
        self._loop.call_soon_threadsafe(self._start, attachment_id)

    def _start(self, attachment_id: str) -> None:
        if attachment_id not in self._tasks:
            task = self._loop.create_task(self._run(attachment_id))
            self._tasks[attachment_id] = task
            task.add_done_callback(lambda _: self._tasks.pop(attachment_id))

    async def _run(self, attachment_id: str) -> None:
        wait: float | None = 0.0
        while wait is not None:
            await asyncio.sleep(wait)
            try:
                async with self._places:
                    wait = await self._try_once(attachment_id)
            except Exception as error:
                # The sweep comes back to it when its lease has run out.
                log.warning("file stopped", attachment=attachment_id, reason=type(error).__name__)
                return

    async def _try_once(self, attachment_id: str) -> float | None:
        errand = await self._in_thread(lambda: take(attachment_id))
        if errand is None:
            return None
        outcome: bytes | AppError | FileIsLost | FileNotReady
        try:
            outcome = await self._channel.fetch(errand.line_message_id)
        except (AppError, FileIsLost, FileNotReady) as trouble:
            outcome = trouble
        return await self._in_thread(lambda: put_away(errand, outcome))


def due() -> list[str]:
    """The attachments to fetch now, oldest first."""
    with session_scope(read_only=True) as session:
        return list(
            session.scalars(
                select(Attachment.id).where(_is_due()).order_by(Attachment.created_at).limit(50)
            )
        )


def take(attachment_id: str) -> Errand | None:
    """Claim a file for one try; None when another worker has it, or it is done."""
    with session_scope() as session:
        claimed = session.execute(
            update(Attachment)
            .where(Attachment.id == attachment_id, _is_due())
            .values(attempts=Attachment.attempts + 1, next_attempt_at=now() + _LEASE)
        )
        if not isinstance(claimed, CursorResult) or claimed.rowcount != 1:
            return None
        attachment = session.get_one(Attachment, attachment_id)
        message = session.get(Message, attachment.message_id) if attachment.message_id else None
        if message is None or not message.raw or not message.conversation_id:
            attachment.failed_at = now()
            return None
        return Errand(
            attachment.id,
            message.conversation_id,
            message.raw["message"]["id"],
            attachment.name or None,
        )


def put_away(errand: Errand, outcome: bytes | AppError | FileIsLost | FileNotReady) -> float | None:
    """Keep the file, or refuse it, or say in how many seconds to try again."""
    with session_scope() as session:
        attachment = session.get_one(Attachment, errand.attachment_id)
        if attachment.failed_at or attachment.stored_at:
            return None
        if isinstance(outcome, bytes):
            try:
                files.fill(attachment, errand.name, outcome)
            except AppError as refusal:
                outcome = refusal
        if isinstance(outcome, FileNotReady) and attachment.attempts < len(_BACKOFF_SECONDS):
            wait = _BACKOFF_SECONDS[attachment.attempts - 1]
            attachment.next_attempt_at = now() + timedelta(seconds=wait)
            return wait
        if not isinstance(outcome, bytes):
            attachment.failed_at = now()
            sentence = outcome.message if isinstance(outcome, AppError) else say("file_failed")
            log.warning("file not kept", attachment=attachment.id, reason=type(outcome).__name__)
            if attachment.message_id:
                turns.file_refused(session, attachment.message_id, sentence)
        after_commit.announce(session, errand.conversation_id)
        return None


def _is_due() -> ColumnElement[bool]:
    return and_(
        Attachment.stored_at.is_(None),
        Attachment.failed_at.is_(None),
        or_(Attachment.next_attempt_at.is_(None), Attachment.next_attempt_at <= now()),
    )
