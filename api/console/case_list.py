"""What the address of the case list asks for, and the numbers that stand above the list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import Select, func
from sqlalchemy.orm import Session

from api.cases.models import Case, CaseKind
from api.cases.queries import visible_to
from api.cases.states import OVER, CaseState
from api.staff import Staff

OPEN_STATES = [state for state in CaseState if state not in OVER]


@dataclass(frozen=True)
class Wanted:
    """The filters of the list, as kept in its address. What is not understood is not filtered."""

    state: CaseState | None = None
    kind: CaseKind | None = None
    unit: str | None = None
    overdue: bool = False

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> "Wanted":
        state, kind = asked.get("state", ""), asked.get("kind", "")
        return cls(
            state=CaseState(state) if state in OPEN_STATES else None,
            kind=CaseKind(kind) if kind in CaseKind else None,
            unit=asked.get("unit") or None,
            overdue=asked.get("overdue") == "yes",
        )

    def address(self, after: str | None = None) -> str:
        pairs = {
            "state": self.state,
            "kind": self.kind,
            "unit": self.unit,
            "overdue": "yes" if self.overdue else None,
            "after": after,
        }
        query = urlencode({name: value for name, value in pairs.items() if value})
        return f"/console/cases?{query}" if query else "/console/cases"


@dataclass(frozen=True)
class Counts:
    open: int
    overdue: int


def count_open(session: Session, staff: Staff, wanted: Wanted, present: datetime) -> Counts:
    """How many open cases of the chosen state, kind and unit there are, and how many are late."""
    cases = _open(staff)
    if wanted.state:
        cases = cases.where(Case.state == wanted.state)
    if wanted.kind:
        cases = cases.where(Case.kind == wanted.kind)
    if wanted.unit:
        cases = cases.where(Case.unit == wanted.unit)
    every, late = session.execute(
        cases.with_only_columns(
            func.count(), func.count().filter(Case.due_at < present), maintain_column_froms=True
        )
    ).one()
    return Counts(open=every, overdue=late)


def units_with_open_cases(session: Session, staff: Staff) -> Sequence[str]:
    units = _open(staff).with_only_columns(Case.unit, maintain_column_froms=True)
    return session.scalars(units.distinct().order_by(Case.unit)).all()


def _open(staff: Staff) -> Select[Case]:
    return visible_to(staff).where(Case.closed_at.is_(None))
