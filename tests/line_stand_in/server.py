"""LINE's servers as far as the service uses them: strict, remembering, and able to fail."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from api.conversations.long_texts import shorten, units
from tests.line_stand_in.schemas import InvalidAgainstLine, check_request

REPLY_TOKEN_SECONDS = 60
# "late" modes accept the message and then fail, which the caller cannot tell from not accepting.
FAILURES = ("400", "401", "429", "500", "hang", "drop", "late-500", "late-hang", "late-drop")


@dataclass
class Call:
    endpoint: str
    status: int
    user: str | None
    retry_key: str | None
    body: Any
    accepted: bool
    at: float = field(default_factory=time.time)


@dataclass
class LineStandIn:
    access_token: str = "line-access-token"
    calls: list[Call] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    failures: dict[str, list[str]] = field(default_factory=dict)
    _spent_tokens: set[str] = field(default_factory=set)
    _retry_keys: set[str] = field(default_factory=set)

    def fail(self, endpoint: str, mode: str, times: int = 1) -> None:
        """Let the next calls of `reply`, `push` or `content` fail."""
        if mode not in FAILURES:
            raise ValueError(mode)
        self.failures.setdefault(endpoint, []).extend([mode] * times)

    def next_failure(self, endpoint: str) -> str | None:
        waiting = self.failures.get(endpoint)
        return waiting.pop(0) if waiting else None

    def said_to(self, user: str) -> list[dict[str, Any]]:
        """The messages that reached a person, in order."""
        return [
            message
            for call in list(self.calls)
            if call.accepted and call.user == user
            for message in call.body["messages"]
        ]

    def texts_to(self, user: str) -> list[str]:
        return [message["text"] for message in self.said_to(user)]

    def accept_reply(self, body: dict[str, Any]) -> tuple[int, str | None, str]:
        token = body["replyToken"]
        made_at, _, rest = token.partition(".")
        user, _, _ = rest.partition(".")
        is_alive = made_at.isdigit() and time.time() - int(made_at) / 1000 < REPLY_TOKEN_SECONDS
        if not is_alive or token in self._spent_tokens:
            return 400, user, "Invalid reply token"
        self._spent_tokens.add(token)
        return 200, user, ""

    def accept_push(self, body: dict[str, Any], key: str | None) -> tuple[int, str | None, str]:
        if key in self._retry_keys:
            return 409, body["to"], "The retry key is already accepted"
        if key:
            self._retry_keys.add(key)
        return 200, body["to"], ""


def create_app(line: LineStandIn | None = None) -> FastAPI:
    line = line or LineStandIn()
    app = FastAPI(docs_url=None, redoc_url=None)
    app.state.line = line

    @app.get("/v2/bot/message/{message_id}/content")
    async def content(message_id: str, request: Request) -> Response:
        failure = line.next_failure("content")
        if refusal := _unauthorised(line, request):
            return refusal
        if failure:
            return await _fail(failure)
        if message_id not in line.contents:
            return JSONResponse({"message": "Not found"}, 404)
        return Response(line.contents[message_id], media_type="application/octet-stream")

    @app.post("/v2/bot/message/{endpoint}")
    async def send(endpoint: str, request: Request) -> Response:
        return await _send(line, endpoint, request)

    @app.post("/control/failures/{endpoint}/{mode}")
    def fail(endpoint: str, mode: str, times: int = 1) -> None:
        line.fail(endpoint, mode, times)

    @app.put("/control/contents/{message_id}")
    async def put_content(message_id: str, request: Request) -> None:
        line.contents[message_id] = await request.body()

    @app.get("/control/messages")
    def messages() -> dict[str, list[dict[str, Any]]]:
        users = {call.user for call in line.calls if call.user}
        return {user: line.said_to(user) for user in users}

    return app


async def _send(line: LineStandIn, endpoint: str, request: Request) -> Response:
    if refusal := _unauthorised(line, request):
        return refusal
    key = request.headers.get("x-line-retry-key")
    try:
        body = json.loads(await request.body())
        check_request("POST", f"/v2/bot/message/{endpoint}", body)
        _check_limits(body, endpoint, key)
    except (ValueError, InvalidAgainstLine) as error:
        line.calls.append(Call(endpoint, 400, None, key, str(error), accepted=False))
        return _answer(400, str(error))
    failure = line.next_failure(endpoint)
    if failure and not failure.startswith("late-"):
        line.calls.append(Call(endpoint, 0, None, key, body, accepted=False))
        return await _fail(failure)
    status, user, message = (
        line.accept_reply(body) if endpoint == "reply" else line.accept_push(body, key)
    )
    line.calls.append(Call(endpoint, status, user, key, body, accepted=status == 200))
    if failure:
        return await _fail(failure.removeprefix("late-"))
    if status != 200:
        return _answer(status, message)
    sent = [{"id": str(uuid4().int)[:18], "quoteToken": "q"} for _ in body["messages"]]
    return JSONResponse({"sentMessages": sent}, headers=_request_id())


def _check_limits(body: dict[str, Any], endpoint: str, key: str | None) -> None:
    """What LINE documents in words only."""
    if key is not None:
        UUID(key)
        if endpoint == "reply":
            raise InvalidAgainstLine("a reply takes no retry key")
    for message in body["messages"]:
        words = message.get("text", "")
        if not words or units(words) > 5000:
            raise InvalidAgainstLine("text: 1 to 5000 UTF-16 units")
        for item in message.get("quickReply", {}).get("items", []):
            action = item.get("action", {})
            label = action.get("label", "")
            if not label or shorten(label, 20) != label:
                raise InvalidAgainstLine("label: 1 to 20 characters")
            if action.get("type") == "postback" and not action.get("data"):
                raise InvalidAgainstLine("data: must not be empty")
            if len(action.get("displayText", "")) > 300:
                raise InvalidAgainstLine("displayText: at most 300 characters")


def _unauthorised(line: LineStandIn, request: Request) -> Response | None:
    if request.headers.get("authorization") == f"Bearer {line.access_token}":
        return None
    return _answer(401, "Authentication failed")


async def _fail(mode: str) -> Response:
    if mode == "hang":
        await asyncio.sleep(30)
    if mode == "drop":
        return StreamingResponse(_broken_body(), headers={"content-length": "100"})
    message = "You have reached your monthly limit." if mode == "429" else "failed on purpose"
    return _answer(int(mode) if mode.isdigit() else 500, message)


async def _broken_body() -> AsyncIterator[bytes]:
    yield b"{"
    raise ConnectionResetError


def _answer(status: int, message: str) -> Response:
    return JSONResponse({"message": message}, status, headers=_request_id())


def _request_id() -> dict[str, str]:
    return {"x-line-request-id": str(uuid4())}
