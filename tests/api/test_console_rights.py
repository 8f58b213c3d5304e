"""Who may open what: role by page, confidential cases, and the log of who looked."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.conversations.models import Channel
from api.database import session_scope
from api.errors import Unavailable
from api.staff import AccessLog, Role, Staff
from tests.api.factories import ANTI_CORRUPTION_CENTRE
from tests.api.office import (
    as_staff,
    csrf_of,
    make_case,
    make_failed_message,
    make_file,
    make_staff,
    make_talk,
)

OFFICERS = {Role.grievance_officer, Role.supervisor}
CASE_PAGE = "/console/cases/2570-000001-0"

# page -> the roles that see it; everybody else is refused. None stands for "not signed in".
PAGES = {
    "/console/cases": OFFICERS | {Role.unit_officer, Role.anti_corruption, Role.executive},
    CASE_PAGE: OFFICERS | {Role.unit_officer, Role.executive},
    "/console/files/{case_file}": OFFICERS | {Role.unit_officer},
    "/console/files/{chat_file}": OFFICERS,
    "/console/chats": OFFICERS | {Role.anti_corruption, Role.executive},
    "/console/chats/{chat}": OFFICERS,
    "/console/undelivered": OFFICERS | {Role.anti_corruption, Role.executive},
    "/console/cases/2570-000002-0": {Role.anti_corruption},
    "/console/files/{secret_file}": {Role.anti_corruption},
    "/console/chats/{secret_chat}": {Role.anti_corruption},
    # A report about the anti-corruption centre is for the one above it.
    "/console/cases/2570-000003-0": {Role.executive},
    "/console/files/{centre_file}": {Role.executive},
    "/console/chats/{centre_chat}": {Role.executive},
}


@pytest.mark.parametrize("role", [*Role, None])
def test_page_opens_only_when_the_role_may_see_it(client, office, role):
    as_role(client, role)

    for page, roles in PAGES.items():
        answer = client.get(page.format(**office), follow_redirects=False)
        if role is None:
            assert answer.headers["location"].startswith("/console/login?next="), page
        elif role in roles:
            assert answer.status_code == 200, page
        else:
            assert answer.status_code in (403, 404), page
            assert "ความลับ" not in answer.text


@pytest.mark.parametrize("role", [*Role, None])
def test_chat_is_answered_or_closed_only_when_the_role_may_see_it(client, office, role):
    as_role(client, role)
    csrf = "" if role is None else csrf_of(client.get("/console").text)
    form = {"csrf": csrf, "request_id": "5b8c1f2e-7f3d-4d0a-9a53-3b1c7e0f4a11", "text": "ค่ะ"}

    for chat, allowed in (
        ("chat", OFFICERS),
        ("secret_chat", {Role.anti_corruption}),
        ("centre_chat", {Role.executive}),
    ):
        for action in ("replies", "done"):
            answer = client.post(
                f"/console/chats/{office[chat]}/{action}", data=form, follow_redirects=False
            )
            if role in allowed:
                assert answer.headers["location"].startswith("/console/chats")
            elif role is None:
                assert answer.headers["location"] == "/console/login"
            else:
                assert answer.status_code in (403, 404)


@pytest.mark.parametrize("role", [*sorted(OFFICERS), Role.unit_officer, Role.executive])
def test_confidential_case_leaves_no_trace_for_others(client, office, role):
    as_role(client, role)

    pages = [
        client.get(address).text
        for address in (
            "/console/cases",
            "/console/cases?kind=corruption",
            f"/console/cases?unit={ANTI_CORRUPTION_CENTRE}",
            "/console/cases?overdue=yes",
            "/console/chats",
            "/console/undelivered",
        )
    ]

    for page in pages:
        assert "2570-000002-0" not in page
        assert office["secret_chat"] not in page
        assert "ความลับ" not in page
    own = 2 if role == Role.executive else 1
    assert f"<b>{own}</b> เรื่อง" in pages[0]
    if role != Role.executive:
        assert f'<option value="{ANTI_CORRUPTION_CENTRE}"' not in pages[0]
        assert "<b>0</b> เรื่อง" in pages[1]
    # An executive sees the chat about the centre, an officer the ordinary one.
    if role != Role.unit_officer:
        assert "<b>1</b> แชท" in pages[4]
        failed = 0 if role == Role.executive else 1
        assert f"<b>{failed}</b> ข้อความ" in pages[5]


def test_refusal_is_the_same_when_a_case_is_confidential_and_when_there_is_none(client, office):
    as_role(client, Role.supervisor)
    for hidden, missing in (
        ("/console/cases/2570-000002-0", "/console/cases/2570-999999-0"),
        ("/console/files/{secret_file}", "/console/files/5b8c1f2e-7f3d-4d0a-9a53-3b1c7e0f4a11"),
        ("/console/chats/{secret_chat}", "/console/chats/5b8c1f2e-7f3d-4d0a-9a53-3b1c7e0f4a11"),
    ):
        answers = [client.get(address.format(**office)) for address in (hidden, missing)]
        assert answers[0].status_code == answers[1].status_code == 404
        assert answers[0].text == answers[1].text.replace(missing, hidden)


def test_conversation_is_not_shown_when_a_confidential_report_was_filed_in_it_too(client):
    talk = make_talk("ธนาคารไม่ตอบ", "ความลับ: เจ้าหน้าที่เรียกเงิน", waiting=True)
    open_case = make_case(1, conversation_id=talk.id)
    make_case(2, conversation_id=talk.id, confidential=True, kind="corruption")
    chat_file = make_file(talk)
    make_file(talk, open_case, "สัญญา.png")
    as_staff(client, make_staff(Role.grievance_officer))

    page = client.get(CASE_PAGE)

    assert page.status_code == 200
    assert "สัญญา.png" in page.text
    assert "ความลับ" not in page.text
    assert client.get(f"/console/files/{chat_file.id}").status_code == 404
    assert client.get(f"/console/chats/{talk.id}").status_code == 404
    # The centre, whose report it is, answers the person.
    as_staff(client, make_staff(Role.anti_corruption))
    assert "ความลับ" in client.get(f"/console/chats/{talk.id}").text


def test_conversation_is_not_shown_to_a_unit_when_it_also_holds_another_unit_s_case(client):
    talk = make_talk("เรื่องของกรมธนารักษ์")
    make_case(1, conversation_id=talk.id, unit="ธนาคารออมสิน")
    make_case(2, conversation_id=talk.id, unit="กรมธนารักษ์")
    as_role(client, Role.unit_officer)
    assert "เรื่องของกรมธนารักษ์" not in client.get(CASE_PAGE).text

    as_role(client, Role.supervisor)
    assert "เรื่องของกรมธนารักษ์" in client.get(CASE_PAGE).text


def test_executive_reads_how_a_case_stands_and_not_who_brought_it(client, office):
    as_role(client, Role.executive)
    page = client.get(CASE_PAGE).text

    assert "ธนาคารไม่ยอมปรับโครงสร้างหนี้ให้" in page
    for personal in ("สมใจ ตัวอย่าง", "0812345678", "คำของผู้ร้อง", "หลักฐาน.png"):
        assert personal not in page


def test_unit_officer_sees_only_the_cases_of_the_unit(client, office):
    make_case(4, unit="กรมธนารักษ์")
    as_role(client, Role.unit_officer)

    page = client.get("/console/cases").text

    assert "2570-000001-0" in page
    assert "2570-000004-0" not in page
    assert client.get("/console/cases/2570-000004-0").status_code == 404


@pytest.mark.parametrize("role", [Role.editor, Role.administrator])
def test_home_says_so_when_a_role_has_no_page_yet(client, role):
    as_role(client, role)
    page = client.get("/console")
    assert page.status_code == 200
    assert "ยังไม่มีหน้างาน" in page.text
    assert "/console/cases" not in page.text


def test_every_look_at_personal_data_is_logged_when_it_is_shown(client, office):
    staff = as_role(client, Role.grievance_officer)
    client.get("/console/cases")
    client.get(CASE_PAGE)
    client.get("/console/chats/{chat}".format(**office))
    client.get("/console/files/{case_file}".format(**office))
    client.get("/console/cases/2570-000002-0")
    client.get("/console/files/{secret_file}".format(**office))

    with session_scope(read_only=True) as session:
        log = session.execute(
            select(AccessLog.staff_id, AccessLog.page, AccessLog.subject).order_by(AccessLog.id)
        ).all()
    assert log == [
        (staff.id, "case", "2570-000001-0"),
        (staff.id, "chat", office["chat"]),
        (staff.id, "file", office["case_file"]),
    ]


def test_look_is_logged_when_a_refused_reply_shows_the_chat_again(client, office):
    as_role(client, Role.grievance_officer)
    csrf = csrf_of(client.get("/console/chats").text)
    answer = client.post(
        "/console/chats/{chat}/replies".format(**office),
        data={"csrf": csrf, "request_id": "5b8c1f2e-7f3d-4d0a-9a53-3b1c7e0f4a11", "text": " "},
    )
    assert answer.status_code == 422
    with session_scope(read_only=True) as session:
        assert session.scalars(select(AccessLog.page)).all() == ["chat"]


def test_nothing_personal_is_shown_when_the_look_cannot_be_logged(client, office, monkeypatch):
    as_role(client, Role.grievance_officer)
    monkeypatch.setattr("api.console.access.AccessLog", broken_log)

    for page in (CASE_PAGE, "/console/chats/{chat}", "/console/files/{case_file}"):
        answer = client.get(page.format(**office))
        assert answer.status_code == 503
        assert "สมใจ" not in answer.text


def broken_log(**_: object) -> AccessLog:
    raise Unavailable


def as_role(client: TestClient, role: Role | None) -> Staff | None:
    if role is None:
        client.headers["Accept"] = "text/html"
        client.headers["Origin"] = "http://127.0.0.1:8000"
        return None
    unit = "สำนักบริหารกลาง" if role == Role.executive else "ธนาคารออมสิน"
    staff = make_staff(role, unit=unit)
    as_staff(client, staff)
    return staff


@pytest.fixture
def office(client: TestClient) -> dict[str, str]:
    """An ordinary case, a confidential one, one about the centre; a chat and a file of each."""
    case_talk = make_talk("คำของผู้ร้อง")
    case = make_case(1, conversation_id=case_talk.id)
    chat = make_talk("ขอคุยกับเจ้าหน้าที่", waiting=True, channel=Channel.line)
    make_failed_message(chat)
    secret_chat = make_talk("ความลับ", waiting=True, channel=Channel.line)
    make_failed_message(secret_chat)
    secret = make_case(
        2,
        conversation_id=secret_chat.id,
        confidential=True,
        kind="corruption",
        topic="corruption",
        unit=ANTI_CORRUPTION_CENTRE,
        agency="กรมศุลกากร",
        detail="ความลับ",
    )
    centre_chat = make_talk("ความลับ", waiting=True)
    centre = make_case(
        3,
        conversation_id=centre_chat.id,
        confidential=True,
        kind="corruption",
        topic="corruption",
        unit="สำนักบริหารกลาง",
        agency=ANTI_CORRUPTION_CENTRE,
        detail="ความลับ",
    )
    return {
        "chat": chat.id,
        "secret_chat": secret_chat.id,
        "centre_chat": centre_chat.id,
        "case_file": make_file(case_talk, case).id,
        "chat_file": make_file(chat).id,
        "secret_file": make_file(secret_chat, secret).id,
        "centre_file": make_file(centre_chat, centre).id,
    }
