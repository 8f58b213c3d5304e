"""Words to LINE and files from LINE. Every call has a hard time limit: the SDK's own has none."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp
import httpx
import structlog
from linebot.v3.messaging import (
    ApiException,
    AsyncApiClient,
    AsyncMessagingApi,
    Configuration,
    Message,
    PostbackAction,
    PushMessageRequest,
    QuickReply,
    QuickReplyItem,
    ReplyMessageRequest,
    TextMessage,
)

from api.conversations.fetches import FileIsLost, FileNotReady
from api.conversations.files import FileTooLarge
from api.conversations.long_texts import shorten
from api.conversations.outbox import Delivery, Outcome, Parcel, Words
from api.settings import Settings

log = structlog.get_logger()

_CONNECT_SECONDS = 3.0
_CALL_SECONDS = 4.5
_FETCH_SECONDS = 20.0
_QUICK_REPLIES = 13
_LABEL_CHARACTERS = 20
_DATA_CHARACTERS = 300


class LineChannel:
    """Needs a running event loop; close it in the end."""

    def __init__(self, settings: Settings) -> None:
        token = settings.line_channel_access_token
        access_token = token.get_secret_value() if token else ""
        self._api_client = AsyncApiClient(
            Configuration(access_token=access_token, host=settings.line_api_base)
        )
        self._api = AsyncMessagingApi(self._api_client)
        self._files = httpx.AsyncClient(
            base_url=settings.line_data_api_base,
            headers={"Authorization": f"Bearer {access_token}"},
            timeout=httpx.Timeout(_FETCH_SECONDS, connect=_CONNECT_SECONDS),
        )
        self._largest_file = settings.max_upload_bytes

    async def deliver(self, parcel: Parcel) -> Delivery:
        if parcel.reply_token:
            return await self._call("reply", self._reply, parcel)
        return await self._call("push", self._push, parcel)

    async def fetch(self, line_message_id: str) -> bytes:
        try:
            async with asyncio.timeout(_FETCH_SECONDS):
                return await self._download(f"/v2/bot/message/{line_message_id}/content")
        except (TimeoutError, httpx.HTTPError):
            raise FileNotReady from None

    async def close(self) -> None:
        await self._api_client.close()
        await self._files.aclose()

    async def _reply(self, parcel: Parcel) -> Any:
        return await self._api.reply_message_with_http_info(
            ReplyMessageRequest(replyToken=parcel.reply_token, messages=_messages(parcel.words)),
            _request_timeout=_timeout(),
        )

    async def _push(self, parcel: Parcel) -> Any:
        return await self._api.push_message_with_http_info(
            PushMessageRequest(to=parcel.address, messages=_messages(parcel.words)),
            x_line_retry_key=parcel.retry_key,
            _request_timeout=_timeout(),
        )

    async def _call(
        self, endpoint: str, call: Callable[[Parcel], Awaitable[Any]], parcel: Parcel
    ) -> Delivery:
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                response = await call(parcel)
        except ApiException as error:
            headers = error.headers or {}
            _log_call(endpoint, error.status, headers.get("x-line-request-id"))
            return _refusal(endpoint, error)
        except aiohttp.ClientConnectorError as error:
            # No connection was made, so nothing can have arrived.
            _log_call(endpoint, type(error).__name__, None)
            return Delivery(Outcome.not_now, type(error).__name__)
        except Exception as error:
            # Whatever else went wrong, on the way there or back, LINE may have accepted it.
            _log_call(endpoint, type(error).__name__, None)
            return Delivery(Outcome.unknown, type(error).__name__)
        _log_call(endpoint, response.status_code, response.headers.get("x-line-request-id"))
        return Delivery(Outcome.sent)

    async def _download(self, path: str) -> bytes:
        async with self._files.stream("GET", path) as response:
            _log_call("content", response.status_code, response.headers.get("x-line-request-id"))
            if response.status_code in (httpx.codes.BAD_REQUEST, httpx.codes.NOT_FOUND, 410):
                raise FileIsLost
            if response.status_code != httpx.codes.OK:
                raise FileNotReady
            content = bytearray()
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > self._largest_file:
                    raise FileTooLarge
            return bytes(content)


def _refusal(endpoint: str, error: ApiException) -> Delivery:
    status = error.status or 0
    reason = f"LINE answered {status}"
    if status == 409:
        # LINE knows the retry key: an earlier try was accepted.
        return Delivery(Outcome.sent)
    if status == 400 and endpoint == "reply" and "Invalid reply token" in str(error.body):
        return Delivery(Outcome.token_refused, reason)
    if status in (401, 403, 408, 429):
        # Our own access or quota is at fault, not the message; staff can mend that.
        return Delivery(Outcome.not_now, reason)
    return Delivery(Outcome.refused if 400 <= status < 500 else Outcome.unknown, reason)


def _messages(words: Sequence[Words]) -> list[Message]:
    """LINE shows the quick replies of the last message only, so all of them go there."""
    buttons = {button["payload"]: button for each in words for button in each.buttons}
    items = [_quick_reply(button) for button in buttons.values() if _fits(button)]
    messages: list[Message] = [TextMessage(text=each.text) for each in words]
    if items:
        messages[-1] = TextMessage(
            text=words[-1].text, quickReply=QuickReply(items=items[:_QUICK_REPLIES])
        )
    return messages


def _quick_reply(button: dict[str, str]) -> QuickReplyItem:
    return QuickReplyItem(
        action=PostbackAction(
            label=shorten(button["title"], _LABEL_CHARACTERS),
            data=button["payload"],
            displayText=button["title"][:_DATA_CHARACTERS],
        )
    )


def _fits(button: dict[str, str]) -> bool:
    fits = 0 < len(button["payload"]) <= _DATA_CHARACTERS and bool(button["title"].strip())
    if not fits:
        log.error("button left out", title_length=len(button["title"]))
    return fits


def _timeout() -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=_CALL_SECONDS, connect=_CONNECT_SECONDS)


def _log_call(endpoint: str, status: int | str | None, request_id: str | None) -> None:
    log.info("line called", endpoint=endpoint, status=status, request_id=request_id)
