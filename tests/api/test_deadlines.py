"""When things are due: dated examples, each counted by hand on the official calendar."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from api.cases.deadlines import (
    BANGKOK,
    DayUnit,
    OfficeCalendar,
    Step,
    TimeLimit,
    _without_labour_day,
    due_dates,
)
from api.cases.explanations import explain
from api.cases.knowledge import load
from api.cases.models import Urgency

CALENDAR = OfficeCalendar()
LIMITS = load(Path("knowledge")).limits

EXAMPLES = [
    # Ordinary weeks.
    ("Mon 2026-11-16 08:30", "3 wd", "Thu 2026-11-19"),
    ("Mon 2026-11-16 09:00", "1 wd", "Tue 2026-11-17"),
    ("Tue 2026-11-17 12:00", "3 wd", "Fri 2026-11-20"),
    ("Wed 2026-11-18 15:59", "3 wd", "Mon 2026-11-23"),
    ("Thu 2026-11-19 10:00", "3 wd", "Tue 2026-11-24"),
    ("Fri 2026-11-20 10:15", "3 wd", "Wed 2026-11-25"),
    ("Fri 2026-11-20 10:15", "7 d", "Fri 2026-11-27"),
    ("Fri 2026-11-20 10:15", "30 d", "Mon 2026-12-21"),
    ("Mon 2026-11-16 10:00", "7 d", "Mon 2026-11-23"),
    ("Mon 2026-11-16 10:00", "30 d", "Wed 2026-12-16"),
    ("Mon 2026-11-16 10:00", "15 d", "Tue 2026-12-01"),
    ("Mon 2026-11-16 10:00", "same day", "Mon 2026-11-16"),
    ("Mon 2026-09-07 10:00", "3 wd", "Thu 2026-09-10"),
    ("Tue 2026-09-08 10:00", "15 d", "Wed 2026-09-23"),
    ("Mon 2026-02-09 10:00", "30 d", "Wed 2026-03-11"),
    # The edges of the office day.
    ("Mon 2026-11-16 00:00", "3 wd", "Thu 2026-11-19"),
    ("Mon 2026-11-16 08:29", "1 wd", "Tue 2026-11-17"),
    ("Mon 2026-11-16 08:29", "same day", "Mon 2026-11-16"),
    ("Mon 2026-11-16 16:29", "same day", "Mon 2026-11-16"),
    ("Mon 2026-11-16 16:30", "3 wd", "Thu 2026-11-19"),
    ("Mon 2026-11-16 16:30", "same day", "Mon 2026-11-16"),
    ("Mon 2026-11-16 16:31", "3 wd", "Fri 2026-11-20"),
    ("Mon 2026-11-16 16:31", "same day", "Tue 2026-11-17"),
    ("Mon 2026-11-16 23:59", "7 d", "Tue 2026-11-24"),
    ("Mon 2026-11-16 23:59", "30 d", "Thu 2026-12-17"),
    ("Fri 2026-11-20 16:31", "1 wd", "Tue 2026-11-24"),
    ("Fri 2026-11-20 16:31", "same day", "Mon 2026-11-23"),
    ("Fri 2026-11-20 18:00", "30 d", "Wed 2026-12-23"),
    # Weekends.
    ("Sat 2026-11-21 09:00", "3 wd", "Thu 2026-11-26"),
    ("Sat 2026-11-21 09:00", "same day", "Mon 2026-11-23"),
    ("Sun 2026-11-22 23:00", "1 wd", "Tue 2026-11-24"),
    ("Sun 2026-11-22 12:00", "7 d", "Mon 2026-11-30"),
    ("Sat 2026-11-14 08:30", "30 d", "Wed 2026-12-16"),
    ("Sun 2026-11-15 16:30", "15 d", "Tue 2026-12-01"),
    ("Fri 2026-11-13 16:00", "1 wd", "Mon 2026-11-16"),
    ("Thu 2026-11-12 10:00", "3 wd", "Tue 2026-11-17"),
    # The turn of the year; 2 January 2026 was added by the cabinet.
    ("Mon 2025-12-29 10:00", "3 wd", "Tue 2026-01-06"),
    ("Tue 2025-12-30 10:00", "1 wd", "Mon 2026-01-05"),
    ("Tue 2025-12-30 16:40", "1 wd", "Tue 2026-01-06"),
    ("Tue 2025-12-30 16:40", "same day", "Mon 2026-01-05"),
    ("Wed 2025-12-31 09:00", "3 wd", "Thu 2026-01-08"),
    ("Thu 2026-01-01 12:00", "same day", "Mon 2026-01-05"),
    ("Fri 2026-01-02 10:00", "3 wd", "Thu 2026-01-08"),
    ("Fri 2025-12-26 10:00", "7 d", "Mon 2026-01-05"),
    ("Thu 2025-12-18 10:00", "15 d", "Mon 2026-01-05"),
    ("Tue 2025-12-02 10:00", "30 d", "Mon 2026-01-05"),
    ("Thu 2025-12-25 10:00", "7 d", "Mon 2026-01-05"),
    ("Fri 2025-12-12 16:45", "15 d", "Tue 2025-12-30"),
    ("Fri 2024-12-27 10:00", "1 wd", "Thu 2025-01-02"),
    ("Fri 2024-12-27 10:00", "3 wd", "Mon 2025-01-06"),
    ("Tue 2024-12-24 10:00", "7 d", "Thu 2025-01-02"),
    ("Thu 2024-12-26 17:00", "3 wd", "Mon 2025-01-06"),
    ("Tue 2026-12-29 10:00", "3 wd", "Tue 2027-01-05"),
    ("Wed 2026-12-30 16:31", "3 wd", "Thu 2027-01-07"),
    ("Wed 2026-12-30 09:00", "1 wd", "Mon 2027-01-04"),
    ("Fri 2026-12-25 09:00", "7 d", "Mon 2027-01-04"),
    ("Wed 2026-12-02 09:00", "30 d", "Mon 2027-01-04"),
    ("Thu 2027-12-30 10:00", "1 wd", "Tue 2028-01-04"),
    ("Thu 2027-12-30 10:00", "3 wd", "Thu 2028-01-06"),
    ("Fri 2027-12-24 10:00", "7 d", "Tue 2028-01-04"),
    # Songkran, with and without a substitution day.
    ("Fri 2026-04-10 10:00", "1 wd", "Thu 2026-04-16"),
    ("Fri 2026-04-10 10:00", "3 wd", "Mon 2026-04-20"),
    ("Fri 2026-04-10 16:31", "3 wd", "Tue 2026-04-21"),
    ("Mon 2026-04-13 10:00", "same day", "Thu 2026-04-16"),
    ("Wed 2026-04-08 10:00", "7 d", "Thu 2026-04-16"),
    ("Tue 2026-04-07 10:00", "7 d", "Thu 2026-04-16"),
    ("Mon 2026-03-30 10:00", "15 d", "Thu 2026-04-16"),
    ("Mon 2026-03-16 10:00", "30 d", "Thu 2026-04-16"),
    ("Fri 2026-04-03 10:00", "3 wd", "Thu 2026-04-09"),
    ("Fri 2025-04-11 10:00", "1 wd", "Thu 2025-04-17"),
    ("Fri 2025-04-11 10:00", "3 wd", "Mon 2025-04-21"),
    ("Wed 2025-04-09 10:00", "7 d", "Thu 2025-04-17"),
    ("Sun 2025-04-13 10:00", "same day", "Thu 2025-04-17"),
    ("Thu 2024-04-11 10:00", "1 wd", "Wed 2024-04-17"),
    ("Thu 2024-04-11 17:00", "1 wd", "Thu 2024-04-18"),
    ("Fri 2024-04-05 10:00", "7 d", "Wed 2024-04-17"),
    ("Mon 2027-04-12 10:00", "3 wd", "Tue 2027-04-20"),
    ("Mon 2027-04-05 16:00", "1 wd", "Wed 2027-04-07"),
    # Substitution days of other holidays.
    ("Fri 2026-12-04 10:00", "1 wd", "Tue 2026-12-08"),
    ("Fri 2026-12-04 10:00", "3 wd", "Fri 2026-12-11"),
    ("Sat 2026-12-05 10:00", "same day", "Tue 2026-12-08"),
    ("Mon 2026-11-30 10:00", "7 d", "Tue 2026-12-08"),
    ("Sat 2026-11-07 10:00", "30 d", "Wed 2026-12-09"),
    ("Fri 2026-05-29 10:00", "1 wd", "Tue 2026-06-02"),
    ("Fri 2026-05-29 10:00", "3 wd", "Fri 2026-06-05"),
    ("Sun 2026-05-31 10:00", "3 wd", "Mon 2026-06-08"),
    ("Fri 2024-02-23 10:00", "1 wd", "Tue 2024-02-27"),
    ("Fri 2024-07-19 10:00", "1 wd", "Tue 2024-07-23"),
    ("Fri 2024-07-26 15:00", "3 wd", "Thu 2024-08-01"),
    ("Fri 2024-10-11 10:00", "1 wd", "Tue 2024-10-15"),
    ("Fri 2027-02-19 10:00", "1 wd", "Tue 2027-02-23"),
    ("Fri 2027-07-16 10:00", "1 wd", "Wed 2027-07-21"),
    ("Fri 2027-07-16 16:31", "1 wd", "Thu 2027-07-22"),
    ("Fri 2027-10-22 10:00", "1 wd", "Tue 2027-10-26"),
    ("Fri 2027-12-03 10:00", "3 wd", "Thu 2027-12-09"),
    ("Fri 2027-12-31 10:00", "same day", "Tue 2028-01-04"),
    # Days that the cabinet added.
    ("Fri 2025-05-30 10:00", "1 wd", "Wed 2025-06-04"),
    ("Fri 2025-05-30 10:00", "3 wd", "Fri 2025-06-06"),
    ("Mon 2025-06-02 10:00", "same day", "Wed 2025-06-04"),
    ("Mon 2025-05-26 10:00", "7 d", "Wed 2025-06-04"),
    ("Fri 2025-08-08 10:00", "1 wd", "Wed 2025-08-13"),
    ("Fri 2025-08-08 16:31", "1 wd", "Thu 2025-08-14"),
    ("Mon 2025-08-04 10:00", "7 d", "Wed 2025-08-13"),
    ("Sat 2025-07-12 10:00", "30 d", "Wed 2025-08-13"),
    ("Fri 2024-04-12 10:00", "same day", "Wed 2024-04-17"),
    ("Mon 2024-12-30 10:00", "3 wd", "Tue 2025-01-07"),
    # The Ploughing Day is a holiday of government offices.
    ("Tue 2026-05-12 10:00", "1 wd", "Thu 2026-05-14"),
    ("Wed 2026-05-13 10:00", "same day", "Thu 2026-05-14"),
    ("Wed 2026-05-06 10:00", "7 d", "Thu 2026-05-14"),
    ("Thu 2025-05-08 10:00", "1 wd", "Tue 2025-05-13"),
    ("Thu 2024-05-09 10:00", "1 wd", "Mon 2024-05-13"),
    # On Labour Day and its substitute the offices are open.
    ("Thu 2026-04-30 10:00", "1 wd", "Fri 2026-05-01"),
    ("Fri 2026-05-01 10:00", "same day", "Fri 2026-05-01"),
    ("Fri 2026-05-01 10:00", "1 wd", "Tue 2026-05-05"),
    ("Fri 2026-04-24 10:00", "7 d", "Fri 2026-05-01"),
    ("Thu 2025-05-01 10:00", "same day", "Thu 2025-05-01"),
    ("Wed 2025-04-30 10:00", "3 wd", "Tue 2025-05-06"),
    ("Tue 2024-04-30 10:00", "1 wd", "Wed 2024-05-01"),
    ("Fri 2027-04-30 10:00", "1 wd", "Mon 2027-05-03"),
    ("Mon 2027-05-03 10:00", "same day", "Mon 2027-05-03"),
    ("Sat 2027-05-01 10:00", "same day", "Mon 2027-05-03"),
    ("Fri 2027-04-30 10:00", "3 wd", "Thu 2027-05-06"),
    # The fiscal year ends on 30 September, and nothing closes for it.
    ("Wed 2026-09-30 10:00", "1 wd", "Thu 2026-10-01"),
    ("Wed 2026-09-30 16:31", "same day", "Thu 2026-10-01"),
    ("Tue 2026-09-29 10:00", "3 wd", "Fri 2026-10-02"),
    ("Thu 2026-10-01 08:30", "30 d", "Mon 2026-11-02"),
    ("Wed 2026-09-23 10:00", "7 d", "Wed 2026-09-30"),
    ("Sun 2026-09-13 10:00", "30 d", "Wed 2026-10-14"),
    # Three days in a row, and two holidays in one week.
    ("Mon 2026-07-27 10:00", "1 wd", "Fri 2026-07-31"),
    ("Mon 2026-07-27 10:00", "3 wd", "Tue 2026-08-04"),
    ("Fri 2026-07-24 10:00", "3 wd", "Mon 2026-08-03"),
    ("Wed 2026-07-22 10:00", "7 d", "Fri 2026-07-31"),
    ("Wed 2026-07-15 10:00", "15 d", "Fri 2026-07-31"),
    ("Wed 2025-07-09 10:00", "1 wd", "Mon 2025-07-14"),
    ("Tue 2026-12-08 10:00", "3 wd", "Mon 2026-12-14"),
    ("Wed 2026-12-09 16:31", "1 wd", "Mon 2026-12-14"),
    # A leap year.
    ("Wed 2024-02-28 10:00", "1 wd", "Thu 2024-02-29"),
    ("Wed 2024-02-28 10:00", "3 wd", "Mon 2024-03-04"),
    ("Tue 2024-01-30 10:00", "30 d", "Thu 2024-02-29"),
    ("Thu 2024-02-22 10:00", "7 d", "Thu 2024-02-29"),
]


@pytest.mark.parametrize(("arrived", "limit", "due"), EXAMPLES)
def test_the_due_date_is_the_one_counted_by_hand(arrived: str, limit: str, due: str) -> None:
    found = CALENDAR.due(_moment(arrived), _limit(limit)).at
    assert f"{found:%a %Y-%m-%d %H:%M}" == f"{due} 16:30"


@pytest.mark.parametrize(
    ("urgency", "forward", "first_notice", "answer"),
    [
        (Urgency.normal, "Wed 2026-11-25", "Fri 2026-11-27", "Mon 2026-12-21"),
        (Urgency.urgent, "Mon 2026-11-23", "Mon 2026-11-23", "Tue 2026-12-08"),
        (Urgency.most_urgent, "Fri 2026-11-20", "Mon 2026-11-23", "Fri 2026-11-27"),
    ],
)
def test_a_case_is_due_by_its_urgency(
    urgency: Urgency, forward: str, first_notice: str, answer: str
) -> None:
    due = due_dates(_moment("Fri 2026-11-20 10:15"), LIMITS[urgency], CALENDAR)
    found = [
        f"{due[step].at:%a %Y-%m-%d}" for step in (Step.forward, Step.first_notice, Step.answer)
    ]
    assert found == [forward, first_notice, answer]


@pytest.mark.parametrize("offset", ["+07:00", "+00:00", "-05:00"])
def test_the_clock_of_the_sender_does_not_matter(offset: str) -> None:
    # 16:31 in Bangkok, whatever clock says it.
    here = datetime(2026, 11, 20, 16, 31, tzinfo=BANGKOK)
    there = here.astimezone(datetime.fromisoformat(f"2026-01-01T00:00:00{offset}").tzinfo)
    assert CALENDAR.counted_from(there) == _moment("Mon 2026-11-23 08:30")


@pytest.mark.parametrize(
    ("arrived", "counted_from"),
    [
        ("Fri 2026-11-20 00:00", "Fri 2026-11-20 08:30"),
        ("Fri 2026-11-20 08:30", "Fri 2026-11-20 08:30"),
        ("Fri 2026-11-20 11:11", "Fri 2026-11-20 11:11"),
        ("Fri 2026-11-20 16:30", "Fri 2026-11-20 16:30"),
        ("Fri 2026-11-20 16:31", "Mon 2026-11-23 08:30"),
        ("Sun 2026-11-22 23:59", "Mon 2026-11-23 08:30"),
        ("Thu 2026-12-31 12:00", "Mon 2027-01-04 08:30"),
        ("Fri 2026-05-01 12:00", "Fri 2026-05-01 12:00"),
    ],
)
def test_what_arrives_outside_office_hours_counts_from_the_next_opening(
    arrived: str, counted_from: str
) -> None:
    assert CALENDAR.counted_from(_moment(arrived)) == _moment(counted_from)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("Fri 2026-11-20 08:29", False),
        ("Fri 2026-11-20 08:30", True),
        ("Fri 2026-11-20 16:29", True),
        ("Fri 2026-11-20 16:30", False),
        ("Sat 2026-11-21 10:00", False),
        ("Mon 2026-12-07 10:00", False),
        ("Fri 2026-05-01 10:00", True),
        ("Mon 2027-05-03 10:00", True),
        ("Wed 2026-05-13 10:00", False),
    ],
)
def test_the_office_is_open_on_working_days_only(moment: str, is_open: bool) -> None:
    assert CALENDAR.is_open(_moment(moment)) is is_open


@pytest.mark.parametrize("year", range(2021, 2041))
def test_labour_day_never_closes_the_office(year: int) -> None:
    names = [CALENDAR.holiday(date(year, month, day)) for month in (4, 5) for day in range(1, 31)]
    assert not [name for name in names if name and "แรงงาน" in name]
    # The rest of the calendar is still there, so the test does not pass by an empty one.
    assert CALENDAR.holiday(date(year, 4, 13)) is not None


def test_a_day_with_two_names_stays_a_holiday_when_one_of_them_is_labour_day() -> None:
    assert _without_labour_day("วันแรงงานแห่งชาติ; วันวิสาขบูชา") == "วันวิสาขบูชา"
    assert _without_labour_day("ชดเชยวันแรงงานแห่งชาติ") == ""


def test_days_of_the_cabinet_are_added_and_removed() -> None:
    calendar = OfficeCalendar(
        added={date(2026, 11, 23): "วันหยุดพิเศษ"}, removed=frozenset({date(2026, 12, 7)})
    )
    arrived = _moment("Fri 2026-11-20 10:15")
    assert f"{calendar.due(arrived, _limit('3 wd')).at:%F}" == "2026-11-26"
    assert f"{calendar.due(_moment('Fri 2026-12-04 10:00'), _limit('1 wd')).at:%F}" == "2026-12-07"
    assert calendar.is_open(_moment("Mon 2026-12-07 10:00"))
    assert not calendar.is_open(_moment("Mon 2026-11-23 10:00"))


def test_a_case_is_never_forwarded_later_than_15_days() -> None:
    # The cabinet closes the offices for two weeks: 3 working days would end on 9 December.
    closed = {date(2026, 11, day): "ปิดพิเศษ" for day in range(23, 31)}
    closed |= {date(2026, 12, day): "ปิดพิเศษ" for day in range(1, 5)}
    calendar = OfficeCalendar(added=closed)
    arrived = _moment("Fri 2026-11-20 10:15")
    assert f"{calendar.due(arrived, LIMITS[Urgency.normal][Step.forward]).at:%F}" == "2026-12-11"
    due = due_dates(arrived, LIMITS[Urgency.normal], calendar)
    # 15 days end on Saturday 5 December; 7 December is a substitution day.
    assert f"{due[Step.forward].at:%F}" == "2026-12-08"
    assert due[Step.forward].limit.step == Step.forward_at_latest


@pytest.mark.parametrize(
    ("due", "since", "until", "later"),
    [
        # Asked on Monday, answered on Wednesday: two days.
        ("Mon 2026-12-21", "Mon 2026-11-23 10:00", "Wed 2026-11-25 10:00", "Wed 2026-12-23"),
        # Answered the same day: nothing was lost.
        ("Mon 2026-12-21", "Mon 2026-11-23 10:00", "Mon 2026-11-23 16:00", "Mon 2026-12-21"),
        # Answered on Saturday night: counts as Monday.
        ("Mon 2026-12-21", "Fri 2026-11-20 10:00", "Sat 2026-11-21 22:00", "Thu 2026-12-24"),
        # The new end falls on New Year.
        ("Mon 2026-12-21", "Mon 2026-11-23 10:00", "Thu 2026-12-03 10:00", "Mon 2027-01-04"),
    ],
)
def test_the_clock_stands_still_while_the_office_waits(
    due: str, since: str, until: str, later: str
) -> None:
    found = CALENDAR.after_waiting(_moment(f"{due} 16:30"), _moment(since), _moment(until))
    assert found == _moment(f"{later} 16:30")


@pytest.mark.parametrize(
    ("arrived", "limit", "words"),
    [
        (
            "Fri 2026-11-20 10:15",
            "3 wd",
            "ส่งเรื่องภายในพุธ 25 พฤศจิกายน 2569 (3 วันทำการ นับถัดจากวันรับเรื่อง 20 พฤศจิกายน 2569)",
        ),
        (
            "Wed 2026-12-09 16:31",
            "1 wd",
            "ส่งเรื่องภายในจันทร์ 14 ธันวาคม 2569 (1 วันทำการ นับถัดจากวันรับเรื่อง 11 ธันวาคม 2569 "
            "เพราะเรื่องเข้ามานอกเวลาทำการ)",
        ),
        (
            "Fri 2026-12-04 10:00",
            "3 wd",
            "ส่งเรื่องภายในศุกร์ 11 ธันวาคม 2569 (3 วันทำการ นับถัดจากวันรับเรื่อง 4 ธันวาคม 2569 "
            "ไม่นับวันหยุด 7 ธันวาคม 2569 ชดเชยวันชาติ, 10 ธันวาคม 2569 วันรัฐธรรมนูญ)",
        ),
        (
            "Wed 2026-04-08 10:00",
            "7 d",
            "ส่งเรื่องภายในพฤหัสบดี 16 เมษายน 2569 (7 วัน นับถัดจากวันรับเรื่อง 8 เมษายน 2569 "
            "ครบกำหนดพุธ 15 เมษายน 2569 ตรงวันหยุด จึงเลื่อนเป็นวันทำการถัดไป "
            "ข้ามวันหยุด 15 เมษายน 2569 วันสงกรานต์)",
        ),
        (
            "Fri 2026-11-20 10:15",
            "same day",
            "ส่งเรื่องภายในศุกร์ 20 พฤศจิกายน 2569 (ในวันรับเรื่อง 20 พฤศจิกายน 2569)",
        ),
    ],
)
def test_a_due_date_explains_itself(arrived: str, limit: str, words: str) -> None:
    assert explain(CALENDAR.due(_moment(arrived), _limit(limit))) == words


def _moment(text: str) -> datetime:
    """`Fri 2026-11-20 10:15` on a Bangkok clock; a wrong day of the week fails the test."""
    moment = datetime.strptime(text, "%a %Y-%m-%d %H:%M").replace(tzinfo=BANGKOK)
    assert f"{moment:%a}" == text[:3]
    assert moment.astimezone(UTC) == moment
    return moment


def _limit(text: str) -> TimeLimit:
    unit = {
        "wd": DayUnit.working_days,
        "d": DayUnit.days,
        "day": DayUnit.same_day,
    }[text.split()[1]]
    amount = 0 if unit == DayUnit.same_day else int(text.split()[0])
    return TimeLimit(Step.forward, "ส่งเรื่อง", amount, unit, "[D]")
