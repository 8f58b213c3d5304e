"""LINE's webhook: check the signature, store every event in one transaction, answer 200.

Everything else happens afterwards. When the events cannot be stored the answer is 503, and LINE
delivers them again.
"""

import base64
import binascii
import hashlib
import hmac
from asyncio import get_running_loop
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog
from fastapi import APIRouter, Request, Response
from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.requests import ClientDisconnect

from api.channels.line_events import LineEvent, read_events
from api.conversations import files, service
from api.conversations.models import Channel
from api.conversations.turns import FILE_KINDS
from api.database import session_scope
from api.errors import AppError, Unavailable
from api.settings import get_settings

log = structlog.get_logger()

_LARGEST_BODY = 2_000_000

router = APIRouter(include_in_schema=False)
# Threads of its own: however busy the other requests are, LINE is answered in time.
_threads = ThreadPoolExecutor(2, thread_name_prefix="line-webhook")


class LineIsOff(AppError):
    status = 503
    message = "ช่องทาง LINE ยังไม่ได้เปิดใช้ ผู้ดูแลระบบต้องตั้งค่า LINE ก่อน"


class SignatureIsWrong(AppError):
    status = 401
    message = "ลายเซ็นของคำขอไม่ถูกต้อง"


class BodyTooLarge(AppError):
    status = 413
    message = "คำขอมีขนาดใหญ่เกินไป"


@router.post("/line/webhook")
async def receive_line_events(request: Request) -> Response:
    secret = get_settings().line_channel_secret
    if secret is None or not get_settings().line_is_on:
        raise LineIsOff
    try:
        body = await _read_body(request)
    except ClientDisconnect:
        return Response(status_code=400)
    if not signature_is_right(secret, body, request.headers.get("x-line-signature", "")):
        log.warning("line webhook refused", reason="signature", size=len(body))
        raise SignatureIsWrong
    events = read_events(body)
    if events:
        with request.app.state.worker.stepping_back():
            await get_running_loop().run_in_executor(_threads, _store, events)
    return Response(status_code=200)


def signature_is_right(secret: SecretStr, body: bytes, signature: str) -> bool:
    """Whether the header is LINE's HMAC-SHA256 of exactly these bytes."""
    try:
        received = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    expected = hmac.digest(secret.get_secret_value().encode(), body, hashlib.sha256)
    return hmac.compare_digest(received, expected)


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            raise BodyTooLarge
    return bytes(body)


def _store(events: Sequence[LineEvent]) -> None:
    try:
        with session_scope() as session:
            for event in events:
                _store_one(session, event)
    except SQLAlchemyError as error:
        # The statement's values may be personal data, so only the kind of trouble is logged.
        log.error("line events not stored", reason=type(error).__name__)  # noqa: TRY400
        raise Unavailable from None
    log.info("line events stored", kinds=[event.kind for event in events])


def _store_one(session: Session, event: LineEvent) -> None:
    message = service.receive(
        session,
        channel=Channel.line,
        address=event.user_id,
        kind=event.kind,
        external_id=event.external_id,
        text=event.text,
        payload=event.payload,
        raw=event.raw,
        reply_token=event.reply_token,
        line_message_id=event.message_id,
        occurred_at=event.occurred_at,
        needs_answer=event.needs_answer,
    )
    if message is None or message.erased_at:
        return
    if event.kind == "unsend" and event.message_id:
        service.unsend(session, event.message_id)
    elif event.kind in FILE_KINDS and message.conversation_id and event.message_id:
        files.expect(session, message.conversation_id, message.id, event.file_name)
