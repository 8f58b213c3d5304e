"""The website as visitors meet it: the real application in a process that can die and come back."""

import base64
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from api.conversations.models import Direction, Message
from tests.api.fake_rasa import FakeRasa
from tests.stack import free_port

ROOT = Path(__file__).parents[2]
TOKEN = "browser-test-token-" + "0" * 20
DATA_KEY = b"k" * 32
START_SECONDS = 30


@dataclass
class Office:
    """`url` stays the same however often the service is stopped and started."""

    folder: Path
    rasa: FakeRasa
    rasa_url: str
    engine: Engine
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = {
            "PATH": os.environ["PATH"],
            # No `.env` lies in the folder it runs in, so no secret of yours takes part.
            "PYTHONPATH": str(ROOT),
            "KNOWLEDGE_DIR": str(ROOT / "knowledge"),
            "DATABASE_URL": str(self.engine.url),
            "DATA_DIR": str(self.folder / "data"),
            "DATA_KEY": base64.urlsafe_b64encode(DATA_KEY).decode(),
            "INTERNAL_TOKEN": TOKEN,
            "RASA_URL": self.rasa_url,
            "PUBLIC_URL": self.url,
        }
        command = [sys.executable, "-m", "uvicorn", "--factory", "api.main:create_app"]
        command += ["--port", str(self.port), "--log-level", "warning"]
        with (self.folder / "service.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, env=environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._is_alive():
            assert self.process.poll() is None, (self.folder / "service.log").read_text()[-3000:]
            assert time.monotonic() < deadline, "the service does not start"
            time.sleep(0.05)

    def kill(self) -> None:
        """As a power cut would: nothing is tidied up."""
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def received(self) -> list[Message]:
        """What visitors sent, in the order it was stored."""
        with Session(self.engine) as session:
            return list(
                session.scalars(
                    select(Message)
                    .where(Message.direction == Direction.incoming)
                    .order_by(Message.id)
                )
            )

    def texts_received(self) -> list[str | None]:
        return [message.text for message in self.received()]

    def _is_alive(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", timeout=1, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False
