"""Rows for tests, as plain functions. Each commits, so that the application sees them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from api.cases.models import Case, CaseKind
from api.cases.numbers import receipt_code, receipt_hash
from api.cases.service import Filed, Filing, open_case
from api.cases.states import CaseState
from api.conversations.models import Attachment, Channel, Conversation
from api.database import session_scope
from api.encryption import look_up_key
from api.staff import Role, Staff

ANTI_CORRUPTION_CENTRE = "ศูนย์ปฏิบัติการต่อต้านการทุจริต"
FRIDAY_MORNING = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)
"""Friday 20 November 2569, 10:15 in Bangkok: no holiday in the next 15 days."""


def make_conversation(channel: Channel = Channel.web, id: str | None = None) -> Conversation:
    address = f"U{uuid4().hex}"
    conversation = Conversation(
        id=id or str(uuid4()),
        channel=channel,
        address_hash=look_up_key(address, f"conversations.address.{channel}"),
        address=address if channel == Channel.line else None,
    )
    return _stored(conversation)


def make_attachment(conversation_id: str, **changes: Any) -> Attachment:
    values = {"name": "ภาพ.jpg", "media_type": "image/jpeg", "size": 3, "stored_at": FRIDAY_MORNING}
    return _stored(Attachment(conversation_id=conversation_id, **values | changes))


def make_staff(role: Role, unit: str | None = None) -> Staff:
    login = f"{role}-{uuid4().hex[:8]}"
    return _stored(
        Staff(login=login, name="เจ้าหน้าที่ ตัวอย่าง", role=role, unit=unit, password_hash="-")
    )


def make_case(**changes: Any) -> Case:
    """A stored case about a debt, as service.open_case would leave it, without its events."""
    request_id = str(uuid4())
    values: dict[str, Any] = {
        "number": f"2570-{uuid4().int % 10**6:06}-0",
        "request_id": request_id,
        "receipt_hash": receipt_hash(receipt_code(request_id)),
        "kind": CaseKind.complaint,
        "state": CaseState.received,
        "topic": "debt",
        "agency": "ธนาคารออมสิน",
        "unit": "ธนาคารออมสิน",
        "unit_because": "เรื่องหนี้สินและสินเชื่อ",
        "detail": "ธนาคารไม่ยอมปรับโครงสร้างหนี้ให้",
        "received_at": FRIDAY_MORNING,
        "counted_from_at": FRIDAY_MORNING,
        "forward_by": FRIDAY_MORNING + timedelta(days=5),
        "first_notice_by": FRIDAY_MORNING + timedelta(days=7),
        "answer_by": FRIDAY_MORNING + timedelta(days=31),
        "due_because": ["ก", "ข", "ค"],
    }
    values |= changes
    values.setdefault("due_at", values["forward_by"])
    return _stored(Case(**values))


def file_case(conversation_id: str, **changes: Any) -> Filed:
    """A case filed as a citizen files it."""
    values: dict[str, Any] = {
        "conversation_id": conversation_id,
        "request_id": str(uuid4()),
        "kind": CaseKind.complaint,
        "topic": "debt",
        "agency": "ธนาคารออมสิน",
        "detail": "ธนาคารไม่ยอมปรับโครงสร้างหนี้ให้",
        "contact": "0812345678",
        "consent_version": "2569-1",
    }
    with session_scope() as session:
        return open_case(session, Filing(**values | changes))


def _stored[Row](row: Row) -> Row:
    with session_scope() as session:
        session.add(row)
    return row
