"""The office's API, as agreed in tests/contract. The only file that calls it."""

import asyncio
import os
from typing import Any

import aiohttp

PATIENCE_SECONDS = 2.0
"""For one call in all. Rasa waits longer for the action, and the API longer for Rasa."""

Json = dict[str, Any]


class OfficeError(Exception):
    """The API did not do what was asked. `words` holds its reason when it may be told."""

    def __init__(self, reason: str, words: str | None = None) -> None:
        super().__init__(reason)
        self.words = words


async def answer_question(conversation_id: str, question: str, entry_id: str | None = None) -> Json:
    return await _post(
        "/internal/answers",
        {"conversation_id": conversation_id, "question": question, "entry_id": entry_id},
    )


async def answer_detail(entry_id: str) -> Json:
    return await _post("/internal/answers/detail", {"entry_id": entry_id})


async def rate_answer(conversation_id: str, asked_id: int, useful: bool) -> Json:
    return await _post(
        "/internal/answers/rating",
        {"conversation_id": conversation_id, "asked_id": asked_id, "useful": useful},
    )


async def propose_case(kind: str, detail: str) -> Json:
    return await _post("/internal/case-proposals", {"kind": kind, "detail": detail})


async def open_case(filing: Json) -> Json:
    return await _post("/internal/cases", filing)


async def case_status(conversation_id: str, number: str, receipt_code: str) -> Json:
    return await _post(
        "/internal/cases/status",
        {"conversation_id": conversation_id, "number": number, "receipt_code": receipt_code},
    )


async def add_information(
    conversation_id: str,
    request_id: str,
    number: str,
    receipt_code: str,
    text: str,
    attachment_ids: list[str],
) -> Json:
    return await _post(
        "/internal/cases/information",
        {
            "conversation_id": conversation_id,
            "request_id": request_id,
            "number": number,
            "receipt_code": receipt_code,
            "text": text,
            "attachment_ids": attachment_ids,
        },
    )


async def withdraw_case(
    conversation_id: str,
    request_id: str,
    number: str,
    receipt_code: str,
    reason: str | None = None,
) -> Json:
    return await _post(
        "/internal/cases/withdrawal",
        {
            "conversation_id": conversation_id,
            "request_id": request_id,
            "number": number,
            "receipt_code": receipt_code,
            "reason": reason,
        },
    )


async def ask_person(conversation_id: str) -> Json:
    return await _post("/internal/handovers", {"conversation_id": conversation_id})


_session: aiohttp.ClientSession | None = None


def _open_session() -> aiohttp.ClientSession:
    """One for the life of the process, opened inside its event loop."""
    global _session
    if _session is None or _session.closed:
        _session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {os.environ['INTERNAL_TOKEN']}"},
            timeout=aiohttp.ClientTimeout(total=PATIENCE_SECONDS),
        )
    return _session


async def _post(path: str, body: Json) -> Json:
    url = os.environ.get("API_URL", "http://127.0.0.1:8000") + path
    try:
        async with _open_session().post(url, json=body) as response:
            answer = await response.json()
            if response.status != 200:
                raise OfficeError(f"{path}: status {response.status}", _words(response, answer))
            if not isinstance(answer, dict):
                raise OfficeError(f"{path}: not an object")
            return answer
    except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
        raise OfficeError(f"{path}: {type(error).__name__}") from None


def _words(response: aiohttp.ClientResponse, answer: Any) -> str | None:
    """The sentence of a refusal. What a bug or a wrong request says is not for citizens."""
    told = answer.get("detail") if isinstance(answer, dict) else None
    is_refusal = response.status in (403, 404, 409, 410, 429)
    return told if is_refusal and isinstance(told, str) else None
