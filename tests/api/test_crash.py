"""The API is killed at random under load, again and again: nothing acknowledged may be lost.

Everything is real but LINE and the bot, which run here, outside the process that is killed.
"""

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from api.settings import get_settings
from tests.api import fake_rasa
from tests.api.fake_rasa import FakeRasa
from tests.api.line_office import CHANNEL_SECRET, incoming, outgoing, unfinished, wait_until
from tests.line_stand_in import events, server
from tests.line_stand_in.running import running
from tests.line_stand_in.server import LineStandIn

PORT = 8123
KILLS = 5
PEOPLE = 12
SENDERS = 4


@dataclass
class Load:
    """Sends as LINE does: the same event again until it is acknowledged."""

    acknowledged: list[dict] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self, people: list[str]) -> None:
        number = 0
        with httpx.Client(timeout=5) as client:
            while not self.stopping.is_set():
                for person in people:
                    number += 1
                    self._deliver(client, events.text(person, f"ข้อความ {number}"))
                time.sleep(0.15)

    def _deliver(self, client: httpx.Client, event: dict) -> None:
        attempt = event
        while True:
            body = events.body(attempt)
            signature = events.signature(CHANNEL_SECRET, body)
            try:
                answer = client.post(
                    f"http://127.0.0.1:{PORT}/line/webhook",
                    content=body,
                    headers={"x-line-signature": signature},
                )
                if answer.status_code == 200:
                    self.acknowledged.append(event)
                    return
            except httpx.HTTPError:
                pass
            attempt = events.redelivered(event)
            time.sleep(0.1)


def test_no_acknowledged_event_is_lost_or_answered_twice_when_the_api_is_killed(
    database: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seed = int(os.environ.get("CRASH_SEED", time.time()))
    print(f"CRASH_SEED={seed}")
    chance = random.Random(seed)
    rasa = FakeRasa(get_settings().internal_token.get_secret_value(), think_seconds=0.03)
    line, load = LineStandIn(), Load()
    people = [events.user_id() for _ in range(PEOPLE)]
    with running(fake_rasa.create_app(rasa)) as rasa_url, running(server.create_app(line)) as url:
        monkeypatch.setenv("RASA_URL", rasa_url)
        monkeypatch.setenv("LINE_CHANNEL_SECRET", CHANNEL_SECRET)
        monkeypatch.setenv("LINE_CHANNEL_ACCESS_TOKEN", line.access_token)
        monkeypatch.setenv("LINE_API_BASE", url)
        monkeypatch.setenv("LINE_DATA_API_BASE", url)
        senders = [
            threading.Thread(target=load.run, args=(people[number::SENDERS],))
            for number in range(SENDERS)
        ]
        log = (tmp_path / "api.log").open("wb")
        api = start_api(log)
        for sender in senders:
            sender.start()
        try:
            for _ in range(KILLS):
                time.sleep(chance.uniform(0.3, 2.0))
                api.kill()
                api.wait()
                api = start_api(log)
            load.stopping.set()
            for sender in senders:
                sender.join()
            wait_until(lambda: not unfinished(), seconds=90)
        finally:
            load.stopping.set()
            api.terminate()
            api.wait(timeout=20)

    stored = Counter(row.external_id for row in incoming())
    acknowledged = {event["webhookEventId"] for event in load.acknowledged}
    assert len(load.acknowledged) > 50
    assert acknowledged <= set(stored)
    assert set(stored.values()) == {1}
    failed = [row for row in outgoing() if row.failed_at]
    for person in people:
        received = line.texts_to(person)
        expected = [
            f"ตอบ: {event['message']['text']}"
            for event in load.acknowledged
            if event["source"]["userId"] == person
        ]
        missing = set(expected) - set(received)
        assert len(received) == len(set(received)), "an answer arrived twice"
        # Only an answer that staff can see as failed may be missing.
        assert missing <= {row.text for row in failed}
        assert received == [text for text in expected if text in set(received)]
    print(f"{len(acknowledged)} acknowledged, {KILLS} kills, {len(failed)} left to the staff")


def start_api(log: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "uvicorn", "--factory", "api.main:create_app"]
    api = subprocess.Popen(
        [*command, "--port", str(PORT), "--no-access-log"],
        stdout=log,  # type: ignore[call-overload]
        stderr=subprocess.STDOUT,
    )
    try:
        wait_until(lambda: api.poll() is not None or _answers(), seconds=60)
        assert api.poll() is None, "the API did not start"
    except AssertionError:
        api.kill()
        raise
    return api


def _answers() -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{PORT}/healthz").status_code == 200
    except httpx.HTTPError:
        return False
