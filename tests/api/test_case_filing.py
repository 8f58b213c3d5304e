"""What is taken, refused and stored when a case is filed."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from api import clock
from api.cases.models import (
    Case,
    CaseAttachment,
    CaseEvent,
    CaseKind,
    Complainant,
)
from api.cases.states import CaseState
from api.conversations.models import Author, Channel, Conversation
from api.database import session_scope
from tests.api.bot_side import CONVERSATION, count, in_contract, said
from tests.api.factories import (
    FRIDAY_MORNING,
    file_case,
    make_attachment,
    make_conversation,
)


def test_a_filed_case_holds_what_was_said_and_how_it_came(internal: TestClient) -> None:
    request = in_contract("open_case")["request"]
    internal.post("/internal/cases", json=request)
    with session_scope() as session:
        case = session.scalars(select(Case)).one()
        person = session.get_one(Complainant, case.id)
        event = session.scalars(select(CaseEvent)).one()
    assert (case.detail, case.place, case.happened_at, case.topic) == (
        request["detail"],
        request["place"],
        request["happened_at"],
        "debt",
    )
    assert (case.conversation_id, case.state, case.due_at) == (
        CONVERSATION,
        CaseState.received,
        case.forward_by,
    )
    assert (person.name, person.contact, person.consent_version) == (
        "สมใจ ตัวอย่าง",
        "0812345678",
        "2569-1",
    )
    assert (event.verb, event.actor, event.to_state) == ("opened", "citizen", "received")


def test_the_citizen_is_told_number_code_unit_and_dates_when_a_case_is_opened(
    internal: TestClient,
) -> None:
    answer = internal.post("/internal/cases", json=in_contract("open_case")["request"]).json()
    (message,) = said()
    assert message.author == Author.system
    for wanted in (
        answer["number"],
        answer["receipt_code"],
        "ธนาคารออมสิน",
        "พุธ 25 พฤศจิกายน 2569",
        "นับถัดจากวันรับเรื่อง 20 พฤศจิกายน 2569",
        "(3 วันทำการ)",
        "ครบกำหนดอาทิตย์ 20 ธันวาคม 2569 ตรงวันหยุด",
        "จันทร์ 21 ธันวาคม 2569",
    ):
        assert wanted in (message.text or "")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"topic": "weather"}, "topic"),
        ({"kind": "question"}, "kind"),
        ({"detail": ""}, "detail"),
        ({"detail": " \u200b\n\x00 "}, "detail"),
        ({"detail": "ก" * 10_001}, "detail"),
        ({"agency": "ก" * 501}, "agency"),
        ({"place": "ก" * 501}, "place"),
        ({"contact": None}, "contact"),
        ({"contact": "  "}, "contact"),
        ({"consent_version": None}, "consent_version"),
        ({"attachment_ids": ["not-there"]}, "attachment_ids"),
        ({"request_id": ""}, "request_id"),
        ({"request_id": "x" * 65}, "request_id"),
        ({"anonymous": "perhaps"}, "anonymous"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_filing_is_refused_by_field_name_when_it_is_wrong(
    internal: TestClient, changes: dict[str, Any], field: str
) -> None:
    answer = internal.post("/internal/cases", json=in_contract("open_case")["request"] | changes)
    assert answer.status_code == 422
    assert [name.removeprefix("body.") for name in answer.json()["fields"]] == [field]
    assert count(Case) == 0
    assert said() == []


def test_a_filing_is_refused_when_its_conversation_does_not_exist(internal: TestClient) -> None:
    request = in_contract("open_case")["request"] | {"conversation_id": str(uuid4())}
    answer = internal.post("/internal/cases", json=request)
    assert (answer.status_code, answer.json()["error"]) == (404, "ConversationUnknown")


def test_a_file_of_somebody_else_is_refused(internal: TestClient) -> None:
    theirs = make_attachment(make_conversation().id)
    request = in_contract("open_case")["request"] | {"attachment_ids": [theirs.id]}
    assert internal.post("/internal/cases", json=request).status_code == 422


def test_files_of_the_conversation_go_with_the_case(internal: TestClient) -> None:
    mine = make_attachment(CONVERSATION)
    request = in_contract("open_case")["request"] | {"attachment_ids": [mine.id, mine.id]}
    assert internal.post("/internal/cases", json=request).status_code == 200
    assert count(CaseAttachment) == 1


def test_line_itself_is_a_way_of_contact(internal: TestClient) -> None:
    on_line = make_conversation(Channel.line)
    request = in_contract("open_case")["request"]
    request |= {"conversation_id": on_line.id, "contact": None, "name": None}
    assert internal.post("/internal/cases", json=request).status_code == 200
    with session_scope() as session:
        assert session.scalars(select(Complainant)).one().contact == "LINE"


def test_the_longest_that_the_bot_sends_is_taken(internal: TestClient) -> None:
    filing = in_contract("open_case")["request"]
    filing |= {"detail": "ก" * 5_000} | dict.fromkeys(("agency", "place", "happened_at"), "ก" * 300)
    answer = internal.post("/internal/cases", json=filing)
    assert answer.status_code == 200
    more = {
        "conversation_id": CONVERSATION,
        "request_id": "more",
        "number": answer.json()["number"],
        "receipt_code": "รหัสคือ " + answer.json()["receipt_code"] + " ครับ" * 100,
        "text": "ข" * 5_000,
    }
    assert internal.post("/internal/cases/information", json=more).json()["found"] is True


def test_hostile_words_are_stored_as_they_are(internal: TestClient) -> None:
    words = "'; DROP TABLE cases; -- <script>alert(1)</script> {number} %s 😀"
    request = in_contract("open_case")["request"] | {"detail": words, "agency": words}
    assert internal.post("/internal/cases", json=request).status_code == 200
    with session_scope() as session:
        assert session.scalars(select(Case)).one().detail == words
        # An agency the office does not know is kept sealed, and as the person's own words.
        assert session.scalars(select(Case)).one().agency is None
        assert session.scalars(select(CaseEvent)).one().note == words


def test_corruption_is_confidential_whatever_button_was_pressed(internal: TestClient) -> None:
    for changes in ({"kind": "corruption"}, {"topic": "corruption"}):
        request = in_contract("open_case")["request"] | {"request_id": str(uuid4())} | changes
        internal.post("/internal/cases", json=request)
    with session_scope() as session:
        for case in session.scalars(select(Case)):
            assert (case.kind, case.topic, case.confidential) == ("corruption", "corruption", True)
            assert case.unit == "ศูนย์ปฏิบัติการต่อต้านการทุจริต"


def test_a_compliment_may_go_to_the_unit_it_praises(internal: TestClient) -> None:
    filed = file_case(
        CONVERSATION,
        kind=CaseKind.compliment,
        topic="suggestion",
        agency="ศูนย์บริการร่วม",
    )
    assert filed.case.unit == "ศูนย์บริการร่วมกระทรวงการคลัง"


@pytest.fixture(autouse=True)
def friday_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY_MORNING)


@pytest.fixture(autouse=True)
def conversation(database: Engine) -> Conversation:
    return make_conversation(id=CONVERSATION)
