"""What LINE sends, read with care: any part of any event may be missing, new or wrong.

LINE's own SDK refuses a whole request for one event it does not know, so it is not used here.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from api.clock import now
from api.conversations.outbox import REPLY_TOKEN_LIFE
from api.conversations.turns import FILE_KINDS
from api.encryption import look_up_key
from api.errors import AppError

log = structlog.get_logger()

_MESSAGE_KINDS = FILE_KINDS | {"text", "sticker", "location"}
_ANSWERED_KINDS = _MESSAGE_KINDS | {"postback", "follow"}
_IDENTIFIER = re.compile(r"[\x21-\x7e]{1,64}")
_DEEPEST = 40
_EARLIEST = datetime(2011, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


class LineBodyUnreadable(AppError):
    status = 400
    message = "อ่านข้อมูลจาก LINE ไม่ได้"


@dataclass(frozen=True)
class LineEvent:
    external_id: str
    kind: str
    raw: Any
    user_id: str | None = None
    text: str | None = None
    payload: str | None = None
    reply_token: str | None = None
    message_id: str | None = None
    file_name: str | None = None
    occurred_at: datetime | None = None
    needs_answer: bool = False


def read_events(body: bytes) -> list[LineEvent]:
    """The events of one request. Raises LineBodyUnreadable when there is no list of them."""
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        raise LineBodyUnreadable from None
    events = request.get("events") if isinstance(request, dict) else None
    if not isinstance(events, list):
        raise LineBodyUnreadable
    return [_read_safely(event, f"{i}:".encode() + body) for i, event in enumerate(events)]


def _read_safely(event: Any, request: bytes) -> LineEvent:
    """An event that defeats the reader is kept as it came, and its neighbours are not harmed."""
    try:
        if not _is_too_deep(event):
            return _read(event)
    except Exception as error:
        log.warning("line event unreadable", reason=type(error).__name__)
    text = request.decode(errors="replace")
    return LineEvent(external_id=look_up_key(text, "line.event"), kind="unknown", raw=text)


def _read(event: Any) -> LineEvent:
    if not isinstance(event, dict):
        return LineEvent(external_id=_event_id({"event": event}), kind="unknown", raw=event)
    kind = _kind(event)
    message, source = _part(event, "message"), _part(event, "source")
    is_talk = source.get("type") == "user"
    occurred_at = _moment(event.get("timestamp"))
    return LineEvent(
        external_id=_event_id(event),
        kind=kind,
        raw=event,
        user_id=_identifier(source.get("userId")) if is_talk else None,
        text=_text(kind, message),
        payload=_string(_part(event, "postback").get("data")),
        reply_token=_reply_token(event, occurred_at),
        message_id=_identifier(message.get("id") or _part(event, "unsend").get("messageId")),
        file_name=_string(message.get("fileName")) if kind == "file" else None,
        occurred_at=occurred_at,
        needs_answer=kind in _ANSWERED_KINDS and event.get("mode") != "standby",
    )


def _kind(event: Mapping[str, Any]) -> str:
    kind = _string(event.get("type"))
    if kind in ("follow", "unfollow", "unsend"):
        return kind
    if kind == "postback" and _string(_part(event, "postback").get("data")) is not None:
        return kind
    message = _part(event, "message")
    kind_of_message = _string(message.get("type"))
    if kind != "message" or kind_of_message not in _MESSAGE_KINDS:
        return "unknown"
    if kind_of_message == "text" and _string(message.get("text")) is None:
        return "unknown"
    return kind_of_message


def _text(kind: str, message: Mapping[str, Any]) -> str | None:
    if kind == "location":
        return _place(message)
    return _string(message.get("text")) if kind in ("text", "sticker") else None


def _place(message: Mapping[str, Any]) -> str | None:
    """Title and address as words, and the coordinates by which staff find the place."""
    parts = [_string(message.get("title")), _string(message.get("address"))]
    latitude, longitude = message.get("latitude"), message.get("longitude")
    if isinstance(latitude, int | float) and isinstance(longitude, int | float):
        parts.append(f"({latitude}, {longitude})")
    return " ".join(part for part in parts if part) or None


def _reply_token(event: Mapping[str, Any], occurred_at: datetime | None) -> str | None:
    """A redelivered event brings its first token again; that is no younger than the event."""
    is_redelivery = _part(event, "deliveryContext").get("isRedelivery") is True
    if is_redelivery and (occurred_at is None or now() - occurred_at > REPLY_TOKEN_LIFE):
        return None
    return _identifier(event.get("replyToken"))


def _event_id(event: Mapping[str, Any]) -> str:
    """LINE's own id of the event; else a hash without the part that changes at redelivery."""
    if identifier := _identifier(event.get("webhookEventId")):
        return identifier
    steady = {key: value for key, value in event.items() if key != "deliveryContext"}
    return look_up_key(json.dumps(steady, sort_keys=True), "line.event")


def _part(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = event.get(name)
    return part if isinstance(part, dict) else {}


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _identifier(value: object) -> str | None:
    return value if isinstance(value, str) and _IDENTIFIER.fullmatch(value) else None


def _moment(milliseconds: object) -> datetime | None:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return None
    if not _EARLIEST.timestamp() * 1000 < milliseconds < _LATEST.timestamp() * 1000:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _is_too_deep(value: object) -> bool:
    """Deeper than anything LINE sends; the next reader of the stored event could not open it."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True
