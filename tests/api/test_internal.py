"""The endpoints of the bot: they take and give what tests/contract/ says, and cannot be fooled."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func, select

from api import clock
from api.cases import codes
from api.cases.models import (
    Case,
    CaseAttachment,
    CaseCounter,
    CaseEvent,
    CaseKind,
    Complainant,
    WrongCodeTries,
)
from api.cases.numbers import read_number, receipt_code
from api.cases.states import CaseState
from api.conversations.models import Attachment, Author, Channel, Conversation, Direction, Message
from api.database import session_scope
from api.faq import knowledge_files
from api.faq.models import AskedQuestion
from tests.api.factories import (
    FRIDAY_MORNING,
    file_case,
    make_attachment,
    make_case,
    make_conversation,
)

CONTRACT = Path("tests/contract")
CONVERSATION = "5b8c1f2e-7f3d-4d0a-9a53-3b1c7e0f4a11"


def test_a_case_is_opened_as_the_contract_says(internal: TestClient) -> None:
    contract = _contract("open_case")
    answer = internal.post(contract["path"], json=contract["request"])
    expected = contract["answer"] | {
        "receipt_code": receipt_code(contract["request"]["request_id"])
    }
    assert (answer.status_code, answer.json()) == (200, expected)


def test_a_filed_case_holds_what_was_said_and_how_it_came(internal: TestClient) -> None:
    request = _contract("open_case")["request"]
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
    answer = internal.post("/internal/cases", json=_contract("open_case")["request"]).json()
    (message,) = _said()
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


def test_status_is_told_as_the_contract_says(internal: TestClient) -> None:
    filing = _contract("open_case")["request"]
    internal.post("/internal/cases", json=filing)
    contract = _contract("case_status")
    request = contract["request"] | {"receipt_code": receipt_code(filing["request_id"])}
    answer = internal.post(contract["path"], json=request)
    assert (answer.status_code, answer.json()) == (200, contract["answer"])


@pytest.mark.parametrize("name", ["add_information", "withdraw_case"])
def test_a_change_is_accepted_as_the_contract_says(internal: TestClient, name: str) -> None:
    filing = _contract("open_case")["request"]
    internal.post("/internal/cases", json=filing)
    contract = _contract(name)
    request = contract["request"] | {"receipt_code": receipt_code(filing["request_id"])}
    for _ in range(2):
        answer = internal.post(contract["path"], json=request)
        assert (answer.status_code, answer.json()) == (200, contract["answer"])
    # The repeat told the citizen nothing twice: one message for the filing, one for the change.
    assert len(_said()) == 2
    with session_scope() as session:
        verbs = session.scalars(select(CaseEvent.verb).order_by(CaseEvent.id)).all()
    assert verbs == ["opened", {"add": "information_added", "wit": "withdrawn"}[name[:3]]]


def test_topics_are_proposed_as_the_contract_says(internal: TestClient) -> None:
    contract = _contract("propose_case")
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
    contract = _contract("answer_question")
    answer = internal.post(contract["path"], json=contract["request"])
    expected = contract["answer"]
    assert answer.status_code == 200
    assert answer.json().keys() == expected.keys()
    assert (answer.json()["outcome"], answer.json()["choices"]) == ("answered", [])
    assert answer.json()["answer"].keys() == expected["answer"].keys()
    assert "1689" in answer.json()["answer"]["answer"]


@pytest.mark.parametrize(("hour", "is_open"), [(10, True), (16, True), (17, False), (7, False)])
def test_a_handover_is_opened_and_says_whether_somebody_is_there(
    internal: TestClient, monkeypatch: pytest.MonkeyPatch, hour: int, is_open: bool
) -> None:
    moment = clock.bangkok(FRIDAY_MORNING).replace(hour=hour)
    monkeypatch.setattr(clock, "now", lambda: moment)
    contract = _contract("ask_person")
    answer = internal.post(contract["path"], json=contract["request"])
    assert answer.json() == {"waiting": True, "office_is_open": is_open}
    with session_scope() as session:
        waiting = session.get_one(Conversation, CONVERSATION).waiting_for_staff_since
    assert waiting == moment
    assert ("เวลาทำการครั้งถัดไป" in (_said()[0].text or "")) is not is_open


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer wrong", "bearer x"])
def test_the_caller_is_refused_when_the_token_is_wrong(client: TestClient, token: str) -> None:
    for name in ("open_case", "case_status", "withdraw_case", "ask_person", "propose_case"):
        contract = _contract(name)
        headers = {"Authorization": token}
        answer = client.post(contract["path"], json=contract["request"], headers=headers)
        assert answer.status_code == 403


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
    answer = internal.post("/internal/cases", json=_contract("open_case")["request"] | changes)
    assert answer.status_code == 422
    assert [name.removeprefix("body.") for name in answer.json()["fields"]] == [field]
    assert _count(Case) == 0
    assert _said() == []


def test_a_filing_is_refused_when_its_conversation_does_not_exist(internal: TestClient) -> None:
    request = _contract("open_case")["request"] | {"conversation_id": str(uuid4())}
    answer = internal.post("/internal/cases", json=request)
    assert (answer.status_code, answer.json()["error"]) == (404, "ConversationUnknown")


def test_a_file_of_somebody_else_is_refused(internal: TestClient) -> None:
    theirs = make_attachment(make_conversation().id)
    request = _contract("open_case")["request"] | {"attachment_ids": [theirs.id]}
    assert internal.post("/internal/cases", json=request).status_code == 422


def test_files_of_the_conversation_go_with_the_case(internal: TestClient) -> None:
    mine = make_attachment(CONVERSATION)
    request = _contract("open_case")["request"] | {"attachment_ids": [mine.id, mine.id]}
    assert internal.post("/internal/cases", json=request).status_code == 200
    assert _count(CaseAttachment) == 1


def test_line_itself_is_a_way_of_contact(internal: TestClient) -> None:
    on_line = make_conversation(Channel.line)
    request = _contract("open_case")["request"]
    request |= {"conversation_id": on_line.id, "contact": None, "name": None}
    assert internal.post("/internal/cases", json=request).status_code == 200
    with session_scope() as session:
        assert session.scalars(select(Complainant)).one().contact == "LINE"


def test_the_longest_that_the_bot_sends_is_taken(internal: TestClient) -> None:
    filing = _contract("open_case")["request"]
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
    request = _contract("open_case")["request"] | {"detail": words, "agency": words}
    assert internal.post("/internal/cases", json=request).status_code == 200
    with session_scope() as session:
        assert session.scalars(select(Case)).one().detail == words
        # An agency the office does not know is kept sealed, and as the person's own words.
        assert session.scalars(select(Case)).one().agency is None
        assert session.scalars(select(CaseEvent)).one().note == words


def test_a_repeat_returns_the_first_case_with_its_code(internal: TestClient) -> None:
    request = _contract("open_case")["request"]
    first = internal.post("/internal/cases", json=request).json()
    second = internal.post("/internal/cases", json=request).json()
    assert second == first | {"repeated": True}
    assert (_count(Case), len(_said())) == (1, 1)


def test_a_request_of_another_conversation_is_refused(internal: TestClient) -> None:
    request = _contract("open_case")["request"]
    internal.post("/internal/cases", json=request)
    request["conversation_id"] = make_conversation().id
    answer = internal.post("/internal/cases", json=request)
    assert (answer.status_code, answer.json()["error"]) == (409, "RequestBelongsElsewhere")


def test_one_case_is_made_when_the_same_request_comes_many_times_at_once(
    internal: TestClient,
) -> None:
    request = _contract("open_case")["request"]
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(internal.post, "/internal/cases", json=request) for _ in range(8)]
        answers = [future.result().json() for future in sent]
    assert {answer["number"] for answer in answers} == {"2570-000001-8"}
    assert sorted(answer["repeated"] for answer in answers) == [False] + [True] * 7
    assert (_count(Case), _count(CaseEvent), len(_said())) == (1, 1, 1)
    with session_scope() as session:
        assert session.scalars(select(CaseCounter.last)).one() == 1


def test_numbers_have_no_gap_and_no_double_when_many_file_at_once(internal: TestClient) -> None:
    request = _contract("open_case")["request"]
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
        request = _contract("open_case")["request"] | {"request_id": str(uuid4())}
        numbers.append(internal.post("/internal/cases", json=request).json()["number"][:11])
    assert numbers == ["2569-000001", "2570-000001"]


def test_corruption_is_confidential_whatever_button_was_pressed(internal: TestClient) -> None:
    for changes in ({"kind": "corruption"}, {"topic": "corruption"}):
        request = _contract("open_case")["request"] | {"request_id": str(uuid4())} | changes
        internal.post("/internal/cases", json=request)
    with session_scope() as session:
        for case in session.scalars(select(Case)):
            assert (case.kind, case.topic, case.confidential) == ("corruption", "corruption", True)
            assert case.unit == "ศูนย์ปฏิบัติการต่อต้านการทุจริต"


def test_nothing_leads_to_the_sender_when_a_case_is_anonymous(
    internal: TestClient, database: Engine, tmp_path: Path
) -> None:
    canaries = ["เปิดโปงนายด่าน", "0899999999", "ผู้แจ้งลับ"]
    _heard("นี่คือเรื่องของ " + canaries[0])
    file = make_attachment(CONVERSATION)
    with session_scope() as session:
        asked = AskedQuestion(question=canaries[0], outcome="unknown", score=0, choices=[])
        asked.conversation_id = CONVERSATION
        session.add(asked)
    request = _contract("open_case")["request"] | {
        "kind": "corruption",
        "detail": canaries[0],
        "contact": canaries[1],
        "name": canaries[2],
        "anonymous": True,
        "attachment_ids": [file.id],
    }
    answer = internal.post("/internal/cases", json=request).json()
    with session_scope() as session:
        case = session.scalars(select(Case)).one()
        assert case.conversation_id is None
        assert (case.received_at.minute, case.counted_from_at.minute) == (0, 0)
        assert session.scalars(select(Complainant)).all() == []
        attachment = session.get_one(Attachment, file.id)
        assert (attachment.conversation_id, attachment.message_id) == (None, None)
        heard = session.scalars(select(Message).filter_by(direction=Direction.incoming)).one()
        assert (heard.text, heard.payload, heard.raw) == (None, None, None)
        assert session.scalars(select(AskedQuestion)).one().conversation_id is None
        confirmation = session.scalars(select(Message).filter_by(author=Author.system)).one()
        assert confirmation.short_lived
        assert answer["number"] in (confirmation.text or "")
    status = {k: request[k] for k in ("conversation_id",)} | {
        "number": answer["number"],
        "receipt_code": answer["receipt_code"],
    }
    assert internal.post("/internal/cases/status", json=status).json()["found"] is True
    secrets = [*canaries, answer["receipt_code"], answer["receipt_code"].replace("-", "")]
    stored = _bytes_of(database, tmp_path)
    assert case.number.encode() in stored
    assert [secret for secret in secrets if secret.encode() in stored] == []


def test_following_an_anonymous_case_leaves_no_trace_either(internal: TestClient) -> None:
    filed = file_case(CONVERSATION, anonymous=True)
    elsewhere = make_conversation().id
    _heard(f"เลขที่ {filed.case.number}", elsewhere)
    _heard(filed.receipt_code, elsewhere, answered=False)
    assert _ask(internal, elsewhere, filed.case.number, filed.receipt_code).json()["found"] is True
    with session_scope() as session:
        rows = select(Message).filter_by(conversation_id=elsewhere).order_by(Message.id)
        number, code = session.scalars(rows)
    assert number.text is None
    # The one being answered goes as soon as that is done; so does the answer to it.
    assert code.short_lived


def test_a_named_case_before_keeps_its_words_when_an_anonymous_one_follows(
    internal: TestClient,
) -> None:
    _heard("เรื่องแรก")
    first = internal.post("/internal/cases", json=_contract("open_case")["request"]).json()
    _heard("เรื่องลับ")
    request = _contract("open_case")["request"]
    request |= {"request_id": str(uuid4()), "anonymous": True}
    internal.post("/internal/cases", json=request)
    with session_scope() as session:
        texts = session.scalars(select(Message.text).order_by(Message.id)).all()
    assert texts[0] == "เรื่องแรก"
    assert first["number"] in (texts[1] or "")
    assert texts[2] is None


def test_a_wrong_code_and_an_unknown_number_are_answered_alike(internal: TestClient) -> None:
    filed = file_case(CONVERSATION)
    stranger = make_conversation().id
    answers = [
        _ask(internal, stranger, number, code).json()
        for number, code in [
            (filed.case.number, "0000-0000-0000-0000"),
            ("2570-999999-4", filed.receipt_code),
            ("nonsense", filed.receipt_code),
            (filed.case.number, ""),
            ("", ""),
        ]
    ]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["found"] is False


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{0[0]}{0[1]}{0[2]}{0[3]} {1} {0[12]}"])
def test_numbers_and_codes_are_read_as_people_type_them(internal: TestClient, typed: str) -> None:
    filed = file_case(CONVERSATION)
    number = typed.format(filed.case.number, filed.case.number[5:11])
    thai = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
    code = filed.receipt_code.replace("-", " ").translate(thai)
    assert _ask(internal, CONVERSATION, number, code).json()["found"] is True


@pytest.mark.parametrize("exists", [True, False])
def test_a_conversation_must_wait_when_it_guesses_too_often(
    internal: TestClient, monkeypatch: pytest.MonkeyPatch, exists: bool
) -> None:
    filed = file_case(CONVERSATION)
    number = filed.case.number if exists else "2570-999999-4"
    guesser = make_conversation().id
    statuses = [
        _ask(internal, guesser, number, f"{n:016}").status_code
        for n in range(codes.TRIES_OF_A_CONVERSATION + 2)
    ]
    assert statuses == [200] * codes.TRIES_OF_A_CONVERSATION + [429, 429]
    # Not even the right code helps then, and the count outlives the process: it is a row.
    assert _ask(internal, guesser, filed.case.number, filed.receipt_code).status_code == 429
    assert _count(WrongCodeTries) == 2
    later = clock.now() + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert _ask(internal, guesser, filed.case.number, filed.receipt_code).json()["found"] is True


@pytest.mark.parametrize("exists", [True, False])
def test_a_number_is_closed_to_strangers_when_many_guess_at_it(
    internal: TestClient, exists: bool
) -> None:
    filed = file_case(CONVERSATION)
    number = filed.case.number if exists else "2570-999999-4"
    statuses = [
        _ask(internal, make_conversation().id, number, f"{n:016}").status_code
        for n in range(codes.TRIES_AT_A_NUMBER + 1)
    ]
    assert statuses == [200] * codes.TRIES_AT_A_NUMBER + [429]
    # The one who filed it is no stranger.
    assert _ask(internal, CONVERSATION, filed.case.number, filed.receipt_code).status_code == 200


def test_guesses_at_once_do_not_slip_through(internal: TestClient) -> None:
    filed = file_case(CONVERSATION)
    guesser = make_conversation().id
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda n: _ask(internal, guesser, filed.case.number, f"{n:016}"),
                range(codes.TRIES_OF_A_CONVERSATION + 10),
            )
        )
    right = [answer for answer in answers if answer.status_code == 200]
    assert len(right) == codes.TRIES_OF_A_CONVERSATION


def test_right_codes_are_never_counted(internal: TestClient) -> None:
    filed = file_case(CONVERSATION)
    stranger = make_conversation().id
    for _ in range(codes.TRIES_OF_A_CONVERSATION + 5):
        answer = _ask(internal, stranger, filed.case.number, filed.receipt_code)
        assert answer.status_code == 200


def test_no_count_of_wrong_codes_names_a_person_or_a_case(internal: TestClient) -> None:
    filed = file_case(CONVERSATION)
    guesser = make_conversation().id
    _ask(internal, guesser, filed.case.number, "0")
    with session_scope() as session:
        keys = session.scalars(select(WrongCodeTries.key)).all()
    assert len(keys) == 2
    assert all(guesser not in key and filed.case.number not in key for key in keys)


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
    request = _contract("add_information")["request"] | {"receipt_code": filed.receipt_code}
    assert internal.post("/internal/cases/information", json=request).status_code == 200
    with session_scope() as session:
        case = session.get_one(Case, filed.case.id)
    assert case.state == CaseState.forwarded
    # 21 December and seven days.
    assert clock.thai_date(clock.bangkok(case.answer_by).date()) == "จันทร์ 28 ธันวาคม 2569"
    assert case.due_at == case.answer_by


def test_withdrawing_ends_a_case(internal: TestClient) -> None:
    filed = file_case(CONVERSATION)
    request = _contract("withdraw_case")["request"] | {"receipt_code": filed.receipt_code}
    internal.post("/internal/cases/withdrawal", json=request)
    with session_scope() as session:
        case = session.get_one(Case, filed.case.id)
    assert (case.state, case.closed_at) == (CaseState.withdrawn, FRIDAY_MORNING)
    status = _ask(internal, CONVERSATION, case.number, filed.receipt_code).json()
    assert (status["state"], status["state_name"]) == ("withdrawn", "ถอนเรื่องแล้ว")


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


def _contract(name: str) -> dict[str, Any]:
    return json.loads((CONTRACT / f"{name}.json").read_text(encoding="utf-8"))


def _ask(internal: TestClient, conversation_id: str, number: str, code: str) -> Any:
    request = {"conversation_id": conversation_id, "number": number, "receipt_code": code}
    return internal.post("/internal/cases/status", json=request)


def _said() -> list[Message]:
    with session_scope() as session:
        wanted = select(Message).filter_by(direction=Direction.outgoing).order_by(Message.id)
        return list(session.scalars(wanted))


def _heard(text: str, conversation_id: str = CONVERSATION, answered: bool = True) -> None:
    with session_scope() as session:
        session.add(
            Message(
                conversation_id=conversation_id,
                channel=Channel.web,
                direction=Direction.incoming,
                author=Author.citizen,
                kind="text",
                external_id=str(uuid4()),
                text=text,
                raw={"text": text},
                created_at=datetime.now(UTC),
                answered_at=datetime.now(UTC) if answered else None,
            )
        )


def _count(model: type) -> int:
    with session_scope() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def _bytes_of(database: Engine, tmp_path: Path) -> bytes:
    """Everything the database holds, as a thief of its disk would read it."""
    if database.dialect.name == "sqlite":
        return b"".join(path.read_bytes() for path in tmp_path.glob("test.db*"))
    from psycopg import sql

    dump = b""
    raw = database.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            query = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
            with cursor.copy(query) as rows:
                dump += b"".join(bytes(row) for row in rows)
    finally:
        raw.close()
    return dump
