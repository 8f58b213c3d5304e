"""`make bench`: speed and memory of the service, beside the same on Rasa's default pipeline."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from api.prepare import BOT_PYTHON
from tests.bench.load import CountingLine, Crowd, Measured
from tests.stack import Stack, free_port, running_stack

TALK_SECONDS = 15
WARM_UP_SECONDS = 3
POUR_EVENTS_A_SECOND = 50
POUR_SECONDS = 15
HERE = Path(__file__).parent


@dataclass
class Result:
    name: str
    training_seconds: float
    start_seconds: float
    megabytes: dict[str, float]
    talks: dict[int, Measured]
    pour: Measured


def train(name: str, folder: Path) -> tuple[Path, float]:
    """Train from nothing, without Rasa's cache. Returns the model and the seconds it took."""
    command = [BOT_PYTHON, "-m", "rasa", "train", "--force", "--skip-validation"]
    command += ["--out", str(folder), "--fixed-model-name", name, "--data", "bot/data"]
    if name == "default":
        command += [str(HERE / "default_pipeline/stories.yml")]
        command += ["--config", str(HERE / "default_pipeline/config.yml")]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return folder / f"{name}.tar.gz", time.monotonic() - started


@asynccontextmanager
async def service(folder: Path, model: Path) -> AsyncIterator[tuple[Stack, Crowd]]:
    """The service on that model, with a LINE that counts in this process."""
    port = free_port()
    line = CountingLine(port)
    server = await line.serve()
    base = f"http://127.0.0.1:{port}"
    stack_context = running_stack(
        folder, RASA_MODEL=str(model), LINE_API_BASE=base, LINE_DATA_API_BASE=base
    )
    stack = await asyncio.to_thread(stack_context.__enter__)
    crowd = Crowd(f"{stack.url}/line/webhook", line)
    try:
        yield stack, crowd
    finally:
        crowd.sender.close()
        await asyncio.to_thread(stack_context.__exit__, None, None, None)
        server.close()


async def measure(name: str, folder: Path) -> Result:
    print(f"{name}: training …", flush=True)
    model, training_seconds = train(name, folder)
    print(f"{name}: starting …", flush=True)
    async with service(folder / f"{name}-data", model) as (stack, crowd):
        await crowd.talk(people=2, seconds=WARM_UP_SECONDS)
        talks = {}
        for people in (1, 4, 16):
            print(f"{name}: {people} people for {TALK_SECONDS} s …", flush=True)
            talks[people] = await crowd.talk(people, TALK_SECONDS)
        print(f"{name}: {POUR_EVENTS_A_SECOND} events/s while {4} people talk …", flush=True)
        pour, _ = await asyncio.gather(
            crowd.pour(POUR_EVENTS_A_SECOND, POUR_SECONDS), crowd.talk(4, POUR_SECONDS)
        )
        memory = {
            part: stack.process(part).memory_info().rss / 1e6 for part in ("rasa", "actions", "api")
        }
    return Result(name, training_seconds, stack.seconds_to_ready, memory, talks, pour)


def percentile(values: list[float], share: float) -> float:
    """In milliseconds; nan for no values."""
    ordered = sorted(values)
    return (
        ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000
        if ordered
        else float("nan")
    )


def rows(result: Result) -> list[tuple[str, str]]:
    shown = [
        ("training, s", f"{result.training_seconds:.1f}"),
        ("start to ready, s", f"{result.start_seconds:.1f}"),
    ]
    for people, talk in result.talks.items():
        speed = len(talk.answered) / talk.seconds
        times = " / ".join(f"{percentile(talk.answered, p):.0f}" for p in (0.5, 0.95, 0.99))
        shown += [
            (f"{people} people: messages/s", f"{speed:.1f}"),
            (f"{people} people: webhook to reply, ms p50 / p95 / p99", times),
            (f"{people} people: never answered", str(talk.unanswered + talk.refused)),
        ]
    times = " / ".join(f"{percentile(result.pour.acknowledged, p):.0f}" for p in (0.5, 0.95, 0.99))
    shown += [
        (f"{POUR_EVENTS_A_SECOND} events/s: webhook to 200, ms p50 / p95 / p99", times),
        (f"{POUR_EVENTS_A_SECOND} events/s: refused", str(result.pour.refused)),
    ]
    shown += [(f"memory of {name}, MB", f"{size:.0f}") for name, size in result.megabytes.items()]
    shown.append(("memory of all, MB", f"{sum(result.megabytes.values()):.0f}"))
    return shown


def print_table(results: list[Result]) -> None:
    columns = [dict(rows(result)) for result in results]
    print("\n| figure |" + "".join(f" {result.name} |" for result in results))
    print("| --- |" + " --- |" * len(results))
    for label in columns[0]:
        print(f"| {label} |" + "".join(f" {column[label]} |" for column in columns))


async def main() -> None:
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    with tempfile.TemporaryDirectory(prefix="thamkhlang-bench-") as folder:
        names = sys.argv[1:] or ["ours", "default"]
        results = []
        for name in names:
            results.append(await measure(name, Path(folder)))
            print_table(results)


asyncio.run(main())
