"""`/healthz`: the process lives. `/readyz`: each part by name, for monitoring and start-up."""

import asyncio
from collections.abc import Callable

import httpx
from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from sqlalchemy import text

from api.database import session_scope
from api.faq import search
from api.settings import get_settings

PART_SECONDS = 2

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def alive() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/readyz")
async def ready() -> JSONResponse:
    settings = get_settings()
    async with httpx.AsyncClient(
        timeout=PART_SECONDS,
        trust_env=False,
        headers={"Authorization": f"Bearer {settings.internal_token.get_secret_value()}"},
    ) as client:
        database, rasa, actions = await asyncio.gather(
            run_in_threadpool(_state_of, _ask_database),
            _answers(client, f"{settings.rasa_url}/webhooks/office/"),
            _answers(client, f"{settings.action_server_url}/health"),
        )
    parts = {"database": database, "rasa": rasa, "action_server": actions}
    is_ready = all(state == "ready" for state in parts.values())
    # LINE switched off is a choice, not a fault.
    # Answers from words alone are worse than usual, but answers; monitoring should know.
    parts["search"] = "ready" if search.is_whole() else "words only"
    parts["line"] = "ready" if settings.line_is_on else "off"
    return JSONResponse({"ready": is_ready, "parts": parts}, 200 if is_ready else 503)


def _ask_database() -> None:
    with session_scope(read_only=True) as session:
        session.execute(text("SELECT 1"))


def _state_of(ask: Callable[[], None]) -> str:
    try:
        ask()
    except Exception:
        return "unavailable"
    return "ready"


async def _answers(client: httpx.AsyncClient, url: str) -> str:
    try:
        answer = await client.get(url)
    except httpx.HTTPError:
        return "unavailable"
    return "ready" if answer.status_code == 200 else "unavailable"
