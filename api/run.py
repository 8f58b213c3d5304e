"""`make run`: prepare, start every process, say when all are ready, stop all on Ctrl-C.

A process that ends by itself is started again: at once the first time, then more and more slowly.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from api.prepare import (
    BOT_PYTHON,
    prepare_database,
    prepare_meanings,
    prepare_model,
    write_env_file,
)
from api.settings import Settings, SettingsError, get_settings

STOP_SECONDS = 10
SLOWEST_RESTART_SECONDS = 30
COLOURS = {"api": 36, "rasa": 35, "actions": 33}


@dataclass
class Part:
    """One supervised process."""

    name: str
    command: list[str]


def parts(settings: Settings, model: Path) -> list[Part]:
    rasa_command = [BOT_PYTHON, "-m", "rasa", "run", "--model", str(model)]
    rasa_command += ["--interface", "127.0.0.1", "--port", str(urlsplit(settings.rasa_url).port)]
    rasa_command += ["--endpoints", "bot/endpoints.yml", "--credentials", "bot/credentials.yml"]
    api_command = [sys.executable, "-m", "uvicorn", "--factory", "api.main:create_app"]
    api_command += ["--host", settings.host, "--port", str(settings.port), "--no-access-log"]
    # Browsers that wait for news hold their requests open; stopping does not wait for them.
    api_command += ["--timeout-graceful-shutdown", "2"]
    return [
        Part("actions", [BOT_PYTHON, "-m", "bot.action_server"]),
        Part("rasa", rasa_command),
        Part("api", api_command),
    ]


def environment(settings: Settings) -> dict[str, str]:
    """What the children see: every setting, and what the bot's libraries must be told."""
    return os.environ | {
        "DATA_KEY": settings.data_key.get_secret_value(),
        "DATA_DIR": str(settings.data_dir),
        "KNOWLEDGE_DIR": str(settings.knowledge_dir),
        "INTERNAL_TOKEN": settings.internal_token.get_secret_value(),
        "API_URL": f"http://{settings.host}:{settings.port}",
        "ACTION_SERVER_URL": settings.action_server_url,
        "ACTION_SERVER_PORT": str(urlsplit(settings.action_server_url).port),
        "PYTHONUNBUFFERED": "1",
        # Rasa's frozen libraries complain at length about things that nobody here can change.
        "PYTHONWARNINGS": "ignore",
        "RASA_TELEMETRY_ENABLED": "false",
        "SANIC_HOST": "127.0.0.1",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


class Supervisor:
    def __init__(self, parts: list[Part], env: dict[str, str]) -> None:
        self.parts = parts
        self.env = env
        self.stopping = asyncio.Event()

    async def run(self, on_ready: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        for signal_number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(signal_number, self.stopping.set)
        keepers = [asyncio.create_task(self._keep(part)) for part in self.parts]
        ready = asyncio.create_task(self._all_ready())
        ready.add_done_callback(lambda task: None if task.cancelled() else on_ready())
        await self.stopping.wait()
        ready.cancel()
        await asyncio.gather(*keepers)

    async def _keep(self, part: Part) -> None:
        pause = 0.0
        while not self.stopping.is_set():
            started = time.monotonic()
            # A session of its own: Ctrl-C in the terminal reaches only us, and we stop in order.
            process = await asyncio.create_subprocess_exec(
                *part.command,
                env=self.env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
            printing = asyncio.create_task(_print_lines(part.name, process.stdout))
            stopping = asyncio.create_task(self.stopping.wait())
            ended = asyncio.create_task(process.wait())
            await asyncio.wait({stopping, ended}, return_when=asyncio.FIRST_COMPLETED)
            if self.stopping.is_set():
                await _stop(process)
            await printing
            stopping.cancel()
            if self.stopping.is_set():
                return
            lived = time.monotonic() - started
            pause = 0.0 if lived > 60 else min(max(1.0, pause * 2), SLOWEST_RESTART_SECONDS)
            _print(
                part.name, f"ended with code {process.returncode}; starting again in {pause:.0f} s"
            )
            await asyncio.wait([asyncio.create_task(self.stopping.wait())], timeout=pause)

    async def _all_ready(self) -> None:
        """Wait until /readyz says so; every ten seconds say which part is still missing."""
        last_said = time.monotonic()
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            while True:
                try:
                    answer = await client.get(f"{self.env['API_URL']}/readyz")
                    if answer.status_code == 200:
                        return
                    parts = answer.json()["parts"]
                    missing = [name for name, state in parts.items() if state == "unavailable"]
                except httpx.HTTPError:
                    missing = ["api"]
                if time.monotonic() - last_said > 10:
                    last_said = time.monotonic()
                    print(f"  … still waiting for: {', '.join(missing)}", flush=True)
                await asyncio.sleep(0.2)


async def _stop(process: asyncio.subprocess.Process) -> None:
    try:
        os.killpg(process.pid, signal.SIGTERM)
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except ProcessLookupError:
        return
    except TimeoutError:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _print_lines(name: str, stream: asyncio.StreamReader | None) -> None:
    assert stream is not None  # noqa: S101  # stdout is always a pipe here.
    while True:
        try:
            line = await stream.readline()
        except ValueError:  # A line longer than the buffer: drop what was read, go on.
            continue
        if not line:
            return
        _print(name, line.decode(errors="replace").rstrip())


def _print(name: str, line: str) -> None:
    prefix = f"{name:7} |"
    if sys.stdout.isatty():
        prefix = f"\033[{COLOURS[name]}m{prefix}\033[0m"
    print(prefix, line, flush=True)


def main() -> None:
    write_env_file()
    try:
        settings = get_settings()
    except SettingsError as error:
        sys.exit(str(error))
    prepare_database()
    prepare_meanings(get_settings().knowledge_dir)
    model = prepare_model()
    supervisor_started = time.monotonic()

    def say_ready() -> None:
        address = settings.public_url.rstrip("/")
        line = "on" if settings.line_is_on else "off (no LINE_CHANNEL_SECRET in .env)"
        print(
            f"\nReady after {time.monotonic() - supervisor_started:.0f} s.\n"
            f"  Citizens   {address}/\n"
            f"  Staff      {address}/console      (first account: make staff)\n"
            f"  LINE       {address}/line/webhook   {line}\n"
            f"  Ctrl-C stops everything.\n",
            flush=True,
        )

    async def supervise() -> None:
        supervisor = Supervisor(parts(settings, model), environment(settings))
        await supervisor.run(say_ready)

    print("→ Starting the action server, Rasa and the API", flush=True)
    asyncio.run(supervise())


if __name__ == "__main__":
    main()
