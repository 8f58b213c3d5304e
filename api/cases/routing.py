"""Which unit handles a case, and why. Pure.

No case goes to the unit that it complains about: it goes to the one above it. The only exception
is what the route itself sends to the agency named, such as debts to the bank that lent the money.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class AgencyType(StrEnum):
    department = "department"
    bank = "bank"
    lending_fund = "lending_fund"
    fund = "fund"
    enterprise = "enterprise"
    office = "office"
    unit = "unit"
    head = "head"


@dataclass(frozen=True)
class Agency:
    name: str
    also: tuple[str, ...]
    type: AgencyType
    above: str
    """Who handles a complaint about this agency that would otherwise come to it."""


@dataclass(frozen=True)
class Route:
    topic: str
    name: str
    covers: str
    goes_to: str
    reason: str
    goes_to_named: frozenset[AgencyType]
    reason_named: str | None
    confidential: bool
    urgency: str
    agencies: tuple[str, ...]
    keywords: tuple[str, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Destination:
    unit: str
    because: str
    confidential: bool
    urgency: str


def route(
    chosen: Route,
    agency: Agency | None,
    agencies: Mapping[str, Agency],
    reason_complained_about: str,
    *,
    complains: bool = True,
) -> Destination:
    """Where a case on a topic goes. `agency` is the one complained about, when it is known.

    A suggestion or a compliment complains about nobody, so it may go to the unit it names.
    """
    unit, because = chosen.goes_to, chosen.reason
    if agency and chosen.reason_named and agency.type in chosen.goes_to_named:
        unit, because = agency.name, chosen.reason_named
    elif agency and complains and unit == agency.name:
        unit = agencies[unit].above
        because = reason_complained_about.format(agency=agency.name, unit=unit)
    return Destination(unit, because, chosen.confidential, chosen.urgency)
