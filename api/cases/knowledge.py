"""The rules that the office writes itself: agencies, routes, time limits, extra holidays.

They are read and checked as a whole before the service starts: `python -m api.cases.knowledge`.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from api.cases.deadlines import DayUnit, OfficeCalendar, Step, TimeLimit
from api.cases.models import Urgency
from api.cases.routing import Agency, AgencyType, Route
from api.cases.yaml_reader import KnowledgeError, Value, read
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
    """What is in force in this process. Raises KnowledgeError when a file is wrong."""
    return load(get_settings().knowledge_dir)


@lru_cache
def load(folder: Path) -> Knowledge:
    agencies = _agencies(read(folder / "agencies.yml"))
    routes, reason = _routes(read(folder / "routes.yml"), agencies)
    return Knowledge(
        agencies=agencies,
        routes=routes,
        reason_complained_about=reason,
        limits=_limits(read(folder / "time_limits.yml")),
        calendar=_calendar(read(folder / "extra_holidays.yml")),
    )


def _as_name(text: str) -> str:
    return normalise(text).replace(" ", "").replace(".", "")


def _agencies(file: Value) -> dict[str, Agency]:
    agencies: dict[str, Agency] = {}
    places: list[tuple[Value, str]] = []
    taken: dict[str, str] = {}
    for item in file.fields("agencies")["agencies"].items():
        fields = item.fields("name", "also", "type", "above", "source")
        name = fields["name"].text(200)
        for known_as in (name, *fields["also"].texts()):
            owner = taken.setdefault(_as_name(known_as), name)
            if owner != name or name in agencies:
                item.wrong(f'"{known_as}" already names {owner}')
        fields["source"].text()
        above = fields["above"].text()
        agencies[name] = Agency(
            name, fields["also"].texts(), fields["type"].one_of(AgencyType), above
        )
        places.append((fields["above"], name))
    for place, name in places:
        above = agencies[name].above
        if above not in agencies:
            place.wrong(f'"{above}" is not an agency of this file')
        if above == name:
            place.wrong("an agency cannot stand above itself")
    return agencies


def _routes(file: Value, agencies: Mapping[str, Agency]) -> tuple[dict[str, Route], str]:
    top = file.fields("reason_complained_about", "routes")
    routes: dict[str, Route] = {}
    for item in top["routes"].items():
        route = _route(item, agencies)
        if route.topic in routes:
            item.wrong(f'the topic "{route.topic}" stands here twice')
        routes[route.topic] = route
    for topic in NEEDED_TOPICS:
        if topic not in routes:
            top["routes"].wrong(f'the topic "{topic}" is missing')
    if not routes["corruption"].confidential:
        top["routes"].wrong("the topic corruption must be confidential")
    return routes, top["reason_complained_about"].sentence_with("agency", "unit")


def _route(item: Value, agencies: Mapping[str, Agency]) -> Route:
    fields = item.fields(
        "topic",
        "name",
        "covers",
        "goes_to",
        "reason",
        "confidential",
        "urgency",
        "source",
        "agencies",
        "keywords",
        "examples",
        optional=("goes_to_named", "reason_named"),
    )
    goes_to = fields["goes_to"].text()
    if goes_to not in agencies:
        fields["goes_to"].wrong(f'"{goes_to}" is not in agencies.yml')
    for place in fields["agencies"].items():
        if place.text() not in agencies:
            place.wrong(f'"{place.text()}" is not in agencies.yml')
    if ("goes_to_named" in fields) != ("reason_named" in fields):
        item.wrong("goes_to_named and reason_named belong together")
    named = fields["goes_to_named"].items() if "goes_to_named" in fields else ()
    examples = fields["examples"].texts()
    if len(examples) < 5:
        fields["examples"].wrong("at least 5 examples are needed to recognise a topic")
    fields["source"].text()
    return Route(
        topic=fields["topic"].text(40),
        name=fields["name"].text(100),
        covers=fields["covers"].text(),
        goes_to=goes_to,
        reason=fields["reason"].text(300),
        goes_to_named=frozenset(place.one_of(AgencyType) for place in named),
        reason_named=fields["reason_named"].text(300) if "reason_named" in fields else None,
        confidential=fields["confidential"].truth(),
        urgency=fields["urgency"].one_of(Urgency),
        agencies=fields["agencies"].texts(),
        keywords=fields["keywords"].texts(),
        examples=examples,
    )


def _limits(file: Value) -> dict[Urgency, dict[Step, TimeLimit]]:
    limits: dict[Urgency, dict[Step, TimeLimit]] = {urgency: {} for urgency in Urgency}
    rows = file.fields("limits")["limits"]
    for item in rows.items():
        fields = item.fields("step", "name", *Urgency)
        step, name = fields["step"].one_of(Step), fields["name"].text()
        if step in limits[Urgency.normal]:
            item.wrong(f'the step "{step}" stands here twice')
        for urgency in Urgency:
            limit = fields[urgency].fields("amount", "unit", "source")
            unit = limit["unit"].one_of(DayUnit)
            lowest, highest = (0, 0) if unit == DayUnit.same_day else (1, 365)
            amount = limit["amount"].number(lowest, highest)
            limits[urgency][step] = TimeLimit(step, name, amount, unit, limit["source"].text())
    for step in Step:
        if step not in limits[Urgency.normal]:
            rows.wrong(f'the step "{step}" is missing')
    return limits


def _calendar(file: Value) -> OfficeCalendar:
    fields = file.fields("added", "removed")
    days: dict[str, dict[date, str]] = {"added": {}, "removed": {}}
    for kind in days:
        for item in fields[kind].items():
            row = item.fields("day", "name", "source")
            row["source"].text()
            day = row["day"].day()
            if day in days["added"] or day in days["removed"]:
                item.wrong(f"{day} stands here twice")
            days[kind][day] = row["name"].text(200)
    return OfficeCalendar(days["added"], frozenset(days["removed"]))


def main() -> int:
    """Check the files and say so. Exits with 1 and the reason when one is wrong."""
    try:
        found = knowledge()
    except KnowledgeError as error:
        print(f"knowledge/{error}", file=sys.stderr)
        return 1
    print(f"knowledge: {len(found.agencies)} agencies and {len(found.routes)} routes are in order.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
