"""People on LINE, simulated: they send signed events and wait for what the service sends back.

The LINE of this file only counts; that requests are as LINE wants them is shown by the tests.
"""

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
import random
import time
from dataclasses import dataclass, field

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.stack import LINE_SECRET

TALK = (
    "สวัสดี",
    "โทรร้องเรียนเบอร์อะไร",
    "ร้องเรียนแล้วกี่วันรู้ผล",
    "อยากร้องเรียนธนาคารไม่ยอมปรับโครงสร้างหนี้ให้ทั้งที่ส่งเอกสารครบแล้วหลายเดือน",
    "ยกเลิก",
    "ใช่",
    "สป.กค. อยู่ที่ไหน",
    "แจ้งเบาะแสทุจริตได้ที่ไหน",
    "ขอบคุณ",
)
ANSWER_SECONDS = 20


@dataclass
class Measured:
    """Seconds from sending to LINE's 200, and to the reply; and what never came."""

    acknowledged: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    refused: int = 0
    unanswered: int = 0
    seconds: float = 0.0


class CountingLine:
    """LINE's side of the talk on one port: takes replies and pushes, and wakes who waits."""

    def __init__(self, port: int) -> None:
        self.waiting: dict[str, asyncio.Future[float]] = {}
        self.token_of: dict[str, str] = {}
        routes = [
            Route("/v2/bot/message/reply", self._take, methods=["POST"]),
            Route("/v2/bot/message/push", self._take, methods=["POST"]),
            Route("/v2/bot/chat/loading/start", self._take, methods=["POST"]),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes), port=port, log_level="warning", access_log=False
        )
        self.server = uvicorn.Server(config)

    async def _take(self, request: Request) -> JSONResponse:
        body = await request.json()
        token = body.get("replyToken") or self.token_of.get(body.get("to", ""), "")
        future = self.waiting.get(token)
        if future and not future.done():
            future.set_result(time.perf_counter())
        return JSONResponse({"sentMessages": [{"id": "1"}]})


class Crowd:
    def __init__(self, webhook: str, line: CountingLine) -> None:
        self.webhook = webhook
        self.line = line
        self.numbers = itertools.count()
        self.run = f"{random.getrandbits(40):010x}"  # only to tell runs apart

    async def talk(self, people: int, seconds: float) -> Measured:
        """Each person sends, waits for the reply, and sends the next line, for `seconds`."""
        measured = Measured()
        started = time.perf_counter()
        async with self._client() as client:
            await asyncio.gather(
                *(
                    self._person(client, f"talk{n}", started + seconds, measured)
                    for n in range(people)
                )
            )
        measured.seconds = time.perf_counter() - started
        return measured

    async def pour(self, events_a_second: int, seconds: float) -> Measured:
        """Many people send one message each at a steady rate, whether or not answers come."""
        measured = Measured()
        async with self._client() as client:
            started = time.perf_counter()
            sending = []
            for n in range(int(events_a_second * seconds)):
                await asyncio.sleep(max(0.0, started + n / events_a_second - time.perf_counter()))
                text = TALK[n % 3]
                sending.append(asyncio.create_task(self._send(client, f"pour{n}", text, measured)))
            await asyncio.gather(*sending)
        measured.seconds = time.perf_counter() - started
        return measured

    def _client(self) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
        return httpx.AsyncClient(timeout=10, limits=limits, trust_env=False)

    async def _person(
        self, client: httpx.AsyncClient, name: str, until: float, measured: Measured
    ) -> None:
        for text in itertools.cycle(TALK):
            if time.perf_counter() > until:
                return
            await self._say(client, name, text, measured)

    async def _say(
        self, client: httpx.AsyncClient, name: str, text: str, measured: Measured
    ) -> None:
        user, token = self._names(name)
        future = asyncio.get_running_loop().create_future()
        self.line.waiting[token] = future
        self.line.token_of[user] = token
        sent = time.perf_counter()
        await self._post(client, user, token, text, measured)
        try:
            answered = await asyncio.wait_for(future, ANSWER_SECONDS)
        except TimeoutError:
            measured.unanswered += 1
        else:
            measured.answered.append(answered - sent)
        del self.line.waiting[token]

    async def _send(
        self, client: httpx.AsyncClient, name: str, text: str, measured: Measured
    ) -> None:
        user, token = self._names(name)
        await self._post(client, user, token, text, measured)

    def _names(self, name: str) -> tuple[str, str]:
        user = "U" + hashlib.md5(f"{self.run}{name}".encode()).hexdigest()
        return user, f"{self.run}-{next(self.numbers)}"

    async def _post(
        self, client: httpx.AsyncClient, user: str, token: str, text: str, measured: Measured
    ) -> None:
        body = json.dumps({"destination": "U" + "0" * 32, "events": [_event(user, token, text)]})
        digest = hmac.new(LINE_SECRET.encode(), body.encode(), hashlib.sha256).digest()
        sent = time.perf_counter()
        try:
            answer = await client.post(
                self.webhook,
                content=body,
                headers={"x-line-signature": base64.b64encode(digest).decode()},
            )
        except httpx.HTTPError:
            measured.refused += 1
            return
        if answer.status_code != 200:
            measured.refused += 1
        measured.acknowledged.append(time.perf_counter() - sent)


def _event(user: str, token: str, text: str) -> dict[str, object]:
    return {
        "type": "message",
        "mode": "active",
        "timestamp": int(time.time() * 1000),
        "webhookEventId": f"01{token}",
        "deliveryContext": {"isRedelivery": False},
        "source": {"type": "user", "userId": user},
        "replyToken": token,
        "message": {"type": "text", "id": token, "text": text, "quoteToken": "q"},
    }
