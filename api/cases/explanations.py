"""What a citizen and an officer read about a case: due dates, state, what happens next."""

from datetime import date

from api.cases.deadlines import DueDate
from api.cases.knowledge import knowledge
from api.cases.models import Case
from api.cases.states import CaseState
from api.clock import bangkok, thai_date
from api.wording import say


def explain(due: DueDate) -> str:
    """One sentence: until when, by which rule, and which days off were left out."""
    received = bangkok(due.counted_from).date()
    return say(
        "due_date",
        step=due.limit.name,
        day=thai_date(bangkok(due.at).date()),
        rule=say(f"due_{due.limit.unit}", amount=due.limit.amount, received=_short(received)),
        late=_spaced("due_late") if received != bangkok(due.received_at).date() else "",
        skipped=_skipped(due),
        moved=_spaced("due_moved", day=thai_date(due.moved_from)) if due.moved_from else "",
    )


def next_step(case: Case) -> str:
    """What happens next, for the citizen."""
    name = f"next_{case.state}"
    if case.state == CaseState.received:
        if case.confidential:
            name = "next_received_confidential"
        elif case.unit == knowledge().routes["unknown"].goes_to:
            name = "next_received_by_intake"
    return say(name, unit=case.unit)


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
