"""The one door to the bot: asks it over HTTP, and tells an answer from a failure."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic

import aiohttp
import structlog

from api.conversations.models import Channel
from api.settings import Settings

log = structlog.get_logger()

_FAILURES_TO_OPEN = 5
_OPEN_SECONDS = 3.0
_QUESTIONS_AT_ONCE = 16


class BotUnavailable(Exception):
    """The bot did not answer as it should. The text names the reason, without anyone's words."""


class _WrongAnswer(ValueError):
    """Something came back, but not what was agreed."""


@dataclass(frozen=True)
class Question:
    conversation_id: str
    message_key: str
    channel: Channel
    text: str
    is_payload: bool


@dataclass(frozen=True)
class Reply:
    text: str
    buttons: list[dict[str, str]]


class Rasa:
    """Asks the bot. After several failures in a row it lets only one try through at a time."""

    def __init__(self, settings: Settings) -> None:
        # The session belongs to the running loop, so it is opened by the first question.
        self._session: aiohttp.ClientSession | None = None
        self._url = f"{settings.rasa_url}/webhooks/office/message"
        self._authorization = f"Bearer {settings.internal_token.get_secret_value()}"
        self._timeout = settings.rasa_timeout_seconds
        self._places = asyncio.Semaphore(_QUESTIONS_AT_ONCE)
        self._failures = 0
        self._closed_until = 0.0
        self.answered_at: float | None = None

    @property
    def is_out(self) -> bool:
        return self._failures >= _FAILURES_TO_OPEN

    async def ask(self, question: Question) -> list[Reply]:
        """The bot's replies; none when it had nothing to say. Raises BotUnavailable."""
        # Waiting for a place is part of the time: the person is to hear something within seconds.
        deadline = asyncio.get_running_loop().time() + self._timeout
        try:
            async with asyncio.timeout_at(deadline):
                await self._places.acquire()
        except TimeoutError:
            raise BotUnavailable("too many questions at once") from None
        try:
            return await self._ask_once(question, deadline)
        finally:
            self._places.release()

    async def _ask_once(self, question: Question, deadline: float) -> list[Reply]:
        if monotonic() < self._closed_until:
            raise BotUnavailable("it failed several times a moment ago")
        if self.is_out:
            # This try is the probe; the others stay away until it is back.
            self._closed_until = monotonic() + self._timeout
        try:
            async with asyncio.timeout_at(deadline):
                replies = _replies(await self._post(question))
        except (TimeoutError, aiohttp.ClientError, ValueError) as error:
            self._failures += 1
            if self.is_out:
                self._closed_until = monotonic() + _OPEN_SECONDS
            raise BotUnavailable(_reason(error)) from error
        self._failures, self._closed_until = 0, 0.0
        self.answered_at = monotonic()
        return replies

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    async def _post(self, question: Question) -> object:
        if self._session is None:
            self._session = aiohttp.ClientSession(headers={"Authorization": self._authorization})
        body = {
            "conversation_id": question.conversation_id,
            "message_id": question.message_key,
            "text": question.text,
            "channel": question.channel,
            "is_payload": question.is_payload,
        }
        async with self._session.post(self._url, json=body) as response:
            if response.status != HTTPStatus.OK:
                raise _WrongAnswer(f"status {response.status}")
            return await response.json()


def _replies(answer: object) -> list[Reply]:
    """Raises _WrongAnswer for anything but the agreed shape."""
    listed = answer.get("replies") if isinstance(answer, dict) else None
    if not isinstance(listed, list):
        raise _WrongAnswer("no list of replies")
    return [_reply(item) for item in listed]


def _reply(item: object) -> Reply:
    text = item.get("text") if isinstance(item, dict) else None
    buttons = item.get("buttons") or [] if isinstance(item, dict) else None
    if not isinstance(text, str) or not text.strip() or not isinstance(buttons, list):
        raise _WrongAnswer("a reply without words")
    kept = []
    for button in buttons:
        title = button.get("title") if isinstance(button, dict) else None
        payload = button.get("payload") if isinstance(button, dict) else None
        if not isinstance(title, str) or not isinstance(payload, str) or not title.strip():
            raise _WrongAnswer("a button without title or payload")
        kept.append({"title": title, "payload": payload})
    return Reply(text, kept)


def _reason(error: Exception) -> str:
    """Our own words for a wrong answer; only the kind of error for everything else."""
    return str(error) if isinstance(error, _WrongAnswer) else type(error).__name__
