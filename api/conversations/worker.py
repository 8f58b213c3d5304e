"""Answers what came in and sends what is to go out, in the background of every API process.

One lane per conversation keeps its messages in order; lanes do not wait for each other. A lane is
woken after a commit, by its own clock when something must be tried again, and by a sweep that
finds what a crash or another process left behind.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from time import monotonic

import structlog

from api.clock import now
from api.conversations import after_commit, lane, sweeps
from api.conversations.fetches import Fetcher
from api.conversations.lane import Answered, Delivered, NotAnswered, Rest, Result, Step
from api.conversations.models import Channel
from api.conversations.outbox import OutsideChannel, Parcel
from api.conversations.rasa import BotUnavailable, Rasa

log = structlog.get_logger()

_SWEEP_SECONDS = 5.0
_STOP_SECONDS = 7.0
_OTHERS_WERE_ANSWERED_SECONDS = 60.0
_STORE_TRIES = 4
_PATIENCE_SECONDS = 0.1


class Worker:
    def __init__(
        self, rasa: Rasa, channels: Mapping[Channel, OutsideChannel], threads: int = 1
    ) -> None:
        self._rasa = rasa
        self._channels = channels
        # On SQLite writers wait for one turn anyway; more threads would only keep LINE waiting.
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="conversations")
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._woken: set[str] = set()
        self._clocks: dict[str, asyncio.TimerHandle] = {}
        self._watchers: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._hurries: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._at_the_door = 0
        self._door_is_free = asyncio.Event()
        self._door_is_free.set()

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        after_commit.listen("conversation", self.wake)
        line = self._channels.get(Channel.line)
        self._fetcher = Fetcher(line, self._in_thread) if line else None
        self._sweeper = self._loop.create_task(self._sweep_for_ever())

    async def stop(self) -> None:
        """Let the running steps end, then give everything back."""
        after_commit.stop_listening("conversation", self.wake)
        self._stopping = True
        if self._fetcher:
            await self._fetcher.stop()
        self._sweeper.cancel()
        for clock in self._clocks.values():
            clock.cancel()
        running = dict(self._tasks)
        if running:
            _, late = await asyncio.wait(running.values(), timeout=_STOP_SECONDS)
            for task in late:
                task.cancel()
        self._threads.shutdown(wait=True)
        await self._rasa.close()
        for channel in self._channels.values():
            await channel.close()

    def wake(self, conversation_id: str) -> None:
        """Look after a conversation. May be called from any thread, as often as one likes."""
        if not self._stopping:
            self._loop.call_soon_threadsafe(self._wake, conversation_id)

    @contextmanager
    def watch(self, conversation_id: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever the conversation may have changed; clear it yourself."""
        event = asyncio.Event()
        self._watchers[conversation_id].add(event)
        try:
            yield event
        finally:
            self._watchers[conversation_id].discard(event)
            if not self._watchers[conversation_id]:
                del self._watchers[conversation_id]

    @contextmanager
    def stepping_back(self) -> Iterator[None]:
        """While someone is at the door: new steps wait a little, so that receiving is quick."""
        self._at_the_door += 1
        self._door_is_free.clear()
        try:
            yield
        finally:
            self._at_the_door -= 1
            if not self._at_the_door:
                self._door_is_free.set()

    def _wake(self, conversation_id: str) -> None:
        self._notify(conversation_id)
        self._woken.add(conversation_id)
        if clock := self._clocks.pop(conversation_id, None):
            clock.cancel()
        if conversation_id not in self._tasks and not self._stopping:
            task = self._loop.create_task(self._run(conversation_id))
            self._tasks[conversation_id] = task

    async def _run(self, conversation_id: str) -> None:
        rest = Rest(None)
        try:
            while conversation_id in self._woken and not self._stopping:
                self._woken.discard(conversation_id)
                rest = await self._work(conversation_id)
        except Exception as error:
            # One broken conversation must not end the others; the sweep comes back to it.
            log.warning(
                "conversation stopped", conversation=conversation_id, reason=type(error).__name__
            )
        finally:
            self._woken.discard(conversation_id)
            del self._tasks[conversation_id]
        if rest.until and not self._stopping:
            wait = max((rest.until - now()).total_seconds(), 0.05)
            self._clocks[conversation_id] = self._loop.call_later(wait, self._wake, conversation_id)

    async def _work(self, conversation_id: str) -> Rest:
        """Step by step until there is nothing to do for now."""
        result: Result | None = None
        while True:
            step = await self._advance(conversation_id, result)
            self._notify(conversation_id)
            if isinstance(step, Rest):
                return step
            if self._stopping:
                await self._in_thread(lambda: lane.release(conversation_id))
                return Rest(None)
            result = await self._take(step)

    async def _advance(self, conversation_id: str, result: Result | None) -> Step | Rest:
        """The transaction of a step. A result is dear, so a busy database is asked again."""
        with suppress(TimeoutError):
            # Not for ever: under a flood of messages the answers must go on too.
            await asyncio.wait_for(self._door_is_free.wait(), _PATIENCE_SECONDS)
        for tries_left in reversed(range(_STORE_TRIES)):
            try:
                return await self._in_thread(lambda: lane.advance(conversation_id, result))
            except Exception as error:
                log.warning("step not stored", reason=type(error).__name__, tries_left=tries_left)
                if not tries_left:
                    raise
                await asyncio.sleep(0.2)
        raise AssertionError

    async def _take(self, step: Step) -> Result:
        if isinstance(step, Parcel):
            return Delivered(step, await self._channels[step.channel].deliver(step))
        was_out = self._rasa.is_out
        try:
            replies = await self._rasa.ask(step.question)
        except BotUnavailable as failure:
            log.warning("bot unavailable", message=step.message_id, reason=str(failure))
            return NotAnswered(step, str(failure), self._others_are_answered())
        if was_out:
            # The bot is back: what waits for its next try need not wait any longer.
            hurry = self._loop.create_task(self._hurry())
            self._hurries.add(hurry)
            hurry.add_done_callback(self._hurries.discard)
        return Answered(step, replies)

    def _others_are_answered(self) -> bool:
        last = self._rasa.answered_at
        return last is not None and monotonic() - last < _OTHERS_WERE_ANSWERED_SECONDS

    def _notify(self, conversation_id: str) -> None:
        for event in self._watchers.get(conversation_id, ()):
            event.set()

    async def _sweep_for_ever(self) -> None:
        while True:
            try:
                await self._sweep()
            except Exception as error:
                log.warning("sweep failed", reason=type(error).__name__)
            await asyncio.sleep(_SWEEP_SECONDS)

    async def _sweep(self) -> None:
        await self._in_thread(sweeps.erase_served)
        channels = {Channel.web, *self._channels}
        for conversation_id in await self._in_thread(lambda: sweeps.waiting(channels)):
            if conversation_id not in self._clocks and conversation_id not in self._tasks:
                self._wake(conversation_id)
        if self._fetcher:
            await self._fetcher.sweep()

    async def _hurry(self) -> None:
        for conversation_id in await self._in_thread(sweeps.hurry):
            self._wake(conversation_id)

    async def _in_thread[T](self, function: Callable[[], T]) -> T:
        return await self._loop.run_in_executor(self._threads, function)
