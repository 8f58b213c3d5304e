"""People on LINE, simulated: they send signed events and wait for what the service sends back.

The LINE of this file only counts; that requests are as LINE wants them is shown by the tests.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import itertools
import json
import random
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

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
        self.port = port
        self.waiting: dict[str, asyncio.Future[float]] = {}
        self.token_of: dict[str, str] = {}

    async def serve(self) -> asyncio.Server:
        return await asyncio.start_server(self._take, "127.0.0.1", self.port)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                _, content = await _read_message(reader)
                body = json.loads(content)
                token = body.get("replyToken") or self.token_of.get(body.get("to", ""), "")
                future = self.waiting.get(token)
                if future and not future.done():
                    future.set_result(time.perf_counter())
                writer.write(_ACCEPTED)


_ACCEPTED = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 29\r\n\r\n"
    b'{"sentMessages":[{"id":"1"}]}'
)


async def _read_message(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """One HTTP message with a content-length: its first line, and its body.

    Written out because the load runs on the cores that it measures: an HTTP library costs here as
    much as the service itself.
    """
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    lengths = [line[15:] for line in lines if line.lower().startswith("content-length:")]
    return first, await reader.readexactly(int(lengths[0]) if lengths else 0)


class Sender:
    """Keeps connections to the webhook open and uses each for one request at a time."""

    def __init__(self, address: str) -> None:
        url = urlsplit(address)
        self.host, self.port, self.path = url.hostname, url.port, url.path
        self.free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, body: bytes, signature: str) -> int:
        """The status of the answer. Raises OSError."""
        while self.free and self.free[-1][0].at_eof():
            self.free.pop()[1].close()
        reader, writer = (
            self.free.pop() if self.free else await asyncio.open_connection(self.host, self.port)
        )
        writer.write(
            f"POST {self.path} HTTP/1.1\r\nhost: {self.host}\r\nx-line-signature: {signature}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode()
            + body
        )
        try:
            first, _ = await _read_message(reader)
        except asyncio.IncompleteReadError as error:
            raise ConnectionError from error
        self.free.append((reader, writer))
        return int(first.split()[1])

    def close(self) -> None:
        for _, writer in self.free:
            writer.close()
        self.free.clear()


class Crowd:
    def __init__(self, webhook: str, line: CountingLine) -> None:
        self.sender = Sender(webhook)
        self.line = line
        self.numbers = itertools.count()
        self.run = f"{random.getrandbits(40):010x}"  # only to tell runs apart

    async def talk(self, people: int, seconds: float) -> Measured:
        """Each person sends, waits for the reply, and sends the next line, for `seconds`."""
        measured = Measured()
        started = time.perf_counter()
        await asyncio.gather(
            *(self._person(f"talk{n}", started + seconds, measured) for n in range(people))
        )
        measured.seconds = time.perf_counter() - started
        return measured

    async def pour(self, events_a_second: int, seconds: float) -> Measured:
        """Many people send one message each at a steady rate, whether or not answers come."""
        measured = Measured()
        started = time.perf_counter()
        sending = []
        for n in range(int(events_a_second * seconds)):
            await asyncio.sleep(max(0.0, started + n / events_a_second - time.perf_counter()))
            post = self._post(*self._names(f"pour{n}"), TALK[n % 3], measured)
            sending.append(asyncio.create_task(post))
        await asyncio.gather(*sending)
        measured.seconds = time.perf_counter() - started
        return measured

    async def _person(self, name: str, until: float, measured: Measured) -> None:
        for text in itertools.cycle(TALK):
            if time.perf_counter() > until:
                return
            await self._say(name, text, measured)

    async def _say(self, name: str, text: str, measured: Measured) -> None:
        user, token = self._names(name)
        future = asyncio.get_running_loop().create_future()
        self.line.waiting[token] = future
        self.line.token_of[user] = token
        sent = time.perf_counter()
        await self._post(user, token, text, measured)
        try:
            answered = await asyncio.wait_for(future, ANSWER_SECONDS)
        except TimeoutError:
            measured.unanswered += 1
        else:
            measured.answered.append(answered - sent)
        del self.line.waiting[token]

    def _names(self, name: str) -> tuple[str, str]:
        user = "U" + hashlib.md5(f"{self.run}{name}".encode()).hexdigest()
        return user, f"{self.run}-{next(self.numbers)}"

    async def _post(self, user: str, token: str, text: str, measured: Measured) -> None:
        envelope = {"destination": "U" + "0" * 32, "events": [_event(user, token, text)]}
        body = json.dumps(envelope).encode()
        digest = hmac.new(LINE_SECRET.encode(), body, hashlib.sha256).digest()
        sent = time.perf_counter()
        try:
            status = await self.sender.post(body, base64.b64encode(digest).decode())
        except OSError:
            status = 0
        measured.refused += status != 200
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
