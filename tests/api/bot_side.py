"""Speaking to the bot's endpoints in tests, and looking at what came of it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient
from sqlalchemy import func, select

from api.conversations.models import Author, Channel, Direction, Message
from api.database import session_scope

CONTRACT = Path("tests/contract")
CONVERSATION = "5b8c1f2e-7f3d-4d0a-9a53-3b1c7e0f4a11"


def in_contract(name: str) -> dict[str, Any]:
    return json.loads((CONTRACT / f"{name}.json").read_text(encoding="utf-8"))


def ask(internal: TestClient, conversation_id: str, number: str, code: str) -> Any:
    request = {"conversation_id": conversation_id, "number": number, "receipt_code": code}
    return internal.post("/internal/cases/status", json=request)


def said() -> list[Message]:
    with session_scope() as session:
        wanted = select(Message).filter_by(direction=Direction.outgoing).order_by(Message.id)
        return list(session.scalars(wanted))


def hear(text: str, conversation_id: str = CONVERSATION, answered: bool = True) -> None:
    with session_scope() as session:
        session.add(
            Message(
                conversation_id=conversation_id,
                channel=Channel.web,
                direction=Direction.incoming,
                author=Author.citizen,
                kind="text",
                external_id=str(uuid4()),
                text=text,
                raw={"text": text},
                created_at=datetime.now(UTC),
                answered_at=datetime.now(UTC) if answered else None,
            )
        )


def count(model: type) -> int:
    with session_scope() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0
