"""Nothing leads from an anonymous case to its sender."""

from pathlib import Path
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from api import clock
from api.cases.models import (
    Case,
    Complainant,
)
from api.conversations.models import Attachment, Author, Conversation, Direction, Message
from api.database import session_scope
from api.faq.models import AskedQuestion
from tests.api.bot_side import CONVERSATION, ask, hear, in_contract
from tests.api.factories import (
    FRIDAY_MORNING,
    file_case,
    make_attachment,
    make_conversation,
)


def test_nothing_leads_to_the_sender_when_a_case_is_anonymous(
    internal: TestClient, database: Engine, tmp_path: Path
) -> None:
    canaries = ["เปิดโปงนายด่าน", "0899999999", "ผู้แจ้งลับ"]
    hear("นี่คือเรื่องของ " + canaries[0])
    file = make_attachment(CONVERSATION)
    with session_scope() as session:
        asked = AskedQuestion(question=canaries[0], outcome="unknown", score=0, choices=[])
        asked.conversation_id = CONVERSATION
        session.add(asked)
    request = in_contract("open_case")["request"] | {
        "kind": "corruption",
        "detail": canaries[0],
        "contact": canaries[1],
        "name": canaries[2],
        "anonymous": True,
        "attachment_ids": [file.id],
    }
    answer = internal.post("/internal/cases", json=request).json()
    with session_scope() as session:
        case = session.scalars(select(Case)).one()
        assert case.conversation_id is None
        assert (case.received_at.minute, case.counted_from_at.minute) == (0, 0)
        assert session.scalars(select(Complainant)).all() == []
        attachment = session.get_one(Attachment, file.id)
        assert (attachment.conversation_id, attachment.message_id) == (None, None)
        heard = session.scalars(select(Message).filter_by(direction=Direction.incoming)).one()
        assert (heard.text, heard.payload, heard.raw) == (None, None, None)
        assert session.scalars(select(AskedQuestion)).one().conversation_id is None
        confirmation = session.scalars(select(Message).filter_by(author=Author.system)).one()
        assert confirmation.short_lived
        assert answer["number"] in (confirmation.text or "")
    status = {k: request[k] for k in ("conversation_id",)} | {
        "number": answer["number"],
        "receipt_code": answer["receipt_code"],
    }
    assert internal.post("/internal/cases/status", json=status).json()["found"] is True
    secrets = [*canaries, answer["receipt_code"], answer["receipt_code"].replace("-", "")]
    stored = _bytes_of(database, tmp_path)
    assert case.number.encode() in stored
    assert [secret for secret in secrets if secret.encode() in stored] == []


def test_following_an_anonymous_case_leaves_no_trace_either(internal: TestClient) -> None:
    filed = file_case(CONVERSATION, anonymous=True)
    elsewhere = make_conversation().id
    hear(f"เลขที่ {filed.case.number}", elsewhere)
    hear(filed.receipt_code, elsewhere, answered=False)
    assert ask(internal, elsewhere, filed.case.number, filed.receipt_code).json()["found"] is True
    with session_scope() as session:
        rows = select(Message).filter_by(conversation_id=elsewhere).order_by(Message.id)
        number, code = session.scalars(rows)
    assert number.text is None
    # The one being answered goes as soon as that is done; so does the answer to it.
    assert code.short_lived


def test_a_named_case_before_keeps_its_words_when_an_anonymous_one_follows(
    internal: TestClient,
) -> None:
    hear("เรื่องแรก")
    first = internal.post("/internal/cases", json=in_contract("open_case")["request"]).json()
    hear("เรื่องลับ")
    request = in_contract("open_case")["request"]
    request |= {"request_id": str(uuid4()), "anonymous": True}
    internal.post("/internal/cases", json=request)
    with session_scope() as session:
        texts = session.scalars(select(Message.text).order_by(Message.id)).all()
    assert texts[0] == "เรื่องแรก"
    assert first["number"] in (texts[1] or "")
    assert texts[2] is None


def _bytes_of(database: Engine, tmp_path: Path) -> bytes:
    """Everything the database holds, as a thief of its disk would read it."""
    if database.dialect.name == "sqlite":
        return b"".join(path.read_bytes() for path in tmp_path.glob("test.db*"))
    from psycopg import sql

    dump = b""
    raw = database.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            query = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
            with cursor.copy(query) as rows:
                dump += b"".join(bytes(row) for row in rows)
    finally:
        raw.close()
    return dump


@pytest.fixture(autouse=True)
def friday_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY_MORNING)


@pytest.fixture(autouse=True)
def conversation(database: Engine) -> Conversation:
    return make_conversation(id=CONVERSATION)
