"""One case: all that its handler needs, and nothing that nobody may read."""

import re

import pytest
from fastapi.testclient import TestClient

from api.cases.models import CaseEvent, CaseKind
from api.clock import now
from api.conversations.models import Author, Direction
from api.database import session_scope
from api.staff import Role
from tests.api.office import (
    add_message,
    as_staff,
    counted_statements,
    make_case,
    make_file,
    make_staff,
    make_talk,
)


def test_case_shows_all_that_its_handler_needs_when_opened(officer):
    talk = make_talk("อยากร้องเรียนธนาคาร")
    case = make_case(
        1, conversation_id=talk.id, happened_at="เมื่อวาน", place="สาขาพญาไท", urgency="urgent"
    )
    make_file(talk, case, "สัญญา.png")
    with session_scope() as session:
        session.add(
            CaseEvent(
                case_id=case.id,
                verb="information_added",
                actor="citizen",
                note="มีเอกสารเพิ่ม",
            )
        )

    page = officer.get("/console/cases/2570-000001-0").text

    for expected in (
        "2570-000001-0",
        "หนี้สิน สินเชื่อ",
        "ธนาคารไม่ยอมปรับโครงสร้างหนี้ให้",
        "เมื่อวาน",
        "สาขาพญาไท",
        "ด่วน",
        "ธนาคารของรัฐที่ถูกกล่าวถึงเป็นผู้ตรวจสอบ",
        "ส่งต่อหน่วยงานภายใน 3 วันทำการ",
        "แจ้งความคืบหน้าครั้งแรกภายใน 7 วัน",
        "แจ้งผลภายใน 30 วันนับจากวันรับเรื่อง",
        "สมใจ ตัวอย่าง",
        "0812345678",
        "สัญญา.png",
        "อยากร้องเรียนธนาคาร",
        "ผู้ร้องเพิ่มข้อมูล",
        "มีเอกสารเพิ่ม",
    ):
        assert expected in page


def test_case_says_that_nobody_is_known_when_it_is_anonymous(officer):
    make_case(1, anonymous=True)
    page = officer.get("/console/cases/2570-000001-0").text
    assert "ไม่เปิดเผยชื่อ" in page
    assert "ไม่มีบทสนทนาที่แสดงได้" in page


@pytest.mark.parametrize(
    "code",
    [
        "4821-9037-5562-1184",
        "4821 9037 5562 1184",
        "4821903755621184",
        "4821 - 9037 - 5562 - 1184",
        "4821.9037_5562\n1184",
        "๔๘๒๑-๙๐๓๗-๕๕๖๒-๑๑๘๔",
    ],
)
def test_receipt_code_is_not_readable_when_the_conversation_holds_it(officer, code):
    talk = make_talk(f"ติดตามเรื่อง {code}")
    make_case(1, conversation_id=talk.id)
    with session_scope() as session:
        add_message(
            session,
            talk,
            f"รหัสลับสำหรับติดตาม {code} (จดไว้)",
            direction=Direction.outgoing,
            author=Author.system,
            external_id=None,
            sent_at=now(),
        )

    page = officer.get("/console/cases/2570-000001-0").text

    assert code not in page
    assert page.count("••••-••••-••••-••••") == 2
    assert "2570-000001-0" in page


def test_erased_words_stay_erased_when_the_conversation_is_shown(officer):
    talk = make_talk("คำแรก")
    make_case(1, conversation_id=talk.id)
    with session_scope() as session:
        add_message(session, talk, None, erased_at=now())
        add_message(session, talk, None, kind="sticker")

    page = officer.get("/console/cases/2570-000001-0").text

    assert "คำแรก" in page
    assert "ข้อความนี้ถูกลบแล้ว" in page
    assert "สติกเกอร์" in page


def test_older_messages_are_one_link_away_when_the_conversation_is_long(officer):
    talk = make_talk(*(f"ข้อความที่ {n}." for n in range(250)))
    make_case(1, conversation_id=talk.id)

    latest = officer.get("/console/cases/2570-000001-0").text
    older_address = re.search(r'href="(/console/cases/[^"]+before=\d+)"', latest)
    assert older_address
    older = officer.get(older_address[1]).text

    shown = [set(re.findall(r"ข้อความที่ (\d+)\.", page)) for page in (older, latest)]
    assert shown[0] == {str(n) for n in range(50)}
    assert shown[1] == {str(n) for n in range(50, 250)}


@pytest.mark.parametrize("before", ["0", "-1", "x", "9" * 30, "%00"])
def test_malformed_bookmark_is_a_refusal_and_no_fault(officer, before):
    make_case(1)
    answer = officer.get(f"/console/cases/2570-000001-0?before={before}")
    assert answer.status_code == 422
    assert "ข้อมูลที่ส่งมาไม่ถูกต้อง" in answer.text


def test_case_costs_the_same_number_of_queries_when_more_has_happened(officer):
    counts = []
    for number, size in ((1, 1), (2, 40)):
        talk = make_talk(*(f"ข้อความ {n}" for n in range(size)))
        case = make_case(number, conversation_id=talk.id)
        for _ in range(min(size, 5)):
            make_file(talk, case)
        with session_scope() as session:
            for n in range(size):
                session.add(
                    CaseEvent(case_id=case.id, verb="note_added", actor="system", note=str(n))
                )
        with counted_statements() as statements:
            officer.get(f"/console/cases/2570-{number:06}-0")
        counts.append(len(statements))

    assert 5 <= counts[0] == counts[1] <= 12


@pytest.fixture
def officer(client: TestClient) -> TestClient:
    """A signed-in grievance officer, and rows that no filter of these tests should catch."""
    make_case(999, confidential=True, kind=CaseKind.corruption, unit="ศูนย์อื่น")
    make_talk("เรื่องของคนอื่น", waiting=True)
    return as_staff(client, make_staff(Role.grievance_officer))
