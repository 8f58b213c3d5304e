"""The whole service as processes of its own: Rasa, action server, API, and LINE's stand-in."""

import base64
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from tests.line_stand_in.running import running
from tests.line_stand_in.server import LineStandIn, create_app

LINE_SECRET = "made-up-channel-secret"
LINE_TOKEN = "made-up-access-token"
READY_SECONDS = 180


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Stack:
    """Addresses of a running service, and its processes by name."""

    folder: Path
    url: str
    rasa_url: str
    action_server_url: str
    line: LineStandIn
    env: dict[str, str]
    supervisor: subprocess.Popen[bytes]
    seconds_to_ready: float = 0.0
    log: Path = field(default_factory=Path)

    def process(self, name: str) -> psutil.Process:
        """The process called `api`, `rasa` or `actions`. Raises LookupError while it is down."""
        word = {"api": "api.main:create_app", "rasa": "rasa", "actions": "bot.action_server"}[name]
        for child in psutil.Process(self.supervisor.pid).children():
            if word in child.cmdline():
                return child
        raise LookupError(name)

    def kill(self, name: str) -> None:
        self.process(name).kill()

    def pause(self, name: str) -> None:
        self.process(name).suspend()

    def resume(self, name: str) -> None:
        self.process(name).resume()

    def wait_until_ready(self, seconds: float = READY_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.supervisor.poll() is not None:
                raise RuntimeError(f"The service ended:\n{self.log.read_text()[-4000:]}")
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.2)
        raise TimeoutError(f"The service is not ready:\n{self.log.read_text()[-4000:]}")


@contextmanager
def running_stack(folder: Path, database_url: str | None = None, **env: str) -> Iterator[Stack]:
    """Start everything in `folder` on free ports, and stop it at the end.

    A LINE_API_BASE of the caller's takes the place of the stand-in.
    """
    folder.mkdir(parents=True, exist_ok=True)
    api, rasa, actions = (f"http://127.0.0.1:{free_port()}" for _ in range(3))
    line = LineStandIn(access_token=LINE_TOKEN)
    settings = {
        "DATABASE_URL": database_url or f"sqlite:///{folder / 'service.db'}",
        "DATA_DIR": str(folder),
        "DATA_KEY": base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "INTERNAL_TOKEN": os.urandom(32).hex(),
        "HOST": "127.0.0.1",
        "PORT": api.rpartition(":")[2],
        "PUBLIC_URL": api,
        "RASA_URL": rasa,
        "ACTION_SERVER_URL": actions,
        "LINE_CHANNEL_SECRET": LINE_SECRET,
        "LINE_CHANNEL_ACCESS_TOKEN": LINE_TOKEN,
        **env,
    }
    log = folder / "service.log"
    started = time.monotonic()
    with ExitStack() as beside:
        if "LINE_API_BASE" not in env:
            address = beside.enter_context(running(create_app(line)))
            settings |= {"LINE_API_BASE": address, "LINE_DATA_API_BASE": address}
        output = beside.enter_context(log.open("wb"))
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "api.run"],
            env=os.environ | settings,
            stdout=output,
            stderr=output,
        )
        stack = Stack(folder, api, rasa, actions, line, settings, supervisor, log=log)
        try:
            stack.wait_until_ready()
            stack.seconds_to_ready = time.monotonic() - started
            yield stack
        finally:
            supervisor.send_signal(signal.SIGINT)
            try:
                supervisor.wait(30)
            except subprocess.TimeoutExpired:
                supervisor.kill()
