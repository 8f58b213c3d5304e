import asyncio
import base64
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.components.tracker_store import SealedTrackerStore
from bot.components.turn import TurnFailed

KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
STORY = "ธนาคารไม่ยอมปรับโครงสร้างหนี้ให้"


def test_form_and_answers_are_there_when_the_store_is_opened_again(tmp_path):
    save(store_in(tmp_path), half_filled())

    tracker = retrieve(store_in(tmp_path), "talk")

    assert tracker.active_loop_name == "complaint_form"
    assert tracker.get_slot("detail") == STORY
    assert tracker.get_slot("requested_slot") == "place"
    assert tracker.latest_action_name == "action_listen"
    assert tracker.latest_message.message_id == "m2"


def test_nothing_can_be_read_when_the_file_is_stolen(tmp_path):
    save(store_in(tmp_path), half_filled())

    stolen = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert STORY.encode() not in stolen
    assert b"complaint_form" not in stolen
    with pytest.raises(TurnFailed):
        retrieve(store_in(tmp_path, base64.urlsafe_b64encode(b"x" * 32).decode()), "talk")


def test_a_record_does_not_open_when_it_is_moved_to_another_talk(tmp_path):
    store = store_in(tmp_path)
    save(store, half_filled())
    with sqlite3.connect(tmp_path / "talks.db") as database:
        database.execute("INSERT INTO talks SELECT 'other', sealed FROM talks")

    with pytest.raises(TurnFailed):
        retrieve(store, "other")


def test_the_record_stays_small_when_the_talk_is_long(tmp_path):
    store, sizes = store_in(tmp_path), []
    tracker = half_filled()
    for _turn in range(40):
        tracker.update(UserUttered("กขค" * 20, {"name": "greet", "confidence": 1.0}))
        tracker.update(BotUttered("ได้รับแล้ว"))
        tracker.update(ActionExecuted("action_listen"))
        save(store, tracker)
        sizes.append(size_of(tmp_path))
        tracker = retrieve(store, "talk")
    assert max(sizes) - min(sizes) < 200
    assert tracker.get_slot("detail") == STORY


def test_nothing_personal_is_left_when_the_case_is_filed(tmp_path):
    store = store_in(tmp_path)
    tracker = half_filled()
    said_last = UserUttered("ส่งเรื่องของสมใจเลย", {"name": "affirm", "confidence": 1.0})
    for event in (
        said_last,
        ActionExecuted("complaint_form"),
        SlotSet("confirmation", "send"),
        ActiveLoop(None),
        ActionExecuted("action_open_case"),
        *(SlotSet(slot, None) for slot in ("detail", "confirmation", "requested_slot")),
        BotUttered("มีอะไรให้ช่วยอีกไหม"),
        ActionExecuted("action_listen"),
    ):
        tracker.update(event)

    save(store, tracker)

    kept = retrieve(store, "talk")
    told = str([event.as_dict() for event in kept.events])
    assert STORY not in told
    assert "สมใจ" not in told
    assert kept.active_loop_name is None
    assert kept.latest_message.message_id == said_last.message_id


def test_a_turn_is_not_kept_when_the_bot_said_nothing(tmp_path):
    store = store_in(tmp_path)
    tracker = DialogueStateTracker.from_events("talk", [], domain().slots)
    tracker.update(UserUttered("สวัสดี", {"name": "greet", "confidence": 1.0}))

    with pytest.raises(TurnFailed):
        save(store, tracker)

    assert retrieve(store, "talk") is None


def test_failure_is_loud_when_the_file_cannot_be_used(tmp_path):
    store = FailSafeTrackerStore(store_in(tmp_path))
    save(store, half_filled())
    with sqlite3.connect(tmp_path / "talks.db") as database:
        database.execute("DROP TABLE talks")

    with pytest.raises(TurnFailed):
        save(store, half_filled())
    with pytest.raises(TurnFailed):
        retrieve(store, "talk")


def test_the_talk_survives_when_the_process_is_killed(tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", __file__, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        check=False,
    )

    assert done.returncode == -signal.SIGKILL
    assert retrieve(store_in(tmp_path), "talk").get_slot("detail") == STORY


def domain():
    slots = {
        name: {"type": "any", "influence_conversation": False, "mappings": [{"type": "custom"}]}
        for name in ("detail", "confirmation")
    }
    return Domain.from_dict(
        {"slots": slots, "forms": {"complaint_form": {"required_slots": ["detail"]}}}
    )


def store_in(folder, key=KEY):
    return SealedTrackerStore(domain=domain(), folder=str(folder), key=key)


def half_filled():
    return DialogueStateTracker.from_events(
        "talk",
        [
            ActionExecuted("action_session_start"),
            SessionStarted(),
            ActionExecuted("action_listen"),
            UserUttered(STORY, {"name": "report_problem", "confidence": 0.9}),
            ActionExecuted("complaint_form"),
            ActiveLoop("complaint_form"),
            SlotSet("detail", STORY),
            BotUttered("ยินยอมไหม"),
            ActionExecuted("action_listen"),
            UserUttered("ใช่", {"name": "affirm", "confidence": 0.9}, message_id="m2", entities=[]),
            ActionExecuted("complaint_form"),
            SlotSet("requested_slot", "place"),
            BotUttered("ที่ไหน"),
            ActionExecuted("action_listen"),
        ],
        domain().slots,
    )


def save(store, tracker):
    asyncio.run(store.save(tracker))


def retrieve(store, conversation_id):
    return asyncio.run(store.retrieve(conversation_id))


def size_of(folder):
    with sqlite3.connect(folder / "talks.db") as database:
        return database.execute("SELECT length(sealed) FROM talks").fetchone()[0]


if __name__ == "__main__":
    save(store_in(Path(sys.argv[1])), half_filled())
    os.kill(os.getpid(), signal.SIGKILL)
