"""The moves between states, the numbers, and who sees which case."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from stdnum import luhn

from api.cases.numbers import is_receipt, read_number, receipt_code, receipt_hash
from api.cases.queries import (
    CaseUnknown,
    PageUnknown,
    list_cases,
    one_case,
)
from api.cases.states import MOVES, OVER, CaseState, due_field, may_move
from api.database import session_scope
from api.staff import Role
from tests.api.factories import (
    ANTI_CORRUPTION_CENTRE,
    FRIDAY_MORNING,
    file_case,
    make_case,
    make_conversation,
    make_staff,
)

# Each row is a state, each column where it may go; the office's own table.
ORDER = list(CaseState)
TABLE = """
                    rec ass for ans set clo wai not wit mer reo
received             .   x   x   .   .   .   x   x   x   x   .
assigned             .   .   x   x   .   .   x   x   x   x   .
forwarded            .   x   .   x   .   .   x   x   x   x   .
answered             .   .   x   .   x   .   x   x   x   x   .
settled              .   .   .   .   .   x   .   .   .   .   x
closed               .   .   .   .   .   .   .   .   .   .   x
waiting_for_citizen  x   x   x   x   .   .   .   x   x   x   x
not_accepted         .   .   .   .   .   .   .   .   .   .   x
withdrawn            .   .   .   .   .   .   .   .   .   .   .
merged               .   .   .   .   .   .   .   .   .   .   .
reopened             .   x   x   .   .   .   x   x   x   x   .
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()[1:]]


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        (row[0], after.value, mark == "x")
        for row in ROWS
        for after, mark in zip(ORDER, row[1:], strict=True)
    ],
)
def test_a_case_moves_only_as_the_table_says(before: str, after: str, allowed: bool) -> None:
    assert may_move(CaseState(before), CaseState(after)) is allowed


def test_every_state_is_in_the_table_and_can_be_left_or_is_an_end() -> None:
    assert [row[0] for row in ROWS] == [state.value for state in CaseState]
    assert set(MOVES) == set(CaseState)
    assert {state for state in CaseState if not MOVES[state]} <= OVER
    reached = {after for moves in MOVES.values() for after in moves}
    assert reached == set(CaseState)


def test_the_next_duty_is_to_forward_until_it_is_forwarded() -> None:
    forwarding = {state for state in CaseState if due_field(state) == "forward_by"}
    assert forwarding == {CaseState.received, CaseState.assigned, CaseState.reopened}


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("2570-000001-8", "2570-000001-8"),
        ("25700000018", "2570-000001-8"),
        (" ๒๕๗๐-๐๐๐๐๐๑-๘ ", "2570-000001-8"),
        ("เลขที่ 2570/000001/8 ครับ", "2570-000001-8"),
        ("2570-1234567-0", "2570-1234567-0"),
        ("2570-000001-3", None),
        ("2570-000010-8", None),
        ("2570", None),
        ("", None),
        ("²⁵⁷⁰", None),
    ],
)
def test_a_number_is_read_as_people_write_it(typed: str, number: str | None) -> None:
    assert read_number(typed) == number


def test_one_wrong_digit_or_two_swapped_are_noticed() -> None:
    good = "25700000018"
    assert luhn.is_valid(good)
    for place in range(len(good)):
        for digit in set("0123456789") - {good[place]}:
            assert read_number(good[:place] + digit + good[place + 1 :]) is None


def test_a_code_belongs_to_its_request_and_is_stored_only_as_a_hash() -> None:
    code = receipt_code("request-1")
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
    assert code.replace("-", "").isdigit()
    assert code == receipt_code("request-1") != receipt_code("request-2")
    assert code.replace("-", "") not in receipt_hash(code)
    assert is_receipt(code.replace("-", ""), receipt_hash(code))
    assert not is_receipt(receipt_code("request-2"), receipt_hash(code))


