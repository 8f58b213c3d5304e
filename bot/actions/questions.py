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
_ERRANDS = ("elsewhere", "not_known", "abuse")
"""Kinds of messages behind which there may be something to be done, by a person or in a case."""


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
        _say_what_was_found(dispatcher, found, in_form)
        return []


def _say_what_was_found(
    dispatcher: CollectingDispatcher, found: dict[str, Any], in_form: bool
) -> None:
    outcome, reply = found.get("outcome"), found.get("reply")
    if outcome == "answered" and found.get("answer"):
        answer = found["answer"]
        dispatcher.utter_message(text=_answer(answer), buttons=_after_answer(answer, found))
    elif outcome == "choices" and found.get("choices"):
        offered = _choices(found["choices"])
        suffix = _suffix(found["choices"][0])
        ways_out = [] if in_form else _ways_out(suffix)
        dispatcher.utter_message(text=say(f"choices{suffix}"), buttons=offered + ways_out)
    elif in_form:
        dispatcher.utter_message(text=reply or say("unknown_in_form"))
    elif reply and found.get("kind") not in _ERRANDS:
        dispatcher.utter_message(text=reply, buttons=buttons("menu"))
    else:
        dispatcher.utter_message(text=reply or say("unknown"), buttons=_ways_out())


def _say_what_to_do(dispatcher: CollectingDispatcher, message: Message, in_form: bool) -> None:
    """There is nothing to search for: a pressed menu button, an emoji, a row of dots."""
    if message.means("ask_question") and message.is_pressed:
        dispatcher.utter_message(text=say("ask_me"))
    elif not in_form:
        dispatcher.utter_message(text=say("menu"), buttons=buttons("menu"))


def _answer(answer: dict[str, Any]) -> str:
    suffix = _suffix(answer)
    last = [say(f"source{suffix}", source=answer["source"], year=answer["year"])]
    if answer.get("link"):
        last.append(say(f"link{suffix}", link=answer["link"]))
    return "\n\n".join([answer["answer"], "\n".join(last)])


def _after_answer(answer: dict[str, Any], found: dict[str, Any]) -> list[Button]:
    """The longer answer if there is one, and a thumb up or down."""
    suffix = _suffix(answer)
    offered = []
    if answer.get("has_detail"):
        offered.append(button("more", _payload("show_detail", entry=answer["entry_id"])))
    if asked := found.get("asked_id"):
        for useful in ("yes", "no"):
            name = f"useful_{useful}{suffix}"
            payload = _payload("rate_answer", asked=str(asked), useful=useful)
            offered.append(button(name, payload))
    return offered


def _suffix(said: dict[str, Any]) -> str:
    return "_english" if said.get("language") == "en" else ""


def _payload(intent: str, **values: str) -> str:
    return f"/{intent}{json.dumps(values)}"


def _choices(choices: list[dict[str, Any]]) -> list[Button]:
    return [
        {
            "title": choice["question"],
            "payload": _payload("show_entry", entry=choice["entry_id"]),
        }
        for choice in choices[:_MOST_CHOICES]
    ]


def _ways_out(suffix: str = "") -> list[Button]:
    person, case = (
        button(f"person{suffix}", "/ask_person"),
        button(f"case{suffix}", "/report_problem"),
    )
    return [person, case]


class ActionShowDetail(Action):
    def name(self) -> str:
        return "action_show_detail"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        try:
            shown = await office_api.answer_detail(Message.of(tracker).values.get("entry", ""))
        except office_api.OfficeError as error:
            logger.warning("A detail was not shown: %s", error)
            dispatcher.utter_message(text=error.words or say("cannot_answer_now"))
            return []
        link = [say("link", link=shown["link"])] if shown.get("link") else []
        dispatcher.utter_message(text="\n\n".join([shown["detail"], *link]))
        return []


class ActionRateAnswer(Action):
    """Keeps the thumb, and after a thumb down offers what else can help."""

    def name(self) -> str:
        return "action_rate_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        values = Message.of(tracker).values
        in_form = bool((tracker.active_loop or {}).get("name"))
        is_useful = values.get("useful") == "yes"
        try:
            if values.get("asked", "").isdecimal():
                await office_api.rate_answer(tracker.sender_id, int(values["asked"]), is_useful)
        except office_api.OfficeError as error:
            # The person did us a favour; that it was lost is our trouble and not theirs.
            logger.warning("A rating was not kept: %s", error)
        if is_useful:
            dispatcher.utter_message(text=say("thanks_for_rating"))
        else:
            # In a form there is a case already; another one would have to wait for it.
            ways_out = _ways_out()[:1] if in_form else _ways_out()
            dispatcher.utter_message(text=say("sorry_for_answer"), buttons=ways_out)
        return []


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
