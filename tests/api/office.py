"""Made-up people of the office, cases and talks: plain functions that store what they return."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from api import clock
from api.cases.models import Case, CaseAttachment, CaseEvent, CaseKind, Complainant
from api.clock import now
from api.conversations import files
from api.conversations.models import Attachment, Author, Channel, Conversation, Direction, Message
from api.database import session_scope
from api.encryption import look_up_key
from api.staff import Role, Staff, StaffSession, accounts
from api.staff.sessions import hash_token

PASSWORD = "ฝนตกที่พระราม 6"
ORIGIN = {"Origin": "http://127.0.0.1:8000"}


def make_staff(role: Role, login: str | None = None, unit: str | None = None) -> Staff:
    """Somebody who is signed in with `as_staff`; no password opens this account."""
    with session_scope() as session:
        staff = Staff(
            login=login or role.value,
            name=f"ผู้ใช้ {role.value}",
            role=role,
            unit=unit,
            password_hash="none",
        )
        session.add(staff)
        session.flush()
        return staff


def make_account(login: str = "somchai", role: Role = Role.grievance_officer) -> Staff:
    """Somebody who signs in with PASSWORD."""
    with session_scope() as session:
        return accounts.create_account(session, login, "สมชาย ใจดี", role, None, PASSWORD)


def as_staff(client: TestClient, staff: Staff) -> TestClient:
    """The client becomes the browser of this person, one that asks for pages."""
    token = secrets.token_urlsafe(32)
    with session_scope() as session:
        moment = clock.now()
        session.add(
            StaffSession(
                token_hash=hash_token(token),
                staff_id=staff.id,
                created_at=moment,
                last_seen_at=moment,
            )
        )
    client.cookies.set("staff", token, domain="127.0.0.1")
    client.headers.update({"Accept": "text/html", **ORIGIN})
    return client


def sign_in(client: TestClient, login: str, password: str = PASSWORD, **more: str) -> Response:
    return client.post(
        "/console/login",
        data={"login": login, "password": password, **more},
        headers={"Accept": "text/html", **ORIGIN},
        follow_redirects=False,
    )


def csrf_of(page: str) -> str:
    return page.split('name="csrf" value="')[1].split('"')[0]


def make_case(number: int, **values: Any) -> Case:
    """An open complaint that is due in `number` days, unless told otherwise."""
    with session_scope() as session:
        return add_case(session, number, **values)


def add_case(session: Session, number: int, **values: Any) -> Case:
    received_at = now().replace(microsecond=0)
    due_at = received_at + timedelta(days=number)
    anonymous = values.get("anonymous", False)
    name = values.pop("complainant_name", "สมใจ ตัวอย่าง")
    defaults = {
        "number": f"2570-{number:06}-0",
        "request_id": str(uuid4()),
        "receipt_hash": "0" * 64,
        "kind": CaseKind.complaint,
        "topic": "debt",
        "agency": "ธนาคารออมสิน",
        "unit": "ธนาคารออมสิน",
        "unit_because": "เรื่องหนี้สินและสินเชื่อ ธนาคารของรัฐที่ถูกกล่าวถึงเป็นผู้ตรวจสอบ",
        "detail": "ธนาคารไม่ยอมปรับโครงสร้างหนี้ให้ ทั้งที่ยื่นเอกสารครบแล้ว",
        "received_at": received_at,
        "counted_from_at": received_at,
        "forward_by": due_at,
        "first_notice_by": due_at + timedelta(days=4),
        "answer_by": due_at + timedelta(days=27),
        "due_at": due_at,
        "due_because": [
            "ส่งต่อหน่วยงานภายใน 3 วันทำการ",
            "แจ้งความคืบหน้าครั้งแรกภายใน 7 วัน",
            "แจ้งผลภายใน 30 วันนับจากวันรับเรื่อง",
        ],
    }
    case = Case(**{**defaults, **values})
    session.add(case)
    session.flush()
    session.add(CaseEvent(case_id=case.id, verb="opened", actor="citizen", to_state=case.state))
    if not anonymous:
        session.add(
            Complainant(case_id=case.id, name=name, contact="0812345678", consent_version="2569-1")
        )
    session.flush()
    return case


def make_talk(*words: str, waiting: bool = False, channel: Channel = Channel.web) -> Conversation:
    """A conversation in which a citizen said `words`."""
    with session_scope() as session:
        secret = str(uuid4())
        conversation = Conversation(
            channel=channel,
            address_hash=look_up_key(secret, "test"),
            address=secret if channel == Channel.line else None,
            waiting_for_staff_since=now() - timedelta(minutes=12) if waiting else None,
        )
        session.add(conversation)
        session.flush()
        for text in words:
            add_message(session, conversation, text)
        return conversation


def add_message(
    session: Session, conversation: Conversation, text: str | None, **values: Any
) -> Message:
    defaults = {
        "direction": Direction.incoming,
        "author": Author.citizen,
        "kind": "text",
        "external_id": str(uuid4()),
        "answered_at": now(),
    }
    message = Message(
        conversation_id=conversation.id,
        channel=conversation.channel,
        text=text,
        **{**defaults, **values},
    )
    session.add(message)
    session.flush()
    return message


def make_failed_message(conversation: Conversation, error: str = "LINE 400") -> Message:
    with session_scope() as session:
        return add_message(
            session,
            conversation,
            "ข้อความที่ไปไม่ถึง",
            direction=Direction.outgoing,
            author=Author.system,
            external_id=None,
            answered_at=None,
            failed_at=now(),
            last_error=error,
            attempts=3,
        )


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def make_file(
    conversation: Conversation, case: Case | None = None, name: str = "หลักฐาน.png"
) -> Attachment:
    with session_scope() as session:
        attachment = files.store(session, conversation.id, name, PNG)
        if case is not None:
            session.add(CaseAttachment(case_id=case.id, attachment_id=attachment.id))
        return attachment


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Time:
    """The clock of the service, moved by hand."""

    def __init__(self) -> None:
        self.moment = now()

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **step: float) -> None:
        self.moment += timedelta(**step)


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """The statements that the service sends meanwhile."""
    statements: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield statements
    event.remove(Engine, "before_cursor_execute", note)
