"""action_open_case: what follows the complaint form."""

import logging
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions import office_api
from bot.actions.complaint_form import SLOTS
from bot.actions.words import buttons, say

logger = logging.getLogger(__name__)

# The privacy notice in domain.yml that is agreed to. A new notice gets a new version.
CONSENT_VERSION = "2569-1"

Slots = dict[str, Any]


class ActionOpenCase(Action):
    """Files the case, or lets it go when the person did not agree or changed their mind.

    Only the API says that a case is saved, with its number. Here nothing ever does.
    """

    def name(self) -> str:
        return "action_open_case"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        slots = tracker.slots
        if slots.get("confirmation") != "send":
            is_refused = slots.get("confirmation") == "refused"
            words = say("no_consent") if is_refused else say("cancelled")
            dispatcher.utter_message(text=words, buttons=buttons("menu"))
            return forget(slots)
        try:
            await office_api.open_case(filing(tracker.sender_id, slots))
        except office_api.OfficeError as error:
            logger.warning("A case was not filed: %s", error)
            # The form takes over again: every answer is kept, and so is the request_id.
            return [
                SlotSet("has_failed", error.words or True),
                SlotSet("confirmation", None),
                FollowupAction("complaint_form"),
            ]
        dispatcher.utter_message(text=say("anything_else"), buttons=buttons("menu"))
        return forget(slots)


def filing(conversation_id: str, slots: Slots) -> dict[str, Any]:
    """The answers as the API takes them."""
    anonymous = bool(slots.get("anonymous"))
    return {
        "conversation_id": conversation_id,
        "request_id": slots["request_id"],
        "kind": slots["kind"],
        "topic": slots["topic"],
        "agency": slots.get("agency") or None,
        "detail": slots["detail"],
        "happened_at": slots.get("happened_at") or None,
        "place": slots.get("place") or None,
        "anonymous": anonymous,
        "name": None if anonymous else slots.get("name") or None,
        "contact": None if anonymous else slots.get("contact") or None,
        "attachment_ids": slots.get("attachment_ids") or [],
        "consent_version": CONSENT_VERSION,
    }


def forget(slots: Slots) -> list[EventType]:
    return [SlotSet(slot, None) for slot in SLOTS if slots.get(slot) is not None]
