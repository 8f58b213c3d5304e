"""What the person's message means as an answer to each question of the complaint form.

Each reader gets the message and the slots, and gives back the slots it sets, what is to be said
about it, or None when the message is no answer to its question.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from bot.actions.contacts import read_contact
from bot.actions.message import Message, letters
from bot.actions.thai_dates import is_only_a_date, looks_like_date, read_date, today, write_date
from bot.actions.words import Button, buttons, say

LONGEST_DETAIL = 5000
LONGEST_LINE = 300
_SHORTEST_DETAIL = 8
_SHORTEST_OPENING = 15

PRAISE = ("suggestion", "compliment")

# What is said to begin with, and tells nothing about what happened.
_LEAD_IN = re.compile(
    r"อยาก|ต้องการ|ขอ|จะ|มา|มี|เรื่อง|แจ้ง|ร้องเรียน|ร้องทุกข์|เบาะแส|ทุจริต|เสนอแนะ|ข้อ|ชมเชย|คำชม|ชม|หน่อย|ความประสงค์"
    r"|ค่ะ|คะ|ครับ|คับ|ให้|รับ|ช่วย|ด้วย|หน่วยงาน|เจ้าหน้าที่|ในสังกัด|กระทรวงการคลัง|สวัสดี|ข้าพเจ้า|ดิฉัน|กระผม|ผม|หนู"
)
_ON_LINE = re.compile(r"line|ไลน์|ไลน|แชทนี้|ในนี้|ทางนี้", re.IGNORECASE)
_LONGEST_WISH = 30
_GRIEVANCE = re.compile(r"ร้องทุกข์|เดือดร้อน|ความเป็นธรรม|ขอความช่วยเหลือ")

Slots = dict[str, Any]


class Reading(NamedTuple):
    slots: Slots
    words: str | None = None
    buttons: list[Button] | None = None


def again(slot: str, words: str, offered: list[Button] | None = None) -> Reading:
    """The question stays open, and the person is told why."""
    return Reading({slot: None}, words, offered)


def opening(message: Message) -> Slots:
    """What the first message tells already: the kind of case and, if it is long, the story."""
    kind = {
        "report_corruption": "corruption",
        "give_suggestion": "suggestion",
        "give_compliment": "compliment",
    }.get(message.intent)
    if kind is None:
        kind = "grievance" if _GRIEVANCE.search(message.text) else "complaint"
    known: Slots = {"kind": kind, "channel": message.channel}
    if _has_story(message) and len(message.text) <= LONGEST_DETAIL:
        known["detail"] = message.text
    return known


def _has_story(message: Message) -> bool:
    return letters(_LEAD_IN.sub("", message.text)) >= _SHORTEST_OPENING


def _tells(message: Message) -> bool:
    """More of the story, told where something else was asked."""
    is_else = message.means("ask_question", "help", "ask_person", at_least=0.4)
    return _has_story(message) and not message.asks and not is_else


def _add_to_detail(message: Message, slots: Slots) -> Reading | None:
    longer = f"{slots.get('detail')}\n{message.text}"
    if not _tells(message) or len(longer) > LONGEST_DETAIL:
        return None
    return Reading({"detail": longer}, say("added_to_detail"))


def _consent(message: Message, slots: Slots) -> Reading | None:
    if message.means("affirm", "send_case"):
        return Reading({"consent": True})
    if message.means("deny"):
        return Reading({"consent": False, "confirmation": "refused"})
    if slots.get("detail") is None and _tells(message):
        return Reading({"detail": message.text[:LONGEST_DETAIL]})
    return None


def _detail(message: Message, slots: Slots) -> Reading | None:
    if len(message.text) > LONGEST_DETAIL:
        return again("detail", say("too_long", limit=LONGEST_DETAIL), [])
    if letters(message.text) < _SHORTEST_DETAIL:
        return again("detail", say("tell_more"), [])
    return Reading({"detail": message.text})


def _topic(message: Message, slots: Slots) -> Reading | None:
    offered = {topic["topic"]: topic["name"] for topic in slots.get("topics") or []}
    if message.values.get("topic") in offered:
        return Reading({"topic": message.values["topic"]})
    if message.means("affirm") and offered:
        return Reading({"topic": next(iter(offered))})
    if message.means("skip"):
        return Reading({"topic": "unknown"})
    typed = message.text.replace(" ", "")
    for code, name in offered.items():
        if len(typed) > 3 and (typed in name.replace(" ", "") or name.replace(" ", "") in typed):
            return Reading({"topic": code})
    return None


def _agency(message: Message, slots: Slots) -> Reading | None:
    if "agency" in message.values:
        return Reading({"agency": message.values["agency"]})
    proposed = slots.get("proposed_agency")
    if message.means("affirm", at_least=0.6) and proposed:
        return Reading({"agency": proposed})
    if message.means("skip", "deny", at_least=0.6):
        return Reading({"agency": ""})
    return _line(message, "agency")


def _happened_at(message: Message, slots: Slots) -> Reading | None:
    if message.values.get("date") in ("today", "yesterday"):
        days = 0 if message.values["date"] == "today" else 1
        return Reading({"happened_at": write_date(today(days_ago=days))})
    if slots.get("doubtful_date") and message.means("affirm"):
        return Reading({"happened_at": slots["doubtful_date"], "doubtful_date": None})
    if message.means("skip", "deny", at_least=0.6):
        return Reading({"happened_at": "", "doubtful_date": None})
    day = read_date(message.text, today())
    if day is None:
        if looks_like_date(message.text):
            return again("happened_at", say("date_not_real"))
        return _line(message, "happened_at")
    written = write_date(day)
    if day > today():
        question = say("date_in_future", date=written)
        return Reading(
            {"happened_at": None, "doubtful_date": written}, question, buttons("date_in_future")
        )
    # The words stay beside the date when they say more, such as the time of day.
    told = written if is_only_a_date(message.text) else f"{message.text} ({written})"
    return Reading({"happened_at": told[:LONGEST_LINE], "doubtful_date": None})


def _place(message: Message, slots: Slots) -> Reading | None:
    if message.means("skip", "deny", at_least=0.6):
        return Reading({"place": ""})
    return _line(message, "place")


def _evidence(message: Message, slots: Slots) -> Reading | None:
    if message.means("skip", "deny", "affirm", "send_case", "goodbye"):
        return Reading({"evidence": True})
    return _add_to_detail(message, slots)


def _contact(message: Message, slots: Slots) -> Reading | None:
    named = {"contact": None, "anonymous": False}
    if message.values.get("contact_way") == "line" and slots.get("channel") == "line":
        return Reading({**named, "contact": "LINE"})
    if message.means("stay_anonymous") or (
        slots.get("kind") in PRAISE and message.means("skip", "deny")
    ):
        return Reading({"contact": "", "anonymous": True, "name": ""})
    found = read_contact(message.text)
    if found and len(found) <= 200:
        return Reading({**named, "contact": found})
    is_short = len(message.text) < _LONGEST_WISH
    if slots.get("channel") == "line" and is_short and _ON_LINE.search(message.text):
        return Reading({**named, "contact": "LINE"})
    return None


def _name(message: Message, slots: Slots) -> Reading | None:
    if message.means("skip", "deny", "stay_anonymous", at_least=0.6):
        return Reading({"name": ""})
    return _line(message, "name", longest=150)


def _confirmation(message: Message, slots: Slots) -> Reading | None:
    if message.means("affirm", "send_case"):
        return Reading({"confirmation": "send"})
    if message.means("deny"):
        return Reading({"aside": "change"})
    return _add_to_detail(message, slots)


def _line(message: Message, slot: str, longest: int = LONGEST_LINE) -> Reading | None:
    """A short answer in the person's own words."""
    is_only_yes_or_no = message.means("affirm", "deny", "skip") and len(message.text) <= 12
    if message.is_pressed or is_only_yes_or_no:
        return None
    if len(message.text) > longest:
        return again(slot, say("line_too_long", limit=longest))
    has_substance = letters(message.text) > 1 or any(map(str.isdigit, message.text))
    return Reading({slot: " ".join(message.text.split())}) if has_substance else None


READERS: dict[str, Callable[[Message, Slots], Reading | None]] = {
    "consent": _consent,
    "detail": _detail,
    "topic": _topic,
    "agency": _agency,
    "happened_at": _happened_at,
    "place": _place,
    "evidence": _evidence,
    "contact": _contact,
    "name": _name,
    "confirmation": _confirmation,
}
