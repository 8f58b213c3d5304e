"""A visitor of the website in few words: send, read, and look at what was stored."""

import time
from typing import Any

import httpx
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from api.conversations import outbox
from api.conversations.models import Author, Conversation, Message
from api.database import session_scope

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


def send(client: TestClient, client_id: str = "some-id-1", **message: Any) -> httpx.Response:
    if client_id == "some-id-1":
        client_id = f"id-{time.monotonic_ns()}"
    return client.post("/chat/messages", json={"client_id": client_id, **message})


def send_file(client: TestClient, name: str, content: bytes) -> httpx.Response:
    return client.post(
        "/chat/files", data={"client_id": "file-id-1"}, files={"file": (name, content)}
    )


def read(client: TestClient, after: str = "0") -> dict[str, Any]:
    return client.get("/chat/messages", params={"after": after}).json()


def offer(client: TestClient, buttons: list[dict[str, str]], text: str = "เลือก") -> None:
    with session_scope() as session:
        conversation = session.scalars(select(Conversation)).one()
        outbox.queue(session, conversation.id, text, buttons, Author.staff)


def texts() -> list[str | None]:
    with session_scope(read_only=True) as session:
        rows = session.scalars(select(Message).where(Message.author == Author.citizen))
        return [message.text for message in sorted(rows, key=lambda message: message.id)]


def count(table: Any) -> int:
    with session_scope(read_only=True) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
