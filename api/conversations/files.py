"""Files people send: only kinds the office can read, checked by content, stored sealed."""

import hashlib
import io
import re
import zipfile
from pathlib import Path
from uuid import uuid4

import filetype
from sqlalchemy.orm import Session

from api.clock import now
from api.conversations import after_commit
from api.conversations.models import Attachment
from api.encryption import seal, unseal
from api.errors import AppError, NotFound
from api.settings import get_settings

_KINDS: dict[str, tuple[str, ...]] = {
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    "image/gif": ("gif",),
    "image/heic": ("heic", "heif"),
    "application/pdf": ("pdf",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "video/mp4": ("mp4", "m4v"),
    "video/x-m4v": ("m4v", "mp4"),
    "video/quicktime": ("mov",),
    "audio/mp4": ("m4a", "mp4"),
    "audio/mpeg": ("mp3",),
    "audio/aac": ("aac", "m4a"),
}
_OFFICE_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
_UNSAFE_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069]')


class FileIsEmpty(AppError):
    status = 422
    message = "ไฟล์นี้ว่างเปล่า กรุณาเลือกไฟล์ใหม่แล้วส่งอีกครั้ง"


class FileTooLarge(AppError):
    status = 413
    message = "ไฟล์ใหญ่เกินไป กรุณาย่อไฟล์หรือแบ่งส่งเป็นหลายไฟล์"

    def __init__(self) -> None:
        megabytes = get_settings().max_upload_bytes / 1_000_000
        super().__init__(f"ไฟล์ใหญ่เกินไป รับได้ไม่เกิน {megabytes:g} MB กรุณาย่อไฟล์หรือแบ่งส่งเป็นหลายไฟล์")


class FileKindNotAccepted(AppError):
    status = 415
    message = "รับไฟล์ชนิดนี้ไม่ได้ กรุณาส่งเป็นรูปภาพ PDF Word Excel วิดีโอ MP4 หรือไฟล์เสียง"


class FileIsGone(NotFound):
    message = "ไม่มีไฟล์นี้ในระบบแล้ว"


def store(
    session: Session,
    conversation_id: str,
    name: str,
    content: bytes,
    message_id: int | None = None,
) -> Attachment:
    """Check and keep a file. Raises FileIsEmpty, FileTooLarge or FileKindNotAccepted."""
    attachment = Attachment(
        id=str(uuid4()), conversation_id=conversation_id, message_id=message_id, name=name
    )
    fill(attachment, name, content)
    session.add(attachment)
    session.flush()
    return attachment


def expect(session: Session, conversation_id: str, message_id: int, name: str | None) -> Attachment:
    """A file that LINE still has; it is fetched after the commit."""
    attachment = Attachment(
        id=str(uuid4()),
        conversation_id=conversation_id,
        message_id=message_id,
        name=name or "",
        media_type="",
    )
    session.add(attachment)
    after_commit.announce_file(session, attachment.id)
    return attachment


def fill(attachment: Attachment, name: str | None, content: bytes) -> None:
    """Put the bytes to an attachment. A file without a name (LINE's) gets one of its kind."""
    media_type = accepted_kind(name, content)
    attachment.name = _safe_name(name) if name else f"{attachment.id[:8]}.{_KINDS[media_type][0]}"
    attachment.media_type = media_type
    attachment.size = len(content)
    attachment.sha256 = hashlib.sha256(content).hexdigest()
    path = _path(attachment.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The file is complete before it has its name: a crash leaves no half file behind a row.
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(seal(content, _context(attachment.id)))
    unfinished.replace(path)
    attachment.stored_at = now()


def read(attachment: Attachment) -> bytes:
    """The bytes as they were sent. Raises FileIsGone."""
    try:
        return unseal(_path(attachment.id).read_bytes(), _context(attachment.id))
    except FileNotFoundError:
        raise FileIsGone from None


def erase(session: Session, attachment: Attachment) -> None:
    """Delete the bytes once the transaction is stored; the row stays, without its name."""
    attachment.name, attachment.sha256, attachment.stored_at = "", None, None
    attachment.failed_at = now()
    path = _path(attachment.id)
    after_commit.call(session, lambda: path.unlink(missing_ok=True))


def accepted_kind(name: str | None, content: bytes) -> str:
    """The media type, by content; a name must agree with it."""
    if not content:
        raise FileIsEmpty
    if len(content) > get_settings().max_upload_bytes:
        raise FileTooLarge
    media_type = filetype.guess_mime(content[:8192])
    extension = Path(name).suffix.lstrip(".").lower() if name else None
    if zipfile.is_zipfile(io.BytesIO(content)) and extension in _OFFICE_PARTS:
        media_type = _office_kind(extension, content)
    if media_type not in _KINDS or (name and extension not in _KINDS[media_type]):
        raise FileKindNotAccepted
    return media_type


def _office_kind(extension: str, content: bytes) -> str:
    """A Word or Excel file is a zip; only its list of parts is read, nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = set(archive.namelist())
    except zipfile.BadZipFile:
        raise FileKindNotAccepted from None
    if not {"[Content_Types].xml", _OFFICE_PARTS[extension]} <= parts:
        raise FileKindNotAccepted
    return next(kind for kind, extensions in _KINDS.items() if extension in extensions)


def _safe_name(name: str) -> str:
    """Without folders, control or direction characters, and not endless."""
    cleaned = _UNSAFE_IN_NAMES.sub("_", name).strip(" .") or "file"
    stem, dot, extension = cleaned.rpartition(".")
    return f"{stem[:80]}{dot}{extension}" if dot else cleaned[:80]


def _path(attachment_id: str) -> Path:
    return get_settings().data_dir / "files" / attachment_id


def _context(attachment_id: str) -> str:
    return f"attachments.content.{attachment_id}"
