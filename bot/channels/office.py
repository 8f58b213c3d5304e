"""The one way in: the API posts a person's message and gets the bot's replies, or a 5xx.

Rasa's own REST channel has no lock on its door and answers 200 to everything, even to a failure.
"""

import logging
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.core.lock_store import LockError
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.action_endpoint import ActionEndpoint
from bot.channels.needless_work import spare_rasa_needless_work
from bot.components.turn import TurnFailed

logger = logging.getLogger(__name__)

_PAYLOAD = re.compile(r"/[a-z_]+(\{.*\})?", re.DOTALL)
# Before a slash it makes the slash an ordinary character for Rasa; the actions take it away.
WORD_JOINER = "\u2060"

Reply = dict[str, Any]


class WrongRequest(Exception):
    """The body is not what was agreed with the API."""


class Replies(OutputChannel):
    """Collects what the bot says."""

    def __init__(self) -> None:
        self.said: list[Reply] = []

    @classmethod
    def name(cls) -> str:
        return OfficeChannel.name()

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        if message.get("text"):
            self.said.append(_reply(message["text"], message.get("buttons")))


class OfficeChannel(InputChannel):
    @classmethod
    def name(cls) -> str:
        return "office"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "OfficeChannel":
        token = (credentials or {}).get("token") or ""
        if len(token) < 32:
            raise ValueError("INTERNAL_TOKEN must have at least 32 characters")
        return cls(token)

    def __init__(self, token: str) -> None:
        self._authorization = f"Bearer {token}".encode()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        office = Blueprint("office")

        @office.listener("after_server_start")
        async def prepare(app: Sanic, _: Any) -> None:
            spare_rasa_needless_work()
            processor = app.ctx.agent.processor if app.ctx.agent else None
            if processor and processor.action_endpoint:
                processor.action_endpoint = ActionEndpoint.like(processor.action_endpoint)

        @office.route("/", methods=["GET"])
        async def ready(request: Request) -> HTTPResponse:
            agent = request.app.ctx.agent
            is_ready = agent is not None and agent.is_ready()
            return response.json({"ready": is_ready}, status=200 if is_ready else 503)

        @office.route("/message", methods=["POST"])
        async def message(request: Request) -> HTTPResponse:
            given = request.headers.get("Authorization", "").encode()
            if not secrets.compare_digest(given, self._authorization):
                return response.json({"error": "NotAllowed"}, status=401)
            try:
                asked = _user_message(request.json)
            except WrongRequest as error:
                return response.json({"error": str(error)}, status=422)
            try:
                return response.json({"replies": await answer(request.app.ctx.agent, asked)})
            except (TurnFailed, LockError) as error:
                return _failed(asked, 503, str(error))
            except Exception as error:
                return _failed(asked, 500, type(error).__name__)

        return office


def _failed(message: UserMessage, status: int, reason: str) -> HTTPResponse:
    """Logs no text and no traceback of an error: either may hold a person's words."""
    logger.error("Message %s was not handled: %s", message.message_id, reason)
    return response.json({"error": "TurnFailed"}, status=status)


async def answer(agent: Agent | None, message: UserMessage) -> list[Reply]:
    """The bot's replies. A message that came before is not handled again. Raises TurnFailed."""
    if agent is None or not agent.is_ready():
        raise TurnFailed("no model is loaded")
    async with agent.lock_store.lock(message.sender_id):
        tracker = await agent.tracker_store.retrieve(message.sender_id)
        if tracker is not None and _latest_id(tracker) == message.message_id:
            return _said_before(tracker)
        await agent.processor.handle_message(message)
    said: list[Reply] = message.output_channel.said
    return said


def _user_message(body: Any) -> UserMessage:
    try:
        conversation_id, message_id = body["conversation_id"], body["message_id"]
        text, channel, is_payload = body["text"], body["channel"], body["is_payload"]
    except (KeyError, TypeError) as error:
        raise WrongRequest("a field is missing") from error
    if not all(isinstance(value, str) for value in (conversation_id, message_id, text)):
        raise WrongRequest("conversation_id, message_id and text must be strings")
    if channel not in ("line", "web") or not isinstance(is_payload, bool):
        raise WrongRequest("channel must be line or web, and is_payload true or false")
    if is_payload and not _PAYLOAD.fullmatch(text):
        raise WrongRequest("this is not a payload")
    if not is_payload and text.lstrip().startswith("/"):
        text = WORD_JOINER + text.lstrip()
    return UserMessage(
        text,
        Replies(),
        conversation_id,
        input_channel=OfficeChannel.name(),
        message_id=message_id,
        metadata={"channel": channel, "is_payload": is_payload},
    )


def _latest_id(tracker: DialogueStateTracker) -> str | None:
    latest = tracker.get_last_event_for(UserUttered)
    return latest.message_id if latest else None


def _said_before(tracker: DialogueStateTracker) -> list[Reply]:
    """What the bot said since the person's latest message."""
    said: list[Reply] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, BotUttered) and event.text:
            said.append(_reply(event.text, event.data.get("buttons")))
    return said[::-1]


def _reply(text: str, buttons: list[dict[str, Any]] | None) -> Reply:
    kept = [{"title": b["title"], "payload": b["payload"]} for b in buttons or []]
    return {"text": text, "buttons": kept}
