"""The complaint form: which question comes next, and what a message does to the answers.

Every turn is one call: the message is read, and the next question is asked with it. A message that
is no answer is left to the rules (a question, a person asked for); they come back to the form.
"""

import logging
import re
from typing import Any
from uuid import uuid4

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions import office_api
from bot.actions.complaint_answers import PRAISE, READERS, Reading, opening
from bot.actions.complaint_questions import ask, lines_of
from bot.actions.interruptions import is_something_else
from bot.actions.message import Message
from bot.actions.words import say

logger = logging.getLogger(__name__)

Slots = dict[str, Any]

# Kept for one case and forgotten with it.
SLOTS = (
    *("kind", "channel", "consent", "detail", "topic", "topics", "outside_ministry", "agency"),
    *("agencies", "proposed_agency", "happened_at", "doubtful_date", "place", "attachment_ids"),
    *("evidence", "contact", "anonymous", "name", "confirmation", "request_id", "has_failed"),
    *("aside", "cancelling", "line"),
)
_LINES_BY_WORD = (
    ("agency", r"หน่วยงาน|ธนาคาร|กรม"),
    ("happened_at", r"วันที่|วันเกิดเหตุ|เวลา"),
    ("topic", r"หัวข้อ|ประเภท"),
    ("contact", r"เบอร์|อีเมล|ติดต่อ|โทร"),
    ("place", r"สถานที่|ที่เกิดเหตุ"),
    ("name", r"ชื่อ"),
    ("evidence", r"ไฟล์|หลักฐาน|รูป"),
    ("detail", r"รายละเอียด|เนื้อหา|ที่เล่า"),
)
_THE_LINE_BEFORE = re.compile(r"ก่อนหน้า|ที่แล้ว|เมื่อกี้|ย้อนกลับ|กลับไป|ข้อก่อน|ถอยกลับ")
_LONGEST_REQUEST = 40


def open_lines(slots: Slots) -> list[str]:
    """The slots that this case still needs, in the order in which they are asked."""
    if slots.get("confirmation"):
        return []
    if slots.get("aside") == "cancel":
        return ["cancelling"]
    if slots.get("aside") == "change":
        return ["line"]
    needed = ["consent", *lines_of(slots), "confirmation"]
    # The line that is being changed comes first.
    needed.sort(key=lambda slot: slot != slots.get("line"))
    return [slot for slot in needed if slots.get(slot) is None]


class ValidateComplaintForm(FormValidationAction):
    def name(self) -> str:
        return "validate_complaint_form"

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],
    ) -> list[str]:
        return open_lines(tracker.slots)

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        slots = dict(tracker.slots)
        reading: Reading | None = Reading({})
        if not came_back(tracker):
            message = Message.of(tracker)
            is_new = slots.get("kind") is None
            reading = Reading(opening(message)) if is_new else _read(message, slots)
        if reading is None:
            return []  # Nothing set makes Rasa look for a rule for this message.
        changes = dict(reading.slots)
        changes.update(await _look_up({**slots, **changes}))
        missing = open_lines({**slots, **changes})
        changes["requested_slot"] = missing[0] if missing else None
        if missing[:1] == ["confirmation"] and not slots.get("request_id"):
            changes["request_id"] = str(uuid4())
        _say_and_ask(dispatcher, reading, {**slots, **changes}, slots.get("requested_slot"))
        return [SlotSet(slot, value) for slot, value in changes.items()]


def came_back(tracker: Tracker) -> bool:
    """Whether the form is run again after something else was done about the message."""
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return False
        if event["event"] in ("action_execution_rejected", "followup"):
            return True
    return False


def _read(message: Message, slots: Slots) -> Reading | None:
    asked_for = slots.get("requested_slot") or "consent"
    if message.means("send_file") and message.values.get("attachment"):
        return _attach(message.values["attachment"], asked_for, slots)
    if slots.get("aside") == "cancel":
        if message.means("affirm", "cancel"):
            return Reading({"confirmation": "cancelled", "aside": None})
        slots = {**slots, "aside": None}
        asked_for = open_lines(slots)[0]
        if message.means("deny", "go_on"):
            return Reading({"aside": None})
    elif _wants_to_stop(message):
        return Reading({"aside": "cancel"})
    if slots.get("aside") == "change" or _wants_to_change(message):
        return _change(message, asked_for, slots)
    if message.is_pressed and message.values:
        return _read_button(message, slots)
    reading = READERS[asked_for](message, slots) if not _comes_first(message, asked_for) else None
    if reading is None and is_something_else(message, asked_for):
        return None
    unclear = say("contact_unclear" if asked_for == "contact" else "choose_please")
    reading = reading or Reading({asked_for: None}, unclear)
    return reading._replace(slots={"aside": None, **reading.slots})


