"""The bot as the service sees it: answers like Rasa's office channel, and fails when told to."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

Question = dict[str, Any]
Replies = list[dict[str, Any]]


def repeat_words(question: Question) -> Replies:
    return [{"text": f"ตอบ: {question['text']}", "buttons": []}]


@dataclass
class FakeRasa:
    """`mode` is answer, hang, empty, 500 or malformed; `asked` holds what reached it."""

    token: str
    mode: str = "answer"
    think_seconds: float = 0.0
    replies: Callable[[Question], Replies] = repeat_words
    asked: list[Question] = field(default_factory=list)
    processed: Counter[str] = field(default_factory=Counter)
    _last: dict[str, tuple[str, Replies]] = field(default_factory=dict)

    @property
    def texts(self) -> list[str]:
        return [question["text"] for question in self.asked]

    def answer(self, question: Question) -> Replies:
        """As agreed: the message processed last is not processed again."""
        conversation_id, message_id = question["conversation_id"], question["message_id"]
        last_id, replies = self._last.get(conversation_id, ("", []))
        if last_id != message_id:
            self.processed[message_id] += 1
            replies = self.replies(question)
            self._last[conversation_id] = (message_id, replies)
        return replies


def create_app(rasa: FakeRasa) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None)

    @app.post("/webhooks/office/message")
    async def message(request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {rasa.token}":
            return Response(status_code=403)
        question = await request.json()
        rasa.asked.append(question)
        if rasa.mode == "hang":
            await asyncio.sleep(30)
        if rasa.mode == "500":
            return Response(status_code=500)
        if rasa.mode == "malformed":
            return JSONResponse({"replies": [{"text": None}]})
        await asyncio.sleep(rasa.think_seconds)
        replies = [] if rasa.mode == "empty" else await asyncio.to_thread(rasa.answer, question)
        return JSONResponse({"replies": replies})

    return app
