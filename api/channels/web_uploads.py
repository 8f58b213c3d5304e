"""Reads what a browser posts without ever holding more of it than is allowed."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from api.conversations.files import FileTooLarge
from api.errors import AppError
from api.settings import get_settings

_FORM_OVERHEAD_BYTES = 10_000
_PATIENCE = 4


class NotReadable(AppError):
    message = "อ่านข้อมูลที่ส่งมาไม่ได้ กรุณาเปิดหน้าเว็บใหม่แล้วส่งอีกครั้ง"


class RequestTooLarge(AppError):
    status = 413
    message = "ข้อมูลที่ส่งมาใหญ่เกินไป กรุณาแบ่งส่งเป็นหลายข้อความ"


@dataclass(frozen=True)
class Upload:
    client_id: str
    name: str
    content: bytes


async def read_json(request: Request, most_bytes: int) -> dict[str, Any]:
    """The JSON object of a request. Raises NotReadable or RequestTooLarge."""
    body = b"".join([chunk async for chunk in _limited(request, most_bytes, RequestTooLarge)])
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise NotReadable from None
    if not isinstance(value, dict):
        raise NotReadable
    return value


async def read_upload(request: Request) -> Upload:
    """The one file of a form. Raises NotReadable or FileTooLarge."""
    most_bytes = get_settings().max_upload_bytes
    stream = _limited(request, most_bytes + _FORM_OVERHEAD_BYTES, FileTooLarge)
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise NotReadable
    parser = MultiPartParser(request.headers, stream, max_files=1, max_fields=3)
    # What people send must not lie open in a temporary file, so it stays in memory.
    parser.spool_max_size = most_bytes + _FORM_OVERHEAD_BYTES
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError, UnicodeError):
        raise NotReadable from None
    file, client_id = form.get("file"), form.get("client_id")
    if not isinstance(file, UploadFile) or not isinstance(client_id, str) or not file.filename:
        raise NotReadable
    return Upload(client_id, file.filename, await file.read())


async def _limited(
    request: Request, most_bytes: int, refusal: type[AppError]
) -> AsyncGenerator[bytes, None]:
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > _PATIENCE * most_bytes:
            raise refusal
        if received <= most_bytes:
            yield chunk
    # A browser sees no answer before it has sent all, so a little too much is read to its end.
    if received > most_bytes:
        raise refusal
