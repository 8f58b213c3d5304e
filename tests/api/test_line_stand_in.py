"""The stand-in itself: as strict as LINE, or the tests that lean on it would prove nothing."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from tests.line_stand_in import events
from tests.line_stand_in.chat import add_chat
from tests.line_stand_in.schemas import InvalidAgainstLine
from tests.line_stand_in.server import LineStandIn, create_app

SOMCHAI = events.user_id()
KEY = "123e4567-e89b-12d3-a456-426614174000"


def text(words: Any = "สวัสดี", **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **more}


def quick_reply(**action: Any) -> dict[str, Any]:
    whole = {"type": "postback", "label": "ใช่", "data": "/affirm", **action}
    return {"quickReply": {"items": [{"type": "action", "action": whole}]}}


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [text()] * 6,
        [text(5)],
        [text("")],
        [text("ก" * 5001)],
        [text("🍎" * 2501)],
        [{"text": "ไม่มีชนิด"}],
        [{"type": "hologram", "text": "ก"}],
        [{"type": "text"}],
        [text(**quick_reply(data=5))],
        [text(**quick_reply(data="x" * 301))],
        [text(**quick_reply(label="ก" * 21))],
        [text(**quick_reply(type="teleport"))],
        [text(quickReply={"items": quick_reply()["quickReply"]["items"] * 14})],
    ],
    ids=range(14),
)
def test_what_line_would_refuse_is_refused(
    line: LineStandIn, line_api: TestClient, messages: list[Any]
) -> None:
    answer = push(line_api, messages)

    assert answer.status_code == 400
    assert line.said_to(SOMCHAI) == []


@pytest.mark.parametrize("message", [text(), text(**quick_reply())], ids=["plain", "buttons"])
def test_what_line_would_accept_is_accepted(
    line: LineStandIn, line_api: TestClient, message: dict[str, Any]
) -> None:
    assert push(line_api, [message]).status_code == 200
    assert line.said_to(SOMCHAI) == [message]


def test_a_call_is_refused_without_the_access_token(line_api: TestClient) -> None:
    del line_api.headers["Authorization"]

    assert push(line_api, [text()]).status_code == 401


def test_a_reply_token_works_once_and_not_for_long(line: LineStandIn, line_api: TestClient) -> None:
    fresh = events.new_reply_token(SOMCHAI)
    old = events.new_reply_token(SOMCHAI, time.time() - 61)

    statuses = [reply(line_api, token).status_code for token in (fresh, fresh, old, "made-up")]

    assert statuses == [200, 400, 400, 400]
    assert len(line.said_to(SOMCHAI)) == 1


def test_a_retry_key_is_remembered(line: LineStandIn, line_api: TestClient) -> None:
    statuses = [push(line_api, [text()], key).status_code for key in (KEY, KEY, "no-uuid")]

    assert statuses == [200, 409, 400]
    assert len(line.said_to(SOMCHAI)) == 1


@pytest.mark.parametrize(
    "part",
    [
        {"type": "hologram"},
        {"type": "message", "message": {"type": "text", "id": "1", "quoteToken": "q"}},
        {"type": "message", "message": {"type": "text", "id": 1, "text": "ก", "quoteToken": "q"}},
        {"type": "postback", "postback": {}},
        {"type": "unsend"},
    ],
)
def test_an_event_that_line_would_not_send_is_refused(part: dict[str, Any]) -> None:
    with pytest.raises(InvalidAgainstLine):
        events.event(SOMCHAI, part)


def test_the_chat_page_says_so_when_the_service_is_not_there(line_api: TestClient) -> None:
    page = line_api.get("/")
    answer = line_api.post(f"/chat/{SOMCHAI}/text", json={"words": "สวัสดี"})

    assert "LINE จำลอง" in page.text
    assert answer.status_code == 502
    assert "http://127.0.0.1:9" in answer.json()["detail"]


def push(api: TestClient, messages: list[Any], key: str = KEY) -> httpx.Response:
    body = {"to": SOMCHAI, "messages": messages}
    return api.post("/v2/bot/message/push", json=body, headers={"X-Line-Retry-Key": key})


def reply(api: TestClient, token: str) -> httpx.Response:
    body = {"replyToken": token, "messages": [text()]}
    return api.post("/v2/bot/message/reply", json=body)


@pytest.fixture
def line() -> LineStandIn:
    return LineStandIn()


@pytest.fixture
def line_api(line: LineStandIn) -> Iterator[TestClient]:
    app = create_app(line)
    add_chat(app, line, "http://127.0.0.1:9/line/webhook", "secret")
    headers = {"Authorization": f"Bearer {line.access_token}"}
    with TestClient(app, headers=headers) as client:
        yield client
