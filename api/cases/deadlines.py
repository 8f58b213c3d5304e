"""When something is due, counted on the working days of government offices. Pure.

The rules: the office works Monday to Friday, 08:30 to 16:30 in Bangkok. What arrives outside these
hours counts as received at the next opening. The day of receipt is day 0. A limit in working days
ends at 16:30 of the n-th working day; one in days at 16:30 of the n-th calendar day, moved to the
next working day. While the office waits for the citizen the clock stands still.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

BANGKOK = ZoneInfo("Asia/Bangkok")
OPENS, CLOSES = time(8, 30), time(16, 30)
_ONE_DAY = timedelta(days=1)
# Labour Day and its substitute free private firms; government offices are open.
_LABOUR_DAY = "วันแรงงาน"


class Step(StrEnum):
    forward = "forward"
    forward_at_latest = "forward_at_latest"
    first_notice = "first_notice"
    answer = "answer"


class DayUnit(StrEnum):
    working_days = "working_days"
    days = "days"
    same_day = "same_day"


@dataclass(frozen=True)
class TimeLimit:
    step: Step
    name: str
    amount: int
    unit: DayUnit
    source: str


@dataclass(frozen=True)
class DueDate:
    """A moment, and all that is needed to say how it was found."""

    at: datetime
    limit: TimeLimit
    received_at: datetime
    counted_from: datetime
    skipped: tuple[tuple[date, str], ...] = ()
    """Holidays on weekdays that were not counted, or that the end was moved over."""
    moved_from: date | None = None
    """The day on which it would have ended, had the office been open."""


@dataclass(frozen=True)
class OfficeCalendar:
    """The days on which government offices work; the cabinet adds and removes days."""

    added: Mapping[date, str] = field(default_factory=dict)
    removed: frozenset[date] = frozenset()

    def holiday(self, day: date) -> str | None:
        """The name of the holiday on this day, if it is one."""
        if day in self.added:
            return self.added[day]
        if day in self.removed:
            return None
        return _holidays_of(day.year).get(day)

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5 and self.holiday(day) is None

    def next_working_day(self, day: date) -> date:
        """The day itself when it is one."""
        while not self.is_working_day(day):
            day += _ONE_DAY
        return day

    def is_open(self, moment: datetime) -> bool:
        local = moment.astimezone(BANGKOK)
        return self.is_working_day(local.date()) and OPENS <= local.time() < CLOSES

    def counted_from(self, arrived_at: datetime) -> datetime:
        """The moment at which something counts as received."""
        local = arrived_at.astimezone(BANGKOK)
        day = local.date()
        if not self.is_working_day(day) or local.time() > CLOSES:
            return _at(self.next_working_day(day + _ONE_DAY), OPENS)
        return max(local, _at(day, OPENS))

    def due(self, arrived_at: datetime, limit: TimeLimit) -> DueDate:
        start = self.counted_from(arrived_at)
        first = start.date()
        moved_from = None
        match limit.unit:
            case DayUnit.same_day:
                last = first
            case DayUnit.working_days:
                last = first
                for _ in range(limit.amount):
                    last = self.next_working_day(last + _ONE_DAY)
            case DayUnit.days:
                nominal = first + timedelta(days=limit.amount)
                last = self.next_working_day(nominal)
                moved_from = nominal if last != nominal else None
        skipped_from = first if limit.unit == DayUnit.working_days else moved_from or last
        return DueDate(
            at=_at(last, CLOSES),
            limit=limit,
            received_at=arrived_at,
            counted_from=start,
            skipped=tuple(self._weekday_holidays(skipped_from, last)),
            moved_from=moved_from,
        )

    def after_waiting(self, due_at: datetime, since: datetime, until: datetime) -> datetime:
        """A due moment, later by the days on which the office waited for the citizen."""
        waited = self.counted_from(until).date() - self.counted_from(since).date()
        day = due_at.astimezone(BANGKOK).date() + waited
        return max(due_at, _at(self.next_working_day(day), CLOSES))

    def _weekday_holidays(self, first: date, last: date) -> Iterator[tuple[date, str]]:
        day = first
        while day <= last:
            name = self.holiday(day)
            if name and day.weekday() < 5:
                yield day, name
            day += _ONE_DAY


def due_dates(
    arrived_at: datetime, limits: Mapping[Step, TimeLimit], calendar: OfficeCalendar
) -> dict[Step, DueDate]:
    """When to forward, to send a first notice, and to answer.

    Forwarding is counted in working days, but holidays never push it past its last day.
    """
    due = {step: calendar.due(arrived_at, limit) for step, limit in limits.items()}
    latest = due.pop(Step.forward_at_latest)
    if latest.at < due[Step.forward].at:
        due[Step.forward] = latest
    return due


@lru_cache(maxsize=64)
def _holidays_of(year: int) -> dict[date, str]:
    official = holidays.country_holidays(
        "TH", years=year, categories=("public", "government"), language="th"
    )
    names = {day: _without_labour_day(name) for day, name in official.items()}
    return {day: name for day, name in names.items() if name}


def _without_labour_day(name: str) -> str:
    # A day can carry several names, and stays a holiday by the others.
    return "; ".join(part for part in name.split("; ") if _LABOUR_DAY not in part)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, BANGKOK)
