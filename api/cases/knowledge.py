"""The rules that the office writes itself: agencies, routes, time limits, extra holidays.

They are read and checked as a whole before the service starts: `python -m api.cases.check`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
)

from api.cases.deadlines import DayUnit, OfficeCalendar, Step, TimeLimit
from api.cases.models import Urgency
from api.cases.routing import Agency, AgencyType, Route
from api.content import ContentFile, Place, WrongContent
from api.settings import get_settings
from api.thai_text import normalise

NEEDED_TOPICS = ("corruption", "suggestion", "outside_ministry", "unknown")
"""Topics that the code itself speaks of; the others are the office's own affair."""


@dataclass(frozen=True)
class Knowledge:
    agencies: Mapping[str, Agency]
    routes: Mapping[str, Route]
    reason_complained_about: str
    limits: Mapping[Urgency, Mapping[Step, TimeLimit]]
    calendar: OfficeCalendar

    def find_agency(self, typed: str) -> Agency | None:
        """The agency that goes by this name, abbreviation or spoken name."""
        wanted = _as_name(typed)
        for agency in self.agencies.values():
            if wanted in {_as_name(name) for name in (agency.name, *agency.also)}:
                return agency
        return None


def knowledge() -> Knowledge:
    """What is in force in this process. Raises WrongContent when a file is wrong."""
    return load(get_settings().knowledge_dir)


@lru_cache
def load(folder: Path) -> Knowledge:
    """Raises WrongContent with file, line and reason of every mistake of the first wrong file."""
    agencies = _agencies(ContentFile(folder / "agencies.yml", _AgenciesFile))
    routes, reason = _routes(ContentFile(folder / "routes.yml", _RoutesFile), agencies)
    return Knowledge(
        agencies=agencies,
        routes=routes,
        reason_complained_about=reason,
        limits=_limits(ContentFile(folder / "time_limits.yml", _LimitsFile)),
        calendar=_calendar(ContentFile(folder / "extra_holidays.yml", _HolidaysFile)),
    )


def _as_sentence(text: str) -> str:
    try:
        blanks = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        raise ValueError("a brace is open or too many") from None
    if unknown := blanks - {"agency", "unit"}:
        raise ValueError(f"the blank {{{unknown.pop()}}} is unknown here")
    return text


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


