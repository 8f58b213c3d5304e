"""What citizens and strangers send is only ever text; a refusal is a Thai page, never a fault."""

from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

from api.cases.models import CaseEvent
from api.conversations.models import Channel, Conversation
from api.database import session_scope
from api.staff import Role
from tests.api.office import (
    add_message,
    as_staff,
    csrf_of,
    make_case,
    make_failed_message,
    make_file,
    make_staff,
    make_talk,
)

PAYLOADS = [
    "<script>alert(1)</script>",
    "</p></section><script src=//evil.example></script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    '" onmouseover="alert(1)',
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<!--<script>",
    "{{ 7 * 7 }}{% raw %}{{ staff.password_hash }}",
    "javascript:alert(1)",
    "<style>*{display:none}</style>",
    "<base href=//evil.example>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u202egnp.exe\u2066",
    "﻿<ScRiPt>alert(1)</sCrIpT>",
]
ALLOWED = {
    "a", "b", "body", "br", "button", "caption", "dd", "div", "dl", "dt", "form", "h1", "h2",
    "head", "header", "html", "input", "label", "li", "link", "main", "meta", "nav", "ol",
    "option", "p", "section", "select", "small", "span", "strong", "table", "tbody", "td",
    "textarea", "th", "thead", "time", "title", "tr", "ul",
}  # fmt: skip


def test_words_of_a_citizen_are_text_wherever_they_stand(officer):
    for number, payload in enumerate(PAYLOADS, 1):
        talk = store_everywhere(number, payload)
        for address, least in (
            ("/console/cases", 3),
            (f"/console/cases/2570-{number:06}-0", 12),
            (f"/console/chats/{talk.id}", 3),
            ("/console/undelivered", 1),
        ):
            page = Page(officer.get(address).text)
            assert page.shown.count(payload) >= least, (address, payload)
            assert page.tags <= ALLOWED, (address, payload)
            assert page.handlers == [], (address, payload)


def store_everywhere(number: int, payload: str) -> Conversation:
    """A case, its talk, file, event and failed message, all of the same words."""
    talk = make_talk(payload, payload, waiting=True, channel=Channel.line)
    case = make_case(
        number,
        conversation_id=talk.id,
        agency=payload,
        unit=payload,
        unit_because=payload,
        topic=payload[:40],
        detail=payload,
        happened_at=payload,
        place=payload,
        due_because=[payload] * 3,
        complainant_name=payload,
    )
    make_file(talk, case, f"{payload}.png")
    make_failed_message(talk, payload)
    with session_scope() as session:
        session.add(CaseEvent(case_id=case.id, verb=payload[:30], actor=payload[:20], note=payload))
        add_message(session, talk, payload, kind=payload[:20])
    return talk


def test_words_in_an_address_or_a_form_are_text_when_they_come_back(officer):
    talk = make_talk("สวัสดี", waiting=True)
    make_case(1)
    csrf = csrf_of(officer.get("/console/chats").text)
    form = {"csrf": csrf, "request_id": "5b8c1f2e-7f3d-4d0a-9a53-3b1c7e0f4a11"}

    for payload in PAYLOADS:
        for answer in (
            officer.get("/console/cases", params={"unit": payload, "state": payload}),
            officer.get("/console/cases", params={"after": payload}),
            officer.get(f"/console/{payload}"),
            officer.get(f"/{payload}"),
            officer.get("/console/login", params={"next": payload}),
            officer.post(
                f"/console/chats/{talk.id}/replies", data={**form, "text": payload + "ก" * 2001}
            ),
            officer.post("/console/login", data={"login": payload[:60], "password": payload}),
        ):
            assert answer.status_code < 500, (answer.url, payload)
            page = Page(answer.text)
            assert page.tags <= ALLOWED, (answer.url, payload)
            assert page.handlers == [], (answer.url, payload)


def test_no_page_may_run_a_script_or_stand_in_a_frame(officer):
    make_case(1)
    for address in ("/console/cases", "/console/cases/2570-000001-0", "/console/nothing"):
        answer = officer.get(address)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "<script" not in answer.text
        assert "style=" not in answer.text


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/console/nothing", 404),
        ("GET", "/console/cases/", 404),
        ("GET", "/console/cases/2570-999999-9", 404),
        ("GET", "/console/cases/%00", (404, 422)),
        ("GET", "/console/cases/%ff%fe", 404),
        ("GET", "/console/cases/" + "9" * 3000, 404),
        ("GET", "/console/cases/..%2f..%2fetc%2fpasswd", 404),
        ("GET", "/console/cases?unit=%00", (200, 422)),
        ("GET", "/console/files/%00", (404, 422)),
        ("GET", "/console/files/..%2f..%2f.env", 404),
        ("GET", "/console/chats/%00", (404, 422)),
        ("GET", "/console/chats/x/replies", 404),
        ("POST", "/console/cases", 405),
        ("DELETE", "/console/cases", 405),
        ("POST", "/console/logout", 403),
    ],
)
def test_refusal_is_a_thai_page_for_people_and_json_for_programs(officer, method, address, status):
    expected = (status,) if isinstance(status, int) else status

    page = officer.request(method, address)
    data = officer.request(method, address, headers={"Accept": "application/json"})

    assert page.status_code in expected
    assert page.headers["content-type"].startswith("text/html")
    assert '<html lang="th">' in page.text
    if page.status_code >= 400:
        assert data.headers["content-type"] == "application/json"
        assert "<h1>" in page.text
        assert "กลับหน้าแรก" in page.text


def test_refusal_is_a_thai_page_when_a_stranger_mistypes_a_public_address(client):
    answer = client.get("/nothing-here", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "ไม่พบหน้านี้" in answer.text
    assert client.get("/nothing-here").json() == {"detail": "Not Found"}


def test_unreadable_form_is_a_refusal_and_no_fault(officer):
    for content_type, body in (
        ("application/x-www-form-urlencoded", b"%ff%fe=%00&csrf=\xff"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("application/json", b'{"csrf": 1}'),
        ("text/plain", b"csrf"),
    ):
        for address in ("/console/logout", "/console/login"):
            answer = officer.post(address, content=body, headers={"Content-Type": content_type})
            assert 400 <= answer.status_code < 500


class Page(HTMLParser):
    """What a browser would make of a page: its elements, and the text people see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.shown = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            bad_link = name in ("href", "src", "action") and not (value or "").startswith(
                ("/", "#")
            )
            if name.startswith("on") or name == "style" or bad_link:
                self.handlers.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        self.shown += data


@pytest.fixture
def officer(client: TestClient) -> TestClient:
    return as_staff(client, make_staff(Role.grievance_officer))
