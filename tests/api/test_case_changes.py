"""Adding to a case, waiting for the citizen, and withdrawing."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api import clock
from api.cases.models import (
    Case,
    CaseEvent,
)
from api.cases.numbers import receipt_code
from api.cases.states import CaseState
from api.conversations.models import Conversation
from api.database import session_scope
from tests.api.bot_side import CONVERSATION, ask, in_contract
from tests.api.factories import (
    FRIDAY_MORNING,
    file_case,
    make_case,
    make_conversation,
)


@pytest.mark.parametrize("state", ["closed", "withdrawn", "merged", "not_accepted"])
def test_a_case_that_is_over_takes_nothing_more(internal: TestClient, state: str) -> None:
    case = make_case(number="2570-000001-8", state=state, closed_at=clock.now())
    request = {
        "conversation_id": CONVERSATION,
        "request_id": "r",
        "number": case.number,
        "receipt_code": receipt_code(case.request_id),
    }
    for path, words in (("information", {"text": "เพิ่ม"}), ("withdrawal", {"reason": "เปลี่ยนใจ"})):
        answer = internal.post(f"/internal/cases/{path}", json=request | words)
        assert (answer.status_code, answer.json()["error"]) == (409, "CaseAlreadyClosed")


def test_the_days_of_waiting_are_not_counted_when_the_citizen_answers(
    internal: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = file_case(CONVERSATION)
    asked_at = FRIDAY_MORNING + timedelta(days=3)
    with session_scope() as session:
        case = session.get_one(Case, filed.case.id)
        case.state = CaseState.waiting_for_citizen
        session.add(
            CaseEvent(
                case_id=case.id,
                at=asked_at,
                verb="asked_citizen",
                actor="staff",
                from_state=CaseState.forwarded,
                to_state=CaseState.waiting_for_citizen,
            )
        )
    answered_at = asked_at + timedelta(days=7)
    monkeypatch.setattr(clock, "now", lambda: answered_at)
    request = in_contract("add_information")["request"] | {"receipt_code": filed.receipt_code}
    assert internal.post("/internal/cases/information", json=request).status_code == 200
    with session_scope() as session:
        case = session.get_one(Case, filed.case.id)
    assert case.state == CaseState.forwarded
    # 21 December and seven days.
    assert clock.thai_date(clock.bangkok(case.answer_by).date()) == "จันทร์ 28 ธันวาคม 2569"
    assert case.due_at == case.answer_by


def test_withdrawing_ends_a_case(internal: TestClient) -> None:
    filed = file_case(CONVERSATION)
    request = in_contract("withdraw_case")["request"] | {"receipt_code": filed.receipt_code}
    internal.post("/internal/cases/withdrawal", json=request)
    with session_scope() as session:
        case = session.get_one(Case, filed.case.id)
    assert (case.state, case.closed_at) == (CaseState.withdrawn, FRIDAY_MORNING)
    status = ask(internal, CONVERSATION, case.number, filed.receipt_code).json()
    assert (status["state"], status["state_name"]) == ("withdrawn", "ถอนเรื่องแล้ว")


@pytest.fixture(autouse=True)
def friday_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY_MORNING)


@pytest.fixture(autouse=True)
def conversation(database: Engine) -> Conversation:
    return make_conversation(id=CONVERSATION)