Text = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_on_one_line)]
Name = Annotated[Text, StringConstraints(max_length=200)]
Reason = Annotated[Text, StringConstraints(max_length=300)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _AgencyRow(_Row):
    name: Name
    also: tuple[Name, ...]
    type: AgencyType
    above: Name
    source: Text


class _AgenciesFile(_Row):
    agencies: list[_AgencyRow]


class _RouteRow(_Row):
    topic: Annotated[str, StringConstraints(pattern=r"^[a-z_]+$", max_length=40)]
    name: Name
    covers: Text
    goes_to: Name
    reason: Reason
    goes_to_named: frozenset[AgencyType] = frozenset()
    reason_named: Reason | None = None
    confidential: StrictBool
    urgency: Urgency
    source: Text
    agencies: tuple[Name, ...]
    keywords: tuple[Text, ...]
    examples: Annotated[tuple[Text, ...], Field(min_length=5)]


class _RoutesFile(_Row):
    reason_complained_about: Annotated[Reason, AfterValidator(_as_sentence)]
    routes: list[_RouteRow]


class _Limit(_Row):
    amount: Annotated[StrictInt, Field(ge=0, le=365)]
    unit: DayUnit
    source: Text


class _LimitRow(_Row):
    step: Step
    name: Text
    normal: _Limit
    urgent: _Limit
    most_urgent: _Limit


class _LimitsFile(_Row):
    limits: list[_LimitRow]


class _HolidayRow(_Row):
    day: date
    name: Name
    source: Text


class _HolidaysFile(_Row):
    added: list[_HolidayRow]
    removed: list[_HolidayRow]


def _refuse(file: ContentFile, mistakes: Iterable[tuple[Place, str]]) -> None:
    found = [file.mistake(place, reason) for place, reason in mistakes]
    if found:
        raise WrongContent(found)


def _as_name(text: str) -> str:
    return normalise(text).replace(" ", "").replace(".", "")


def _agencies(file: ContentFile[_AgenciesFile]) -> dict[str, Agency]:
    rows = file.content.agencies
    _refuse(file, _mistakes_of_agencies(rows))
    return {row.name: Agency(row.name, row.also, row.type, row.above) for row in rows}


def _mistakes_of_agencies(rows: list[_AgencyRow]) -> Iterator[tuple[Place, str]]:
    names = {row.name for row in rows}
    owner: dict[str, int] = {}
    for n, row in enumerate(rows):
        if row.above not in names:
            yield ("agencies", n, "above"), f"{row.above} is not an agency of this file"
        if row.above == row.name:
            yield ("agencies", n, "above"), "an agency cannot stand above itself"
        for known_as in (row.name, *row.also):
            if owner.setdefault(_as_name(known_as), n) != n:
                yield ("agencies", n), f"{known_as} already names another agency"


def _routes(
    file: ContentFile[_RoutesFile], agencies: Mapping[str, Agency]
) -> tuple[dict[str, Route], str]:
    _refuse(file, _mistakes_of_routes(file.content.routes, agencies))
    routes = {row.topic: Route(**row.model_dump(exclude={"source"})) for row in file.content.routes}
    return routes, file.content.reason_complained_about


def _mistakes_of_routes(
    rows: list[_RouteRow], agencies: Mapping[str, Agency]
) -> Iterator[tuple[Place, str]]:
    count = Counter(row.topic for row in rows)
    for topic in NEEDED_TOPICS:
        if topic not in count:
            yield ("routes",), f"the topic {topic} is missing"
    for n, row in enumerate(rows):
        if count[row.topic] > 1:
            yield ("routes", n, "topic"), f"{row.topic} stands here twice"
        if row.goes_to not in agencies:
            yield ("routes", n, "goes_to"), f"{row.goes_to} is not in agencies.yml"
        for m, name in enumerate(row.agencies):
            if name not in agencies:
                yield ("routes", n, "agencies", m), f"{name} is not in agencies.yml"
        if bool(row.goes_to_named) != bool(row.reason_named):
            yield ("routes", n), "goes_to_named and reason_named belong together"
        if row.topic == "corruption" and not row.confidential:
            yield ("routes", n, "confidential"), "corruption must be confidential"


def _limits(file: ContentFile[_LimitsFile]) -> dict[Urgency, dict[Step, TimeLimit]]:
    rows = file.content.limits
    _refuse(file, _mistakes_of_limits(rows))
    return {
        urgency: {row.step: _time_limit(row, getattr(row, urgency)) for row in rows}
        for urgency in Urgency
    }


def _time_limit(row: _LimitRow, limit: _Limit) -> TimeLimit:
    return TimeLimit(row.step, row.name, limit.amount, limit.unit, limit.source)


def _mistakes_of_limits(rows: list[_LimitRow]) -> Iterator[tuple[Place, str]]:
    count = Counter(row.step for row in rows)
    for step in Step:
        if step not in count:
            yield ("limits",), f"the step {step} is missing"
    for n, row in enumerate(rows):
        if count[row.step] > 1:
            yield ("limits", n, "step"), f"{row.step} stands here twice"
        for urgency in Urgency:
            limit: _Limit = getattr(row, urgency)
            if (limit.unit == DayUnit.same_day) != (limit.amount == 0):
                place = ("limits", n, str(urgency), "amount")
                yield place, "must be 0 for same_day, and at least 1 otherwise"


def _calendar(file: ContentFile[_HolidaysFile]) -> OfficeCalendar:
    added, removed = file.content.added, file.content.removed
    count = Counter(row.day for row in (*added, *removed))
    _refuse(
        file,
        (
            ((kind, n, "day"), f"{row.day} stands here twice")
            for kind, rows in (("added", added), ("removed", removed))
            for n, row in enumerate(rows)
            if count[row.day] > 1
        ),
    )
    return OfficeCalendar(
        {row.day: row.name for row in added}, frozenset(row.day for row in removed)
    )
