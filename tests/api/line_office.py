"""The service with LINE connected: our app, a stand-in for LINE, and a bot that we direct."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine, select

from api.conversations.models import Conversation, Direction, Message
from api.database import session_scope
from api.main import create_app
from api.settings import get_settings
from tests.api import fake_rasa
from tests.api.fake_rasa import FakeRasa
from tests.line_stand_in import events, server
from tests.line_stand_in.running import running
from tests.line_stand_in.server import LineStandIn

CHANNEL_SECRET = "line-channel-secret"


def wait_until(is_so: Callable[[], object], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@dataclass
class LineOffice:
    client: TestClient
    line: LineStandIn
    rasa: FakeRasa

    def post(self, *happened: Any) -> httpx.Response:
        """What LINE does: one signed request with these events."""
        return self.post_body(events.body(*happened))

    def post_body(self, body: bytes, signature: str | None = None) -> httpx.Response:
        signed = events.signature(CHANNEL_SECRET, body) if signature is None else signature
        return self.client.post(
            "/line/webhook", content=body, headers={"x-line-signature": signed.encode("latin-1")}
        )

    def send(self, *happened: Any) -> None:
        assert self.post(*happened).status_code == 200

    def wait_for_texts(self, user: str, count: int, seconds: float = 15) -> list[str]:
        wait_until(lambda: len(self.line.texts_to(user)) >= count, seconds)
        return self.line.texts_to(user)

    def wait_until_quiet(self) -> None:
        """Until every message is answered and every answer is on its way."""
        wait_until(lambda: not unfinished())


def messages(direction: Direction | None = None) -> list[Message]:
    with session_scope(read_only=True) as session:
        query = select(Message).order_by(Message.id)
        if direction:
            query = query.where(Message.direction == direction)
        return list(session.scalars(query))


def incoming() -> list[Message]:
    return messages(Direction.incoming)


def outgoing() -> list[Message]:
    return messages(Direction.outgoing)


def conversations() -> list[Conversation]:
    with session_scope(read_only=True) as session:
        return list(session.scalars(select(Conversation)))


def unfinished() -> list[Message]:
    return [
        message
        for message in messages()
        if not (message.answered_at or message.sent_at or message.failed_at)
    ]


@contextmanager
def locked_by_another_program(database: Engine) -> Iterator[None]:
    other = create_engine(database.url)
    lock = "LOCK TABLE messages" if database.dialect.name == "postgresql" else "BEGIN IMMEDIATE"
    with other.connect() as connection:
        connection.exec_driver_sql(lock)
        yield
        connection.rollback()
    other.dispose()


@pytest.fixture
def line_office(
    database: Engine, monkeypatch: pytest.MonkeyPatch, environment: None
) -> Iterator[LineOffice]:
    rasa = FakeRasa(get_settings().internal_token.get_secret_value())
    line = LineStandIn()
    with running(fake_rasa.create_app(rasa)) as rasa_url, running(server.create_app(line)) as url:
        monkeypatch.setenv("RASA_URL", rasa_url)
        monkeypatch.setenv("LINE_CHANNEL_SECRET", CHANNEL_SECRET)
        monkeypatch.setenv("LINE_CHANNEL_ACCESS_TOKEN", line.access_token)
        monkeypatch.setenv("LINE_API_BASE", url)
        monkeypatch.setenv("LINE_DATA_API_BASE", url)
        get_settings.cache_clear()
        with TestClient(create_app(), base_url="http://127.0.0.1:8000") as client:
            yield LineOffice(client, line, rasa)
