"""Citizens as the service meets them: they say things, press buttons, and read what comes back."""

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.line_stand_in import events
from tests.stack import LINE_SECRET, Stack

PATIENCE_SECONDS = 20


@dataclass
class Heard:
    """What came back for one message: the texts, and the buttons under the last of them."""

    texts: list[str]
    buttons: dict[str, str]

    def __str__(self) -> str:
        return "\n".join(self.texts)


@dataclass
class LinePerson:
    stack: Stack
    user: str = field(default_factory=events.user_id)
    read: int = 0
    buttons: dict[str, str] = field(default_factory=dict)

    def say(self, text: str) -> Heard:
        return self.send(events.text(self.user, text))

    def press(self, title: str) -> Heard:
        return self.send(events.postback(self.user, self.buttons[title]))

    def send_picture(self, content: bytes) -> Heard:
        event = events.image(self.user)
        self.stack.line.contents[event["message"]["id"]] = content
        return self.send(event)

    def send(self, *happened: dict[str, Any]) -> Heard:
        self.post(*happened)
        return self.listen()

    def post(self, *happened: dict[str, Any]) -> None:
        """What LINE does. The service must take it at once, whatever state it is in."""
        body = events.body(*happened)
        answer = httpx.post(
            f"{self.stack.url}/line/webhook",
            content=body,
            headers={"x-line-signature": events.signature(LINE_SECRET, body)},
            timeout=10,
        )
        assert answer.status_code == 200, answer.text

    def listen(self, seconds: float = PATIENCE_SECONDS) -> Heard:
        """Wait for new messages, and until no more come."""
        deadline = time.monotonic() + seconds
        new: list[dict[str, Any]] = []
        while time.monotonic() < deadline:
            time.sleep(0.3)
            so_far = self.stack.line.said_to(self.user)[self.read :]
            if so_far and len(so_far) == len(new):
                break
            new = so_far
        assert new, "LINE heard nothing"
        self.read += len(new)
        items = new[-1].get("quickReply", {}).get("items", [])
        actions = [item["action"] for item in items]
        self.buttons = {action["displayText"]: action["data"] for action in actions}
        return Heard([message["text"] for message in new], self.buttons)


class WebPerson:
    def __init__(self, stack: Stack) -> None:
        self.client = httpx.Client(
            base_url=stack.url,
            headers={"Origin": stack.url, "Sec-Fetch-Site": "same-origin"},
            timeout=30,
        )
        self.client.post("/chat/open").raise_for_status()
        self.read_ids: set[int] = set()
        self.buttons: dict[str, str] = {}

    def say(self, text: str) -> Heard:
        return self._post({"text": text})

    def press(self, title: str) -> Heard:
        return self._post({"text": title, "payload": self.buttons[title]})

    def _post(self, words: dict[str, str]) -> Heard:
        answer = self.client.post("/chat/messages", json={"client_id": str(uuid4()), **words})
        assert answer.status_code == 202, answer.text
        return self.listen()

    def listen(self, seconds: float = PATIENCE_SECONDS) -> Heard:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            time.sleep(0.2)
            talk = self.client.get("/chat/messages").json()
            new = [m for m in self._theirs(talk) if m["id"] not in self.read_ids]
            if new and not talk["thinking"]:
                self.read_ids |= {message["id"] for message in new}
                self.buttons = {b["title"]: b["payload"] for b in new[-1]["buttons"] or []}
                return Heard([message["text"] for message in new], self.buttons)
        raise AssertionError("the web page heard nothing")

    def _theirs(self, talk: dict[str, Any]) -> list[dict[str, Any]]:
        return [message for message in talk["messages"] if message["from"] != "you"]
