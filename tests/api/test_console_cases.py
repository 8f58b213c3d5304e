"""The list of open cases: order, filters, pages, words, and constant cost."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from api import clock
from api.cases.models import CaseKind
from api.cases.states import OVER, CaseState
from api.clock import now
from api.database import session_scope
from api.staff import Role
from tests.api.office import (
    add_case,
    as_staff,
    at,
    counted_statements,
    make_case,
    make_staff,
    make_talk,
)


def test_open_cases_stand_by_nearest_due_date_when_listed(officer):
    for number in (30, 5, 12, -3):
        make_case(number if number > 0 else 90, due_at=soon(number))
    for state in OVER:
        make_case(50 + list(CaseState).index(state), state=state, closed_at=now())

    assert numbers(officer.get("/console/cases")) == [90, 5, 12, 30]


def test_case_due_at_the_same_moment_stands_in_order_of_filing(officer):
    moment = soon(4)
    for number in (7, 3, 5):
        make_case(number, due_at=moment)
    assert numbers(officer.get("/console/cases")) == [7, 3, 5]


def test_every_case_is_met_once_when_paging_through_equal_due_dates(officer):
    with session_scope() as session:
        for number in range(1, 121):
            add_case(session, number, due_at=soon(number // 40))

    met: list[int] = []
    address: str | None = "/console/cases?kind=complaint"
    sizes = []
    while address:
        page = officer.get(address)
        sizes.append(len(numbers(page)))
        met += numbers(page)
        assert "<b>120</b> เรื่อง" in page.text
        found = re.search(r'href="([^"]+)" rel="next"', page.text)
        address = found[1].replace("&amp;", "&") if found else None
        assert address is None or "kind=complaint" in address

    assert sizes == [50, 50, 20]
    assert met == list(range(1, 121))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [4, 1, 2, 3]),
        ("state=assigned", [2]),
        ("kind=grievance", [3]),
        ("unit=กรมธนารักษ์", [1]),
        ("overdue=yes", [4]),
        ("overdue=yes&kind=grievance", []),
        ("state=assigned&kind=complaint&unit=ธนาคารออมสิน", [2]),
        # What is not understood does not filter.
        ("state=nonsense&kind=&unit=&overdue=maybe", [4, 1, 2, 3]),
        ("state=closed", [4, 1, 2, 3]),
        ("unit=' OR 1=1 --", []),
    ],
)
def test_only_matching_cases_are_listed_when_filtered(officer, query, expected):
    make_case(1, unit="กรมธนารักษ์")
    make_case(2, state=CaseState.assigned)
    make_case(3, kind=CaseKind.grievance)
    make_case(4, due_at=soon(-1))
    make_case(9, state=CaseState.assigned, closed_at=now())

    page = officer.get(f"/console/cases?{query}")

    assert numbers(page) == expected
    late = [number for number in expected if number == 4]
    assert (f"เลยกำหนด {len(late)} เรื่อง" in page.text) == bool(late)


def test_filters_stay_chosen_when_the_page_comes_back(officer):
    make_case(1, unit="กรมธนารักษ์")
    page = officer.get("/console/cases?state=received&unit=กรมธนารักษ์&overdue=yes").text

    assert '<option value="received" selected>' in page
    assert '<option value="กรมธนารักษ์" selected>' in page
    assert re.search(r'name="overdue" value="yes" checked', page)
    assert "ล้างตัวกรอง" in page


@pytest.mark.parametrize(
    "query", ["after=x", "after=1-2-3", "after=" + "9" * 40 + "-1", "after=%00-1", "after=-"]
)
def test_page_says_so_when_its_address_was_tampered_with(officer, query):
    answer = officer.get(f"/console/cases?{query}")
    assert answer.status_code == 400
    assert "ลิงก์หน้าถัดไปไม่ถูกต้อง" in answer.text


def test_next_page_is_the_same_when_a_key_is_larger_than_any_case(officer):
    make_case(1)
    assert officer.get(f"/console/cases?after=1-{'9' * 30}").status_code == 200


@pytest.mark.parametrize(
    ("due", "words"),
    [
        ("2026-11-21T09:30", "อีก 10 วัน"),
        ("2026-11-12T09:30", "ครบกำหนดพรุ่งนี้"),
        # 23:59 in Bangkok is still the same day, one minute later is tomorrow.
        ("2026-11-11T16:59", "ครบกำหนดวันนี้"),
        ("2026-11-11T17:00", "ครบกำหนดพรุ่งนี้"),
        ("2026-11-11T02:59", "เลยกำหนดแล้ววันนี้"),
        ("2026-11-10T16:59", "เลยกำหนด 1 วัน"),
        ("2026-11-01T09:30", "เลยกำหนด 10 วัน"),
    ],
)
def test_time_left_is_said_in_words_when_listed(officer, monkeypatch, due, words):
    make_case(1, due_at=at(due))
    present = at("2026-11-11T03:00")
    monkeypatch.setattr(clock, "now", lambda: present)
    # The session is as old as the clock says.
    as_staff(officer, make_staff(Role.supervisor))

    page = officer.get("/console/cases").text

    assert words in re.sub(r"<[^>]+>", "", page)
    assert ('class="late"' in page) == words.startswith("เลย")


def test_due_date_is_written_in_thai_time_and_era_when_listed(officer):
    make_case(1, due_at=at("2026-11-12T18:30"))
    assert "13 พ.ย. 2569 01:30 น." in officer.get("/console/cases").text


def test_list_costs_the_same_number_of_queries_when_there_are_more_cases(officer):
    counts = []
    for size in (1, 30):
        with session_scope() as session:
            for number in range(size):
                add_case(session, 1000 * size + number)
        with counted_statements() as statements:
            officer.get("/console/cases")
        counts.append(len(statements))

    assert 3 <= counts[0] == counts[1] <= 6


def soon(days: int):
    return now().replace(microsecond=0) + timedelta(days=days, minutes=5 if days >= 0 else 0)


def numbers(page) -> list[int]:
    assert page.status_code == 200
    return [int(n) for n in re.findall(r'href="/console/cases/2570-(\d{6})-0"', page.text)]


@pytest.fixture
def officer(client: TestClient) -> TestClient:
    """A signed-in grievance officer, and rows that no filter of these tests should catch."""
    make_case(999, confidential=True, kind=CaseKind.corruption, unit="ศูนย์อื่น")
    make_talk("เรื่องของคนอื่น", waiting=True)
    return as_staff(client, make_staff(Role.grievance_officer))
