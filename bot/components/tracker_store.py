"""SealedTrackerStore: one encrypted record a talk, in a SQLite file that survives a crash.

Only the latest turn is kept, and what the bot must remember for the next one: its slots and the
form in progress. Whatever was said before that is the API's transcript, not Rasa's.
"""

import base64
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    ACTION_SESSION_START_NAME,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
    deserialise_events,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.components.turn import TurnFailed

_NONCE_BYTES = 12


class SealedTrackerStore(TrackerStore):
    def __init__(
        self,
        host: str | None = None,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        folder: str = "var",
        key: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._cipher = AESGCM(_derive(key))
        Path(folder).mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(Path(folder) / "talks.db", isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.execute("PRAGMA secure_delete=ON")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS talks (id TEXT PRIMARY KEY, sealed BLOB NOT NULL)"
        )

    async def save(self, tracker: DialogueStateTracker) -> None:
        events = what_to_keep(tracker)
        if events and not any(isinstance(event, BotUttered) for event in events):
            raise TurnFailed("the bot had nothing to say")
        plain = json.dumps([event.as_dict() for event in events]).encode()
        with _failing_loudly():
            self._database.execute(
                "INSERT OR REPLACE INTO talks (id, sealed) VALUES (?, ?)",
                (tracker.sender_id, self._seal(tracker.sender_id, plain)),
            )

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        with _failing_loudly():
            row = self._database.execute(
                "SELECT sealed FROM talks WHERE id = ?", (sender_id,)
            ).fetchone()
            if row is None:
                return None
            events = deserialise_events(json.loads(self._unseal(sender_id, row[0])))
        return DialogueStateTracker.from_events(sender_id, events, slots=self.domain.slots)

    async def keys(self) -> Iterable[str]:
        with _failing_loudly():
            return [row[0] for row in self._database.execute("SELECT id FROM talks")]

    def _seal(self, sender_id: str, plain: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, sender_id.encode())

    def _unseal(self, sender_id: str, sealed: bytes) -> bytes:
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        return self._cipher.decrypt(nonce, rest, sender_id.encode())


def what_to_keep(tracker: DialogueStateTracker) -> list[Event]:
    """The latest turn, after a summary of what came before it. Nothing before the first turn."""
    events = list(tracker.events)
    latest = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    if not latest:
        return []
    is_idle = tracker.active_loop_name is None
    turn = [_slim(event, is_idle) for event in events[latest[-1] :]]
    before: list[Event] = [
        ActionExecuted(ACTION_SESSION_START_NAME),
        SessionStarted(),
        ActionExecuted(ACTION_LISTEN_NAME),
    ]
    # Set in this turn means set by its own events again.
    set_in_turn = {event.key for event in turn if isinstance(event, SlotSet)}
    before += [
        SlotSet(name, slot.value)
        for name, slot in tracker.slots.items()
        if slot.has_been_set and slot.value is not None and name not in set_in_turn
    ]
    if tracker.active_loop and not any(isinstance(event, ActiveLoop) for event in turn):
        before.append(ActiveLoop(tracker.active_loop.name))
    return before + _only_latest_values(turn)


def _only_latest_values(turn: list[Event]) -> list[Event]:
    """Without the values that a slot had for a moment only, such as those of a case just filed."""
    latest: dict[str, Event] = {event.key: event for event in turn if isinstance(event, SlotSet)}
    return [event for event in turn if not isinstance(event, SlotSet) or latest[event.key] is event]


def _slim(event: Event, is_idle: bool) -> Event:
    """A message without what only the classifier needed; without its words when all is done."""
    if isinstance(event, UserUttered):
        kept = ("intent", "message_id") if is_idle else ("intent", "entities", "text", "message_id")
        event.parse_data = {key: event.parse_data[key] for key in kept if key in event.parse_data}
        event.metadata = {}
        if is_idle:
            event.text, event.entities = "", []
    return event


@contextmanager
def _failing_loudly() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, InvalidTag, ValueError) as error:
        # The text of the error may hold what was being read.
        raise TurnFailed(f"the talks cannot be read or written: {type(error).__name__}") from None


def _derive(key: str) -> bytes:
    """This store's own key, from DATA_KEY. Raises ValueError when that is not 32 bytes."""
    raw = base64.urlsafe_b64decode(key)
    if len(raw) != 32:
        raise ValueError("DATA_KEY must be URL-safe base64 of 32 random bytes")
    return HKDF(SHA256(), length=32, salt=None, info=b"talks").derive(raw)
