"""Questions go to the office's own search, and what it cannot answer to a person."""

import json
import logging
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions import office_api
from bot.actions.message import Message, letters
from bot.actions.words import Button, button, buttons, say

logger = logging.getLogger(__name__)

_LONGEST_QUESTION = 1000
_MOST_CHOICES = 3


class ActionAnswerQuestion(Action):
    def name(self) -> str:
        return "action_answer_question"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        message = Message.of(tracker)
        in_form = bool((tracker.active_loop or {}).get("name"))
        entry = message.values.get("entry")
        if not entry and letters(message.text) < 2:
            _say_what_to_do(dispatcher, message, in_form)
            return []
        try:
            found = await office_api.answer_question(
                tracker.sender_id, message.text[:_LONGEST_QUESTION] or str(entry), entry
            )
        except office_api.OfficeError as error:
            logger.warning("A question was not answered: %s", error)
            dispatcher.utter_message(text=error.words or say("cannot_answer_now"))
            return []
        if found.get("outcome") == "answered" and found.get("answer"):
            dispatcher.utter_message(text=_answer(found["answer"]))
        elif found.get("outcome") == "choices" and found.get("choices"):
            offered = _choices(found["choices"])
            dispatcher.utter_message(
                text=say("choices"), buttons=offered if in_form else offered + _ways_out()
            )
        elif in_form:
            dispatcher.utter_message(text=say("unknown_in_form"))
        else:
            dispatcher.utter_message(text=say("unknown"), buttons=_ways_out())
        return []


def _say_what_to_do(dispatcher: CollectingDispatcher, message: Message, in_form: bool) -> None:
    """There is nothing to search for: a pressed menu button, an emoji, a row of dots."""
    if message.means("ask_question") and message.is_pressed:
        dispatcher.utter_message(text=say("ask_me"))
    elif not in_form:
        dispatcher.utter_message(text=say("menu"), buttons=buttons("menu"))


def _answer(answer: dict[str, Any]) -> str:
    parts = [answer["answer"]]
    if answer.get("detail"):
        parts.append(answer["detail"])
    last = [say("source", source=answer["source"], year=answer["year"])]
    if answer.get("link"):
        last.append(say("link", link=answer["link"]))
    return "\n\n".join([*parts, "\n".join(last)])


def _choices(choices: list[dict[str, Any]]) -> list[Button]:
    return [
        {
            "title": choice["question"],
            "payload": f"/show_entry{json.dumps({'entry': choice['entry_id']})}",
        }
        for choice in choices[:_MOST_CHOICES]
    ]


def _ways_out() -> list[Button]:
    return [button("person", "/ask_person"), button("case", "/report_problem")]


class ActionAskPerson(Action):
    """Hands over. The API itself tells the person that it did, and when somebody will answer."""

    def name(self) -> str:
        return "action_ask_person"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        in_form = bool((tracker.active_loop or {}).get("name"))
        try:
            await office_api.ask_person(tracker.sender_id)
        except office_api.OfficeError as error:
            logger.warning("Nobody could be asked: %s", error)
            retry = [button("person", "/ask_person")]
            dispatcher.utter_message(text=error.words or say("no_person_now"), buttons=retry)
            return []
        if not in_form:
            dispatcher.utter_message(text=say("anything_else"), buttons=buttons("menu"))
        return []


class ActionKeepFile(Action):
    """A file that came before the person said what it is for."""

    def name(self) -> str:
        return "action_keep_file"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        attachment = Message.of(tracker).values.get("attachment")
        files = list(tracker.get_slot("attachment_ids") or [])
        dispatcher.utter_message(
            text=say("file_for_what"),
            buttons=[
                button("new_case", "/report_problem"),
                button("old_case", "/add_information"),
                button("person", "/ask_person"),
            ],
        )
        if not attachment:
            return []
        return [SlotSet("attachment_ids", list(dict.fromkeys([*files, attachment])))]
