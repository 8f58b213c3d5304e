"""Following up a case that was filed: its state, more information, withdrawal."""

import json
import logging
from abc import ABC, abstractmethod
from typing import Any
from uuid import uuid4

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions import office_api
from bot.actions.complaint_answers import LONGEST_DETAIL, Reading, again
from bot.actions.complaint_form import came_back
from bot.actions.contacts import read_case
from bot.actions.interruptions import is_something_else
from bot.actions.message import Message, letters
from bot.actions.words import button, buttons, say

logger = logging.getLogger(__name__)

Slots = dict[str, Any]

SLOTS = (
    *("follow_up", "number", "receipt_code", "information", "attachment_ids"),
    *("confirmation", "request_id", "has_failed"),
)
_PURPOSES = {
    "ask_status": "status",
    "add_information": "information",
    "withdraw_case": "withdrawal",
}


class ActionStartFollowUp(Action):
    """Notes what the person wants, and the number and the code if they came with it."""

    def name(self) -> str:
        return "action_start_follow_up"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        message = Message.of(tracker)
        number, code = read_case(message.text)
        return [
            SlotSet("follow_up", _PURPOSES.get(message.intent, "status")),
            SlotSet("number", message.values.get("number") or number),
            SlotSet("receipt_code", message.values.get("receipt_code") or code),
            SlotSet("request_id", str(uuid4())),
        ]


def open_lines(slots: Slots) -> list[str]:
    if slots.get("confirmation"):
        return []
    needed = ["number", "receipt_code"]
    if slots.get("follow_up") == "information":
        needed.append("information")
    if slots.get("follow_up") == "withdrawal" or slots.get("has_failed"):
        needed.append("confirmation")
    return [slot for slot in needed if slots.get(slot) is None]


class ValidateFollowUpForm(FormValidationAction):
    def name(self) -> str:
        return "validate_follow_up_form"

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
        if slots.get("requested_slot") and not came_back(tracker):
            reading = _read(Message.of(tracker), slots)
        if reading is None:
            return []  # Nothing set makes Rasa look for a rule for this message.
        changes = dict(reading.slots)
        missing = open_lines({**slots, **changes})
        changes["requested_slot"] = missing[0] if missing else None
        if missing:
            _ask(dispatcher, reading, {**slots, **changes})
        return [SlotSet(slot, value) for slot, value in changes.items()]


def _read(message: Message, slots: Slots) -> Reading | None:
    asked_for = slots["requested_slot"]
    if message.means("send_file") and message.values.get("attachment"):
        files = [*(slots.get("attachment_ids") or []), message.values["attachment"]]
        return Reading({"attachment_ids": list(dict.fromkeys(files))})
    number, code = read_case(message.text)
    if asked_for in ("number", "receipt_code") and (number or code):
        found = {"number": number, "receipt_code": code}
        return Reading({slot: value for slot, value in found.items() if value})
    if message.means("cancel", at_least=0.55) and len(message.text) <= 40:
        return Reading({"confirmation": "cancelled"})
    if asked_for == "information":
        return _read_information(message, slots)
    if asked_for == "confirmation":
        if message.means("affirm", "send_case", "withdraw_case"):
            return Reading({"confirmation": "send"})
        if message.means("deny"):
            return Reading({"confirmation": "cancelled"})
    if is_something_else(message, asked_for):
        return None
    return {
        "number": again("number", say("number_unclear")),
        "receipt_code": again("receipt_code", say("code_unclear")),
    }.get(asked_for, again(asked_for, say("choose_please")))


def _read_information(message: Message, slots: Slots) -> Reading | None:
    files = slots.get("attachment_ids") or []
    if files and message.means("send_case", "deny", "skip", "affirm"):
        return Reading({"information": say("files_sent", count=len(files))})
    if is_something_else(message, "information"):
        return None
    if len(message.text) > LONGEST_DETAIL:
        return again("information", say("too_long", limit=LONGEST_DETAIL))
    if letters(message.text) < 2:
        return again("information", say("tell_more"))
    return Reading({"information": message.text})


