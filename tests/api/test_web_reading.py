"""How a browser reads its talk: from its bookmark, and waiting for news."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.channels import web_messages
from api.clock import now
from api.conversations import service
from api.conversations.models import Author, Conversation, Message
from api.database import session_scope
from tests.api.line_office import wait_until
from tests.api.web_visitor import offer, read, send


def test_reading_goes_on_from_the_bookmark(client: TestClient) -> None:
    send(client, "first-0001", text="หนึ่ง")
    first = read(client)
    send(client, "second-001", text="สอง")
    second = read(client, after=first["after"])

    assert own_texts(first) == ["หนึ่ง"]
    # What is only seconds old comes again; the browser knows it by its id.
    assert own_texts(second) == ["หนึ่ง", "สอง"]


def test_what_is_settled_is_not_sent_again(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_messages, "_SETTLED_AFTER", timedelta(0))
    send(client, "first-0001", text="หนึ่ง")
    settle(client)
    first = read(client)
    send(client, "second-001", text="สอง")

    assert own_texts(read(client, after=first["after"])) == ["สอง"]


@pytest.mark.parametrize("after", ["x", "1.2.3.4", "-1", "1.", "๑", "9" * 51])
def test_a_wrong_bookmark_is_refused(client: TestClient, after: str) -> None:
    assert client.get("/chat/messages", params={"after": after}).status_code == 422


def test_a_waiting_browser_hears_at_once_what_the_office_says(client: TestClient) -> None:
    send(client, text="สวัสดี")
    settle(client)
    after = read(client)["after"]
    talk, took = while_waiting(client, after, lambda: offer(client, [], "คำตอบของเจ้าหน้าที่"))

    assert [message["text"] for message in talk["messages"]][-1] == "คำตอบของเจ้าหน้าที่"
    assert talk["messages"][-1]["from"] == "staff"
    assert took < 2


def test_a_waiting_browser_gets_an_empty_answer_when_nothing_happens(client: TestClient) -> None:
    send(client, text="สวัสดี")
    settle(client)
    after = read(client)["after"]
    talk = client.get("/chat/messages", params={"after": after, "wait": 1}).json()

    assert talk["after"].split(".")[1:] == after.split(".")[1:]
    assert talk["again_in"] == 0


def test_a_tab_too_many_is_told_to_come_back_instead_of_waiting(client: TestClient) -> None:
    send(client, text="สวัสดี")
    settle(client)
    after = read(client)["after"]
    tabs = [
        threading.Thread(
            target=client.get,
            args=("/chat/messages",),
            kwargs={"params": {"after": after, "wait": 2}},
        )
        for _ in range(4)
    ]
    for tab in tabs:
        tab.start()
    wait_until(lambda: client.app.state.web_waits.total() == 4)  # type: ignore[attr-defined]
    talk = client.get("/chat/messages", params={"after": after, "wait": 2}).json()
    for tab in tabs:
        tab.join()

    assert talk["again_in"] > 0


def test_erased_words_are_not_shown_again(client: TestClient) -> None:
    send(client, text="ผู้แจ้งไม่ประสงค์ออกนาม")
    settle(client)
    with session_scope() as session:
        conversation = session.scalars(select(Conversation)).one()
        session.scalars(
            select(Message).where(Message.author == Author.citizen)
        ).one().answered_at = now()
        service.erase_words(session, conversation.id, conversation.created_at)

    own = read(client)["messages"][0]
    assert (own["text"], own["erased"]) == (None, True)


def own_texts(talk: dict[str, Any]) -> list[str]:
    return [message["text"] for message in talk["messages"] if message["from"] == "you"]


def settle(client: TestClient) -> None:
    """Until the service has admitted that there is no bot: then nothing happens by itself."""
    wait_until(lambda: any(row["from"] == "office" for row in read(client)["messages"]))


def while_waiting(
    client: TestClient, after: str, happens: Callable[[], None]
) -> tuple[dict[str, Any], float]:
    """What a waiting browser gets, and how long after it happened."""
    got: list[dict[str, Any]] = []

    def wait() -> None:
        got.append(client.get("/chat/messages", params={"after": after, "wait": 20}).json())

    browser = threading.Thread(target=wait)
    browser.start()
    wait_until(lambda: client.app.state.web_waits.total() == 1)  # type: ignore[attr-defined]
    happened = time.monotonic()
    happens()
    browser.join()
    return got[0], time.monotonic() - happened