def _comes_first(message: Message, asked_for: str) -> bool:
    """Own words are taken as they are, so whether they are an answer is decided before."""
    takes_anything = ("detail", "agency", "happened_at", "place", "name")
    return asked_for in takes_anything and is_something_else(message, asked_for)


def _attach(attachment: str, asked_for: str, slots: Slots) -> Reading:
    files = [*(slots.get("attachment_ids") or []), attachment]
    files = list(dict.fromkeys(files))
    words = None if asked_for == "evidence" else say("file_attached")
    return Reading({"attachment_ids": files}, words)


def _wants_to_stop(message: Message) -> bool:
    return message.means("cancel", at_least=0.55) and len(message.text) <= _LONGEST_REQUEST


def _wants_to_change(message: Message) -> bool:
    return message.means("change_answer", at_least=0.55) and len(message.text) <= _LONGEST_REQUEST


def _change(message: Message, asked_for: str, slots: Slots) -> Reading | None:
    """Open one line again; which one is asked unless the message says so."""
    lines = lines_of(slots)
    if message.means("go_on", "deny", "skip", at_least=0.6):
        return Reading({"aside": None})
    line = message.values.get("line") or _named_line(message.text)
    if line is None and asked_for in lines and _THE_LINE_BEFORE.search(message.text):
        answered = [x for x in lines[: lines.index(asked_for)] if slots.get(x) is not None]
        line = answered[-1] if answered else None
    if line not in lines:
        return None if is_something_else(message, "line") else Reading({"aside": "change"})
    changes: Slots = {line: None, "line": line, "aside": None, "has_failed": None}
    if line == "contact":
        changes.update(anonymous=None, name=None)
    if line == "evidence":
        changes["attachment_ids"] = None
    return Reading(changes)


def _named_line(text: str) -> str | None:
    return next((line for line, words in _LINES_BY_WORD if re.search(words, text)), None)


def _read_button(message: Message, slots: Slots) -> Reading | None:
    """A button of any question of this form, also of one that was answered before."""
    of_button = {
        "choose_topic": "topic",
        "choose_agency": "agency",
        "choose_date": "happened_at",
        "choose_contact": "contact",
    }.get(message.intent)
    if of_button not in lines_of(slots):
        return None if is_something_else(message, "") else Reading({"aside": None})
    return READERS[of_button](message, slots) or Reading({"aside": None})


async def _look_up(slots: Slots) -> Slots:
    """Topic and agency as the office would guess them, once there is a story and consent."""
    if slots.get("detail") is None or not slots.get("consent") or slots.get("topics") is not None:
        return {}
    found: Slots = {"topics": []}
    try:
        proposal = await office_api.propose_case(slots["kind"], slots["detail"])
        found["topics"] = proposal["topics"]
        found["agencies"] = proposal["agencies"]
        found["proposed_agency"] = proposal["agency"]
        found["outside_ministry"] = proposal["outside_ministry"]
    except (office_api.OfficeError, KeyError) as error:
        logger.warning("No topic could be proposed: %s", type(error).__name__)
    if slots["kind"] == "corruption":
        found["topic"] = "corruption"
    elif slots["kind"] in PRAISE:
        found["topic"] = "suggestion"
    elif not found["topics"]:
        # The officers choose; the person need not wait for us.
        found["topic"] = "unknown"
    return found


def _say_and_ask(
    dispatcher: CollectingDispatcher, reading: Reading, slots: Slots, asked_before: str | None
) -> None:
    next_slot = slots["requested_slot"]
    if next_slot is None:
        return
    if reading.buttons is not None:
        # What is said about the answer is a question itself.
        dispatcher.utter_message(text=reading.words, buttons=reading.buttons)
        return
    question = ask(next_slot, slots)
    is_repeated = next_slot == asked_before and not any(reading.slots.values())
    if is_repeated and next_slot in ("consent", "confirmation") and not slots.get("has_failed"):
        # The notice or the summary stands a few lines above; only the question comes again.
        question = question._replace(text=say(f"ask_{next_slot}_again"))
    text = f"{reading.words}\n\n{question.text}" if reading.words else question.text
    dispatcher.utter_message(text=text, buttons=question.buttons)