def _ask(dispatcher: CollectingDispatcher, reading: Reading, slots: Slots) -> None:
    asked_for = slots["requested_slot"]
    count = len(slots.get("attachment_ids") or [])
    name = f"ask_{asked_for}"
    if asked_for == "information" and count:
        name = "ask_information_more"
    if asked_for == "confirmation":
        name = "ask_withdrawal"
    if slots.get("has_failed") and asked_for == "confirmation":
        retry = [button("try_again", "/send_case"), button("cancel", "/cancel")]
        dispatcher.utter_message(text=_failure(slots), buttons=retry)
        return
    question = say(name, count=count, number=slots.get("number"))
    text = f"{reading.words}\n\n{question}" if reading.words else question
    dispatcher.utter_message(text=text, buttons=buttons(name))


def _failure(slots: Slots) -> str:
    reason = slots["has_failed"]
    return reason if isinstance(reason, str) else say("not_done")


class _FollowUp(Action, ABC):
    """What the three errands share: letting go, failing, and not finding the case."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        slots = tracker.slots
        if slots.get("confirmation") == "cancelled":
            dispatcher.utter_message(text=say("kept_as_is"), buttons=buttons("menu"))
            return _forget(slots)
        try:
            answer = await self._call(tracker.sender_id, slots)
        except office_api.OfficeError as error:
            logger.warning("%s failed: %s", self.name(), error)
            return [
                SlotSet("has_failed", error.words or True),
                SlotSet("confirmation", None),
                FollowupAction("follow_up_form"),
            ]
        if not answer.get("found"):
            retry = {"status": "/ask_status", "information": "/add_information"}.get(
                slots["follow_up"], "/withdraw_case"
            )
            offered = [button("try_again", retry), button("person", "/ask_person")]
            dispatcher.utter_message(text=say("case_not_found"), buttons=offered)
        else:
            self._tell(dispatcher, answer, slots)
        return _forget(slots)

    @abstractmethod
    async def _call(self, conversation_id: str, slots: Slots) -> Slots: ...

    def _tell(self, dispatcher: CollectingDispatcher, answer: Slots, slots: Slots) -> None:
        """The API has told the person already that it was done."""
        dispatcher.utter_message(text=say("anything_else"), buttons=buttons("menu"))


class ActionCaseStatus(_FollowUp):
    def name(self) -> str:
        return "action_case_status"

    async def _call(self, conversation_id: str, slots: Slots) -> Slots:
        return await office_api.case_status(conversation_id, slots["number"], slots["receipt_code"])

    def _tell(self, dispatcher: CollectingDispatcher, answer: Slots, slots: Slots) -> None:
        # The buttons carry number and code, so that Rasa need not remember them.
        carried = json.dumps({"number": slots["number"], "receipt_code": slots["receipt_code"]})
        dispatcher.utter_message(
            text=say("status", **{key: answer.get(key) or "-" for key in answer}),
            buttons=[
                button("add_information", f"/add_information{carried}"),
                button("withdraw_case", f"/withdraw_case{carried}"),
                button("person", "/ask_person"),
            ],
        )


class ActionAddInformation(_FollowUp):
    def name(self) -> str:
        return "action_add_information"

    async def _call(self, conversation_id: str, slots: Slots) -> Slots:
        return await office_api.add_information(
            conversation_id,
            slots["request_id"],
            slots["number"],
            slots["receipt_code"],
            slots["information"],
            slots.get("attachment_ids") or [],
        )


class ActionWithdrawCase(_FollowUp):
    def name(self) -> str:
        return "action_withdraw_case"

    async def _call(self, conversation_id: str, slots: Slots) -> Slots:
        return await office_api.withdraw_case(
            conversation_id, slots["request_id"], slots["number"], slots["receipt_code"]
        )


def _forget(slots: Slots) -> list[EventType]:
    return [SlotSet(slot, None) for slot in SLOTS if slots.get(slot) is not None]
