"""Webhook events as LINE sends them; each is checked against LINE's own description."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from typing import Any

from tests.line_stand_in.schemas import check_callback

BOT_USER_ID = "U" + "b" * 32
_ULID_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def user_id() -> str:
    return "U" + secrets.token_hex(16)


def text(user: str, words: str, **changes: Any) -> dict[str, Any]:
    return message(user, {"type": "text", "text": words, "quoteToken": "q"}, **changes)


def image(user: str, message_id: str | None = None, **changes: Any) -> dict[str, Any]:
    content = {"type": "image", "contentProvider": {"type": "line"}, "quoteToken": "q"}
    return message(user, content, message_id, **changes)


def file(user: str, name: str, size: int = 1, **changes: Any) -> dict[str, Any]:
    return message(user, {"type": "file", "fileName": name, "fileSize": size}, **changes)


def sticker(user: str, *keywords: str, **changes: Any) -> dict[str, Any]:
    content = {
        "type": "sticker",
        "packageId": "446",
        "stickerId": "1988",
        "stickerResourceType": "STATIC",
        "keywords": list(keywords),
        "quoteToken": "q",
    }
    return message(user, content, **changes)


def location(user: str, title: str, address: str, **changes: Any) -> dict[str, Any]:
    content = {"type": "location", "latitude": 13.78, "longitude": 100.54}
    return message(user, content | {"title": title, "address": address}, **changes)


def message(
    user: str, content: dict[str, Any], message_id: str | None = None, **changes: Any
) -> dict[str, Any]:
    identified = {"id": message_id or str(secrets.randbelow(10**17) + 10**17), **content}
    return event(user, {"type": "message", "message": identified}, **changes)


def postback(user: str, data: str, **changes: Any) -> dict[str, Any]:
    return event(user, {"type": "postback", "postback": {"data": data}}, **changes)


def follow(user: str, **changes: Any) -> dict[str, Any]:
    return event(user, {"type": "follow", "follow": {"isUnblocked": False}}, **changes)


def unfollow(user: str, **changes: Any) -> dict[str, Any]:
    return event(user, {"type": "unfollow"}, reply_token=None, **changes)


def unsend(user: str, message_id: str, **changes: Any) -> dict[str, Any]:
    part = {"type": "unsend", "unsend": {"messageId": message_id}}
    return event(user, part, reply_token=None, **changes)


def event(
    user: str,
    part: dict[str, Any],
    *,
    reply_token: str | None = "",
    sent_at: float | None = None,
    source: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """`reply_token=""` makes a fresh one that the stand-in knows; None leaves it out."""
    moment = sent_at or time.time()
    whole = {
        "timestamp": int(moment * 1000),
        "mode": "active",
        "webhookEventId": ulid(moment),
        "deliveryContext": {"isRedelivery": False},
        "source": source or {"type": "user", "userId": user},
        **part,
    }
    if reply_token is not None:
        whole["replyToken"] = reply_token or new_reply_token(user, moment)
    check_callback(callback(whole))
    return whole


def redelivered(first: dict[str, Any]) -> dict[str, Any]:
    """The same event as LINE sends it once more."""
    again = {**first, "deliveryContext": {"isRedelivery": True}}
    check_callback(callback(again))
    return again


def callback(*events: Any) -> dict[str, Any]:
    return {"destination": BOT_USER_ID, "events": list(events)}


def body(*events: Any) -> bytes:
    try:
        return json.dumps(callback(*events), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(callback(*events)).encode()


def signature(secret: str, content: bytes) -> str:
    digest = hmac.new(secret.encode(), content, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def new_reply_token(user: str, moment: float | None = None) -> str:
    """Tells the stand-in whose it is and when it was made, so no memory is shared."""
    return f"{int((moment or time.time()) * 1000)}.{user}.{secrets.token_hex(4)}"


def ulid(moment: float | None = None) -> str:
    number = int((moment or time.time()) * 1000) << 80 | secrets.randbits(80)
    return "".join(_ULID_DIGITS[number >> shift & 31] for shift in range(125, -1, -5))
