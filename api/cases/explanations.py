"""What a citizen and an officer read about a case: due dates, state, what happens next."""

from collections.abc import Sequence
from datetime import date

from api.cases.deadlines import DayUnit, DueDate
from api.cases.knowledge import knowledge
from api.cases.models import Case
from api.cases.states import CaseState
from api.clock import bangkok, thai_date
from api.wording import say


def explain(due: DueDate) -> str:
    """One sentence: until when, by which rule, and which days off were left out."""
    same_day = due.limit.unit == DayUnit.same_day
    name = "due_received_same_day" if same_day else "due_received"
    return _sentence(due, received=_spaced(name, received=_received(due)), late=_late(due))


def promise(dates: Sequence[DueDate]) -> str:
    """The same for a chat: the day of receipt once, then a line a date."""
    heading = say("due_heading", received=_received(dates[0]), late=_late(dates[0]))
    lines = [f"- {_sentence(due, received='', late='')}" for due in dates]
    return "\n".join([heading, *lines])


def next_step(case: Case) -> str:
    """What happens next, for the citizen."""
    name = f"next_{case.state}"
    if case.state == CaseState.received:
        if case.confidential:
            name = "next_received_confidential"
        elif case.unit == knowledge().routes["unknown"].goes_to:
            name = "next_received_by_intake"
    return say(name, unit=case.unit)


def _sentence(due: DueDate, received: str, late: str) -> str:
    return say(
        "due_date",
        step=due.limit.name,
        day=thai_date(bangkok(due.at).date()),
        rule=say(f"due_{due.limit.unit}", amount=due.limit.amount),
        received=received,
        late=late,
        moved=_spaced("due_moved", day=thai_date(due.moved_from)) if due.moved_from else "",
        skipped=_skipped(due),
    )


def _received(due: DueDate) -> str:
    return _short(bangkok(due.counted_from).date())


def _late(due: DueDate) -> str:
    same_day = bangkok(due.counted_from).date() == bangkok(due.received_at).date()
    return "" if same_day else _spaced("due_late")


def _skipped(due: DueDate) -> str:
    days = ", ".join(f"{_short(day)} {_short_name(name)}" for day, name in due.skipped)
    # A limit in days counts holidays, and only its end is moved over them.
    name = "due_passed_over" if due.moved_from else "due_skipped"
    return _spaced(name, days=days) if days else ""


def _short_name(names: str) -> str:
    # A royal day carries several official names; the shortest is the one people use.
    return min(names.split("; "), key=len)


def _short(day: date) -> str:
    return thai_date(day).split(" ", 1)[1]


def _spaced(name: str, **values: object) -> str:
    return " " + say(name, **values)
