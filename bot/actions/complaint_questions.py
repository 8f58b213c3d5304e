"""The questions of the complaint form and its summary, as text and buttons."""

import json
from typing import Any, NamedTuple

from bot.actions.complaint_answers import PRAISE
from bot.actions.words import Button, button, buttons, say

# In the order in which they are asked and shown.
LINES = ("detail", "topic", "agency", "happened_at", "place", "evidence", "contact", "name")
_LONGEST_SHOWN = 300

Slots = dict[str, Any]


class Question(NamedTuple):
    text: str
    buttons: list[Button]


def lines_of(slots: Slots) -> list[str]:
    """The lines that a case of this kind has, in order."""
    kind = slots.get("kind")
    if kind in PRAISE:
        return ["detail", "agency", "contact"]
    left_out = set()
    if kind == "corruption":
        left_out.add("topic")
    if slots.get("anonymous"):
        left_out.add("name")
    return [line for line in LINES if line not in left_out]


def ask(slot: str, slots: Slots) -> Question:
    composed = {
        "topic": _topic,
        "agency": _agency,
        "evidence": _evidence,
        "line": _line,
        "confirmation": _confirmation,
    }.get(slot)
    if composed:
        return composed(slots)
    name = _name_of_question(slot, slots)
    return Question(say(name), buttons(name))


def _name_of_question(slot: str, slots: Slots) -> str:
    kind = slots.get("kind")
    if slot == "consent" and kind == "corruption":
        return "ask_consent_corruption"
    if slot == "detail" and kind in ("corruption", *PRAISE):
        return f"ask_detail_{kind}"
    if slot == "contact":
        if kind in PRAISE:
            return "ask_contact_praise"
        way = slots.get("channel") or "web"
        return f"ask_contact_corruption_{way}" if kind == "corruption" else f"ask_contact_{way}"
    return f"ask_{slot}"


def _topic(slots: Slots) -> Question:
    topics = slots.get("topics") or []
    offered = [
        {"title": topic["name"], "payload": _payload("choose_topic", topic=topic["topic"])}
        for topic in topics
    ]
    if topics and topics[0]["topic"] != "unknown":
        text = say("ask_topic", topic=topics[0]["name"])
    else:
        text = say("ask_topic_unsure")
    if slots.get("outside_ministry"):
        text = say("outside_ministry") + "\n\n" + text
    return Question(text, offered)


def _agency(slots: Slots) -> Question:
    proposed = slots.get("proposed_agency")
    names = list(dict.fromkeys(filter(None, [proposed, *(slots.get("agencies") or [])])))
    offered = [{"title": n, "payload": _payload("choose_agency", agency=n)} for n in names[:4]]
    offered.append(button("not_known", "/skip"))
    if proposed:
        return Question(say("ask_agency_proposed", agency=proposed), offered)
    praised = slots.get("kind") in PRAISE
    return Question(say("ask_agency_praised" if praised else "ask_agency"), offered)


def _evidence(slots: Slots) -> Question:
    count = len(slots.get("attachment_ids") or [])
    name = "ask_evidence_more" if count else "ask_evidence"
    return Question(say(name, count=count), buttons(name))


def _line(slots: Slots) -> Question:
    offered = [button(line, _payload("choose_line", line=line)) for line in lines_of(slots)]
    return Question(say("ask_line"), [*offered, button("not_changing", "/go_on")])


def _confirmation(slots: Slots) -> Question:
    if slots.get("has_failed"):
        again = [button("send_again", "/send_case"), button("change", "/change_answer")]
        return Question(_not_saved(slots), [*again, button("cancel", "/cancel")])
    told = [say("summary_line", label=say("kind"), value=say(f"kind_{slots['kind']}"))]
    told += [
        say("summary_line", label=say(line), value=value_of(line, slots))
        for line in lines_of(slots)
    ]
    offered = [button("send", "/send_case"), button("change", "/change_answer")]
    return Question(say("summary", lines="\n".join(told)), [*offered, button("cancel", "/cancel")])


def _not_saved(slots: Slots) -> str:
    reason = slots["has_failed"]
    return say("case_refused", reason=reason) if isinstance(reason, str) else say("case_not_saved")


def value_of(line: str, slots: Slots) -> str:
    """What the summary shows of one answer."""
    if line == "topic":
        names = {topic["topic"]: topic["name"] for topic in slots.get("topics") or []}
        return names.get(slots.get("topic") or "", say("not_given"))
    if line == "evidence":
        count = len(slots.get("attachment_ids") or [])
        return say("files", count=count) if count else say("not_given")
    if line == "contact":
        if slots.get("anonymous"):
            return say("contact_anonymous")
        return say("contact_on_line") if slots.get("contact") == "LINE" else slots["contact"]
    value = slots.get(line) or say("not_given")
    return value if len(value) <= _LONGEST_SHOWN else value[:_LONGEST_SHOWN].rstrip() + " …"


def _payload(intent: str, **values: str) -> str:
    return f"/{intent}{json.dumps(values, ensure_ascii=False)}"
