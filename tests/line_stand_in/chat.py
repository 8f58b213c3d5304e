"""A small chat page on which one is a made-up LINE user, for development without a LINE account."""

import secrets
from pathlib import Path
from typing import Annotated, Any

import httpx
from fastapi import APIRouter, Body, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse

from tests.line_stand_in import events
from tests.line_stand_in.server import LineStandIn

_PAGE = Path(__file__).with_name("chat.html")


def add_chat(app: FastAPI, line: LineStandIn, webhook_url: str, channel_secret: str) -> None:
    router = APIRouter(prefix="/chat")

    async def send(event: dict[str, Any]) -> None:
        body = events.body(event)
        headers = {"x-line-signature": events.signature(channel_secret, body)}
        try:
            async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
                answer = await client.post(webhook_url, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise HTTPException(502, f"{webhook_url}: {type(error).__name__}") from None
        if answer.status_code != 200:
            raise HTTPException(502, f"{webhook_url}: {answer.status_code} {answer.text}")

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    def page() -> str:
        return _PAGE.read_text(encoding="utf-8")

    @router.get("/{user}/messages")
    def messages(user: str) -> list[dict[str, Any]]:
        return line.said_to(user)

    @router.post("/{user}/text")
    async def text(user: str, words: Annotated[str, Body(embed=True)]) -> None:
        await send(events.text(user, words))

    @router.post("/{user}/postback")
    async def postback(user: str, data: Annotated[str, Body(embed=True)]) -> None:
        await send(events.postback(user, data))

    @router.post("/{user}/sticker")
    async def sticker(user: str) -> None:
        await send(events.sticker(user, "Hello"))

    @router.post("/{user}/location")
    async def location(user: str) -> None:
        await send(events.location(user, "กระทรวงการคลัง", "ถนนพระรามที่ 6 กรุงเทพฯ 10400"))

    @router.post("/{user}/follow")
    async def follow(user: str) -> None:
        await send(events.follow(user))

    @router.post("/{user}/image")
    async def image(user: str, request: Request) -> None:
        message_id = str(secrets.randbelow(10**17) + 10**17)
        line.contents[message_id] = await request.body()
        await send(events.image(user, message_id))

    app.include_router(router)