@pytest.mark.parametrize(
    ("role", "unit", "seen"),
    [
        (Role.grievance_officer, None, {"bank", "property"}),
        (Role.supervisor, None, {"bank", "property"}),
        (Role.executive, None, {"bank", "property"}),
        (Role.executive, "ปลัดกระทรวงการคลัง", {"bank", "property", "centre"}),
        (Role.unit_officer, "กรมธนารักษ์", {"property"}),
        (Role.unit_officer, ANTI_CORRUPTION_CENTRE, set()),
        (Role.unit_officer, None, set()),
        (Role.anti_corruption, None, {"secret"}),
        (Role.editor, None, set()),
        (Role.administrator, None, set()),
    ],
)
def test_people_see_only_the_cases_of_their_duty(
    database: Engine, role: Role, unit: str | None, seen: set[str]
) -> None:
    cases = {
        "bank": make_case(),
        "property": make_case(unit="กรมธนารักษ์", topic="state_property"),
        "secret": make_case(unit=ANTI_CORRUPTION_CENTRE, topic="corruption", confidential=True),
        # A report about the centre is not for the centre.
        "centre": make_case(
            unit="ปลัดกระทรวงการคลัง", agency=ANTI_CORRUPTION_CENTRE, confidential=True
        ),
    }
    staff = make_staff(role, unit)
    with session_scope(read_only=True) as session:
        listed = {case.number for case in list_cases(session, staff).cases}
        assert listed == {cases[name].number for name in seen}
        for name, case in cases.items():
            if name in seen:
                assert one_case(session, staff, case.number).id == case.id
            else:
                with pytest.raises(CaseUnknown):
                    one_case(session, staff, case.number)


def test_the_nearest_duty_stands_first_and_pages_join_without_gap(database: Engine) -> None:
    # Ten cases, three of them due at the same moment, stored in no order.
    for hours in (9, 3, 7, 3, 1, 8, 3, 5, 2, 6):
        make_case(forward_by=FRIDAY_MORNING + timedelta(hours=hours))
    staff = make_staff(Role.grievance_officer)
    found, after = [], None
    with session_scope(read_only=True) as session:
        while True:
            page = list_cases(session, staff, after=after, size=3)
            found += page.cases
            assert len(page.cases) <= 3
            if page.next_page is None:
                break
            after = page.next_page
    hours = [(case.due_at - FRIDAY_MORNING).total_seconds() / 3600 for case in found]
    assert hours == [1, 2, 3, 3, 3, 5, 6, 7, 8, 9]
    assert len({case.id for case in found}) == 10


def test_a_case_that_comes_meanwhile_does_not_shift_the_next_page(database: Engine) -> None:
    for hours in (1, 2, 3):
        make_case(forward_by=FRIDAY_MORNING + timedelta(hours=hours))
    staff = make_staff(Role.supervisor)
    with session_scope(read_only=True) as session:
        first = list_cases(session, staff, size=2)
    make_case(forward_by=FRIDAY_MORNING)
    with session_scope(read_only=True) as session:
        second = list_cases(session, staff, size=2, after=first.next_page)
    assert [case.due_at for case in second.cases] == [FRIDAY_MORNING + timedelta(hours=3)]


@pytest.mark.parametrize("after", ["", "x", "1", "1-2-3", "9" * 30 + "-1", "1-'; DROP TABLE cases"])
def test_a_page_that_nobody_was_given_is_refused(database: Engine, after: str) -> None:
    staff = make_staff(Role.supervisor)
    with session_scope(read_only=True) as session, pytest.raises(PageUnknown):
        list_cases(session, staff, after=after)


def test_the_list_is_filtered(database: Engine) -> None:
    soon = make_case(forward_by=FRIDAY_MORNING)
    late = make_case(forward_by=FRIDAY_MORNING - timedelta(days=1), unit="กรมธนารักษ์")
    over = make_case(state=CaseState.withdrawn, closed_at=FRIDAY_MORNING)
    staff = make_staff(Role.grievance_officer)

    def numbers(**filters: object) -> set[str]:
        with session_scope(read_only=True) as session:
            return {case.number for case in list_cases(session, staff, **filters).cases}

    assert numbers() == {soon.number, late.number}
    assert numbers(overdue_at=FRIDAY_MORNING) == {late.number}
    assert numbers(unit="กรมธนารักษ์") == {late.number}
    assert numbers(state=CaseState.withdrawn) == {over.number}
    assert numbers(state=CaseState.received, unit="กรมศุลกากร") == set()


def test_one_case_comes_with_its_events_and_its_complainant(database: Engine) -> None:
    filed = file_case(make_conversation().id, name="สมใจ")
    staff = make_staff(Role.grievance_officer)
    with session_scope(read_only=True) as session:
        case = one_case(session, staff, filed.case.number)
    assert [event.verb for event in case.events] == ["opened"]
    assert case.complainant is not None
    assert case.complainant.name == "สมใจ"
