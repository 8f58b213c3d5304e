"""Requests that come twice, and numbers without gap."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from api import clock
from api.cases.models import (
    Case,
    CaseCounter,
    CaseEvent,
)
from api.cases.numbers import read_number
from api.conversations.models import Conversation
from api.database import session_scope
from tests.api.bot_side import CONVERSATION, count, in_contract, said
from tests.api.factories import (
    FRIDAY_MORNING,
    make_conversation,
)


def test_a_repeat_returns_the_first_case_with_its_code(internal: TestClient) -> None:
    request = in_contract("open_case")["request"]
    first = internal.post("/internal/cases", json=request).json()
    second = internal.post("/internal/cases", json=request).json()
    assert second == first | {"repeated": True}
    assert (count(Case), len(said())) == (1, 1)


def test_a_request_of_another_conversation_is_refused(internal: TestClient) -> None:
    request = in_contract("open_case")["request"]
    internal.post("/internal/cases", json=request)
    request["conversation_id"] = make_conversation().id
    answer = internal.post("/internal/cases", json=request)
    assert (answer.status_code, answer.json()["error"]) == (409, "RequestBelongsElsewhere")


def test_one_case_is_made_when_the_same_request_comes_many_times_at_once(
    internal: TestClient,
) -> None:
    request = in_contract("open_case")["request"]
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(internal.post, "/internal/cases", json=request) for _ in range(8)]
        answers = [future.result().json() for future in sent]
    assert {answer["number"] for answer in answers} == {"2570-000001-8"}
    assert sorted(answer["repeated"] for answer in answers) == [False] + [True] * 7
    assert (count(Case), count(CaseEvent), len(said())) == (1, 1, 1)
    with session_scope() as session:
        assert session.scalars(select(CaseCounter.last)).one() == 1


def test_numbers_have_no_gap_and_no_double_when_many_file_at_once(internal: TestClient) -> None:
    request = in_contract("open_case")["request"]
    filings = [request | {"request_id": str(uuid4())} for _ in range(24)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda r: internal.post("/internal/cases", json=r), filings))
    numbers = sorted(answer.json()["number"] for answer in answers)
    assert [int(number[5:11]) for number in numbers] == list(range(1, 25))
    assert all(read_number(number) == number for number in numbers)


def test_the_year_of_a_number_changes_on_1_october(
    internal: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = []
    for moment in ("2026-09-30T23:59:59+07:00", "2026-10-01T00:00:00+07:00"):
        arrived = datetime.fromisoformat(moment)
        monkeypatch.setattr(clock, "now", lambda arrived=arrived: arrived)
        request = in_contract("open_case")["request"] | {"request_id": str(uuid4())}
        numbers.append(internal.post("/internal/cases", json=request).json()["number"][:11])
    assert numbers == ["2569-000001", "2570-000001"]


@pytest.fixture(autouse=True)
def friday_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY_MORNING)


@pytest.fixture(autouse=True)
def conversation(database: Engine) -> Conversation:
    return make_conversation(id=CONVERSATION)
