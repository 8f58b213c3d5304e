"""The endpoints of the bot: they take and give what tests/contract/ says."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from api import clock
from api.cases.models import (
    CaseEvent,
)
from api.cases.numbers import receipt_code
from api.conversations.models import Conversation
from api.database import session_scope
from api.faq import knowledge_files
from api.faq.models import AskedQuestion, Entry
from tests.api.bot_side import CONTRACT, CONVERSATION, in_contract, said
from tests.api.factories import (
    FRIDAY_MORNING,
    make_conversation,
)


def test_a_case_is_opened_as_the_contract_says(internal: TestClient) -> None:
    contract = in_contract("open_case")
    answer = internal.post(contract["path"], json=contract["request"])
    expected = contract["answer"] | {
        "receipt_code": receipt_code(contract["request"]["request_id"])
    }
    assert (answer.status_code, answer.json()) == (200, expected)


def test_status_is_told_as_the_contract_says(internal: TestClient) -> None:
    filing = in_contract("open_case")["request"]
    internal.post("/internal/cases", json=filing)
    contract = in_contract("case_status")
    request = contract["request"] | {"receipt_code": receipt_code(filing["request_id"])}
    answer = internal.post(contract["path"], json=request)
    assert (answer.status_code, answer.json()) == (200, contract["answer"])


@pytest.mark.parametrize("name", ["add_information", "withdraw_case"])
def test_a_change_is_accepted_as_the_contract_says(internal: TestClient, name: str) -> None:
    filing = in_contract("open_case")["request"]
    internal.post("/internal/cases", json=filing)
    contract = in_contract(name)
    request = contract["request"] | {"receipt_code": receipt_code(filing["request_id"])}
    for _ in range(2):
        answer = internal.post(contract["path"], json=request)
        assert (answer.status_code, answer.json()) == (200, contract["answer"])
    # The repeat told the citizen nothing twice: one message for the filing, one for the change.
    assert len(said()) == 2
    with session_scope() as session:
        verbs = session.scalars(select(CaseEvent.verb).order_by(CaseEvent.id)).all()
    assert verbs == ["opened", {"add": "information_added", "wit": "withdrawn"}[name[:3]]]


def test_topics_are_proposed_as_the_contract_says(internal: TestClient) -> None:
    contract = in_contract("propose_case")
    answer = internal.post(contract["path"], json=contract["request"]).json()
    expected = contract["answer"]
    assert answer.keys() == expected.keys()
    assert [topic.keys() for topic in answer["topics"]] == [t.keys() for t in expected["topics"]]
    assert (answer["topics"][0]["topic"], answer["topics"][0]["name"]) == (
        "debt",
        expected["topics"][0]["name"],
    )
    assert answer["topics"][-1]["topic"] == "unknown"
    assert answer["agency"] == expected["agency"] == answer["agencies"][0]
    assert answer["outside_ministry"] is False


def test_a_question_is_answered_as_the_contract_says(internal: TestClient) -> None:
    with session_scope() as session:
        knowledge_files.load(session)
    contract = in_contract("answer_question")
    answer = internal.post(contract["path"], json=contract["request"])
    expected = contract["answer"]
    assert answer.status_code == 200
    assert answer.json().keys() == expected.keys()
    assert (answer.json()["outcome"], answer.json()["choices"]) == ("answered", [])
    assert answer.json()["answer"].keys() == expected["answer"].keys()
    assert (answer.json()["reply"], answer.json()["kind"]) == (None, None)
    assert "1689" in answer.json()["answer"]["answer"]


def test_the_detail_is_told_as_the_contract_says(internal: TestClient) -> None:
    with session_scope() as session:
        knowledge_files.load(session)
        entry = session.get_one(Entry, in_contract("answer_detail")["request"]["entry_id"])
        told = {"detail": entry.detail, "link": entry.link}
    contract = in_contract("answer_detail")
    answer = internal.post(contract["path"], json=contract["request"])
    assert (answer.status_code, answer.json()) == (200, told)
    assert answer.json().keys() == contract["answer"].keys()
    gone = internal.post(contract["path"], json={"entry_id": "no-such-entry"})
    assert (gone.status_code, gone.json()["error"]) == (404, "AnswerNotFound")


def test_a_thumb_is_kept_as_the_contract_says(internal: TestClient) -> None:
    contract = in_contract("rate_answer")
    with session_scope() as session:
        asked = AskedQuestion(
            id=contract["request"]["asked_id"],
            conversation_id=CONVERSATION,
            question="โทรร้องเรียนเบอร์อะไร",
            outcome="answered",
            score=0.9,
        )
        session.add(asked)
    answer = internal.post(contract["path"], json=contract["request"])
    assert (answer.status_code, answer.json()) == (200, contract["answer"])
    with session_scope() as session:
        stored = session.get_one(AskedQuestion, contract["request"]["asked_id"])
        assert stored.useful is contract["request"]["useful"]


@pytest.mark.parametrize(("hour", "is_open"), [(10, True), (16, True), (17, False), (7, False)])
def test_a_handover_is_opened_and_says_whether_somebody_is_there(
    internal: TestClient, monkeypatch: pytest.MonkeyPatch, hour: int, is_open: bool
) -> None:
    moment = clock.bangkok(FRIDAY_MORNING).replace(hour=hour)
    monkeypatch.setattr(clock, "now", lambda: moment)
    contract = in_contract("ask_person")
    answer = internal.post(contract["path"], json=contract["request"])
    assert answer.json() == {"waiting": True, "office_is_open": is_open}
    with session_scope() as session:
        waiting = session.get_one(Conversation, CONVERSATION).waiting_for_staff_since
    assert waiting == moment
    assert ("เวลาทำการครั้งถัดไป" in (said()[0].text or "")) is not is_open


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer wrong", "bearer x"])
def test_the_caller_is_refused_when_the_token_is_wrong(client: TestClient, token: str) -> None:
    for path in CONTRACT.glob("*.json"):
        contract = in_contract(path.stem)
        headers = {"Authorization": token}
        answer = client.post(contract["path"], json=contract["request"], headers=headers)
        assert answer.status_code == 403


@pytest.fixture(autouse=True)
def friday_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY_MORNING)


@pytest.fixture(autouse=True)
def conversation(database: Engine) -> Conversation:
    return make_conversation(id=CONVERSATION)
