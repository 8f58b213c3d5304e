"""The chat widget's endpoints over HTTP: what is stored, what is refused, who sees what."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from api.channels import web_messages
from api.clock import now
from api.conversations import outbox, service
from api.conversations.models import Attachment, Author, Conversation, Message
from api.database import session_scope
from api.main import create_app
from api.settings import get_settings
from tests.api.line_office import wait_until

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


def test_a_message_is_stored_and_acknowledged(client: TestClient) -> None:
    answer = send(client, text="โทรร้องเรียนเบอร์อะไร")

    assert answer.status_code == 202
    assert answer.json()["text"] == "โทรร้องเรียนเบอร์อะไร"
    assert texts() == ["โทรร้องเรียนเบอร์อะไร"]


def test_the_cookie_is_a_secret_of_which_only_a_keyed_hash_is_stored(client: TestClient) -> None:
    answer = send(client, text="สวัสดี")

    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    secret = client.cookies["chat"]
    assert len(secret) == 43
    with session_scope(read_only=True) as session:
        conversation = session.scalars(select(Conversation)).one()
        assert conversation.address is None
        assert secret not in conversation.address_hash


def test_the_cookie_is_bound_to_the_host_when_the_service_is_reached_over_https(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECURE_COOKIES", "true")
    get_settings.cache_clear()
    answer = client.post("/chat/open")

    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-chat=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert answer.headers["strict-transport-security"]


def test_a_repeat_is_acknowledged_alike_and_stored_once(client: TestClient) -> None:
    first = send(client, "repeat-0001", text="สวัสดี")
    second = send(client, "repeat-0001", text="สวัสดี")

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    assert texts() == ["สวัสดี"]


def test_two_visitors_may_use_the_same_client_id(client: TestClient) -> None:
    send(client, "the-same-id", text="ของคนแรก")
    client.cookies.clear()
    send(client, "the-same-id", text="ของคนที่สอง")

    assert texts() == ["ของคนแรก", "ของคนที่สอง"]
    assert [message["text"] for message in read(client)["messages"]] == ["ของคนที่สอง"]


def test_a_visitor_sees_only_the_own_talk(client: TestClient) -> None:
    send(client, text="ความลับ")
    client.cookies.clear()
    assert read(client)["messages"] == []

    client.cookies.set("chat", "x" * 43)
    assert read(client)["messages"] == []
    client.cookies.set("chat", "ไม่ใช่".encode().hex())
    assert read(client)["messages"] == []


def test_opening_the_chat_stores_nothing_and_keeps_a_known_visitor(client: TestClient) -> None:
    client.post("/chat/open")
    secret = client.cookies["chat"]
    client.post("/chat/open")

    assert client.cookies["chat"] == secret
    assert count(Conversation) == 0


def test_leaving_makes_the_browser_forget_and_keeps_the_rows(client: TestClient) -> None:
    send(client, text="สวัสดี")
    client.post("/chat/leave")

    assert "chat" not in client.cookies
    assert texts() == ["สวัสดี"]


@pytest.mark.parametrize(
    ("sent", "status", "told"),
    [
        ({"text": ""}, 422, "ข้อความว่างเปล่า"),
        ({"text": " \n\t "}, 422, "ข้อความว่างเปล่า"),
        ({"text": "\x00\x07\u200b\u202e"}, 422, "ข้อความว่างเปล่า"),
        ({}, 422, "ข้อความว่างเปล่า"),
        ({"text": "ก" * 5001}, 422, "5,000 ตัวอักษร"),
        ({"text": 7}, 422, "ไม่ถูกต้อง"),
        ({"text": ["สวัสดี"]}, 422, "ไม่ถูกต้อง"),
        ({"text": "สวัสดี", "payload": {"a": 1}}, 422, "ไม่ถูกต้อง"),
        ({"text": "สวัสดี", "client_id": None}, 422, "ไม่ถูกต้อง"),
        ({"text": "สวัสดี", "client_id": "x" * 37}, 422, "ไม่ถูกต้อง"),
        ({"text": "สวัสดี", "client_id": "a:b' OR 1"}, 422, "ไม่ถูกต้อง"),
        ({"text": "", "payload": "/affirm"}, 422, "ปุ่มนี้ใช้ไม่ได้แล้ว"),
        ({"payload": "/" + "a" * 5000}, 422, "ปุ่มนี้ใช้ไม่ได้แล้ว"),
    ],
)
def test_a_bad_message_is_refused_with_a_sentence_and_stores_nothing(
    client: TestClient, sent: dict[str, Any], status: int, told: str
) -> None:
    answer = client.post("/chat/messages", json={"client_id": "some-id-1", **sent})

    assert answer.status_code == status
    assert told in answer.json()["detail"]
    assert count(Message) == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"\xff\xfe\x00",
        "สวัสดี".encode("tis-620"),
        b"[" * 50_000,
        b'{"client_id": "some-id-1", "text": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_body_that_is_not_ours_is_refused_and_stores_nothing(
    client: TestClient, body: bytes
) -> None:
    answer = client.post("/chat/messages", content=body)

    assert answer.status_code in (400, 422)
    assert "กรุณา" in answer.json()["detail"]
    assert count(Message) == 0


def test_a_huge_body_is_refused_whether_or_not_its_length_is_declared(client: TestClient) -> None:
    def in_pieces() -> Any:
        for _ in range(100):
            yield b" " * 10_000

    assert client.post("/chat/messages", content=b" " * 200_000).status_code == 413
    assert client.post("/chat/messages", content=in_pieces()).status_code == 413


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ('"👍🏽👨‍👩‍👧"', "👍🏽👨‍👩‍👧"),
        (r'"ก\u0000ข\u0007ค"', "กขค"),
        (r'"\ud800สวัสดี\udfff"', "สวัสดี"),
        (r'"ก\r\nข"', "ก\nข"),
        ('"<script>alert(1)</script>"', "<script>alert(1)</script>"),
        ('"\'; DROP TABLE messages; --"', "'; DROP TABLE messages; --"),
        ('"/withdraw_case"', "/withdraw_case"),
        ('"' + "ก" * 5000 + '"', "ก" * 5000),
    ],
    ids=["emoji", "control", "surrogates", "lines", "html", "sql", "payload", "longest"],
)
def test_strange_text_is_cleaned_and_kept_as_text(
    client: TestClient, sent: str, stored: str
) -> None:
    body = f'{{"client_id": "some-id-1", "text": {sent}}}'
    answer = client.post("/chat/messages", content=body.encode())

    assert answer.status_code == 202
    with session_scope(read_only=True) as session:
        message = session.scalars(select(Message).where(Message.author == Author.citizen)).one()
        assert (message.text, message.payload, message.kind) == (stored, None, "text")


def test_a_button_counts_only_when_it_was_offered_in_this_talk(client: TestClient) -> None:
    send(client, text="แจ้งเรื่อง")
    offer(client, [{"title": "ยินยอม", "payload": "/affirm"}])

    pressed = send(client, text="ข้ออ้างอื่น", payload="/affirm")
    invented = send(client, text="ถอนเรื่อง", payload="/withdraw_case")
    client.cookies.clear()
    of_another = send(client, text="ยินยอม", payload="/affirm")

    assert (pressed.json()["text"], pressed.json()["payload"]) == ("ยินยอม", "/affirm")
    assert (invented.json()["text"], invented.json()["payload"]) == ("ถอนเรื่อง", None)
    assert (of_another.json()["text"], of_another.json()["payload"]) == ("ยินยอม", None)


def test_a_file_is_stored_once_and_shown_by_its_name(client: TestClient) -> None:
    first = send_file(client, "หลักฐาน.png", PICTURE)
    second = send_file(client, "หลักฐาน.png", PICTURE)

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["file"] == {"name": "หลักฐาน.png", "size": len(PICTURE)}
    assert first.json() == second.json()
    assert count(Attachment) == 1
    assert read(client)["messages"][0]["file"]["name"] == "หลักฐาน.png"


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("a.png", b"", 422),
        ("a.png", b"MZ\x90\x00", 415),
        ("a.exe", PICTURE, 415),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 415),
        ("a.html", b"<html><script>alert(1)</script>", 415),
    ],
)
def test_a_file_of_a_wrong_kind_is_refused_and_stores_nothing(
    client: TestClient, name: str, content: bytes, status: int
) -> None:
    answer = send_file(client, name, content)

    assert answer.status_code == status
    assert "กรุณา" in answer.json()["detail"]
    assert count(Message) == count(Attachment) == 0


def test_a_file_over_the_limit_is_refused_and_stores_nothing(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_UPLOAD_BYTES", "50000")
    get_settings.cache_clear()

    for size in (50_001, 100_000, 400_000):
        answer = send_file(client, "a.png", PICTURE + b"0" * (size - len(PICTURE)))
        assert answer.status_code == 413
        assert "0.05 MB" in answer.json()["detail"]
    assert count(Message) == 0


@pytest.mark.parametrize(
    "form",
    [
        {"data": {"client_id": "some-id-1"}},
        {"files": {"file": ("a.png", PICTURE)}},
        {"files": {"file": ("a.png", PICTURE), "more": ("b.png", PICTURE)}},
        {"content": b"not a form", "headers": {"Content-Type": "multipart/form-data"}},
        {
            "content": b"--x\r\nrubbish",
            "headers": {"Content-Type": "multipart/form-data; boundary=x"},
        },
        {"content": PICTURE, "headers": {"Content-Type": "image/png"}},
    ],
    ids=["no file", "no id", "two files", "no boundary", "broken", "no form"],
)
def test_a_form_that_is_not_ours_is_refused_and_stores_nothing(
    client: TestClient, form: dict[str, Any]
) -> None:
    answer = client.post("/chat/files", **form)

    assert answer.status_code in (400, 422)
    assert "กรุณา" in answer.json()["detail"]
    assert count(Message) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:8000"},
    ],
)
@pytest.mark.parametrize("path", ["messages", "files", "open", "leave"])
def test_another_site_cannot_write_in_a_visitors_name(
    client: TestClient, headers: dict[str, str], path: str
) -> None:
    answer = client.post(
        f"/chat/{path}", json={"client_id": "some-id-1", "text": "ปลอม"}, headers=headers
    )

    assert answer.status_code == 403
    assert count(Message) == 0


def test_our_own_page_may_write(client: TestClient) -> None:
    headers = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}
    answer = client.post(
        "/chat/messages", json={"client_id": "some-id-1", "text": "สวัสดี"}, headers=headers
    )

    assert answer.status_code == 202


def test_a_flood_is_slowed_with_a_sentence_and_others_are_not(client: TestClient) -> None:
    answers = [send(client, f"flood-{n:04}", text="ท่วม") for n in range(31)]
    assert [answer.status_code for answer in answers] == [202] * 30 + [429]
    assert "กรุณารอ" in answers[-1].json()["detail"]
    assert int(answers[-1].headers["retry-after"]) > 0

    client.cookies.clear()
    assert send(client, text="คนอื่น").status_code == 202


def test_reading_goes_on_from_the_bookmark(client: TestClient) -> None:
    send(client, "first-0001", text="หนึ่ง")
    first = read(client)
    send(client, "second-001", text="สอง")
    second = read(client, after=first["after"])

    assert own_texts(first) == ["หนึ่ง"]
    # What is only seconds old comes again; the browser knows it by its id.
    assert own_texts(second) == ["หนึ่ง", "สอง"]


def test_what_is_settled_is_not_sent_again(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_messages, "_SETTLED_AFTER", timedelta(0))
    send(client, "first-0001", text="หนึ่ง")
    settle(client)
    first = read(client)
    send(client, "second-001", text="สอง")

    assert own_texts(read(client, after=first["after"])) == ["สอง"]


@pytest.mark.parametrize("after", ["x", "1.2.3.4", "-1", "1.", "๑", "9" * 51])
def test_a_wrong_bookmark_is_refused(client: TestClient, after: str) -> None:
    assert client.get("/chat/messages", params={"after": after}).status_code == 422


def test_a_waiting_browser_hears_at_once_what_the_office_says(client: TestClient) -> None:
    send(client, text="สวัสดี")
    settle(client)
    after = read(client)["after"]
    talk, took = while_waiting(client, after, lambda: offer(client, [], "คำตอบของเจ้าหน้าที่"))

    assert [message["text"] for message in talk["messages"]][-1] == "คำตอบของเจ้าหน้าที่"
    assert talk["messages"][-1]["from"] == "staff"
    assert took < 2


def test_a_waiting_browser_gets_an_empty_answer_when_nothing_happens(client: TestClient) -> None:
    send(client, text="สวัสดี")
    settle(client)
    after = read(client)["after"]
    talk = client.get("/chat/messages", params={"after": after, "wait": 1}).json()

    assert talk["after"].split(".")[1:] == after.split(".")[1:]
    assert talk["again_in"] == 0


def test_a_tab_too_many_is_told_to_come_back_instead_of_waiting(client: TestClient) -> None:
    send(client, text="สวัสดี")
    settle(client)
    after = read(client)["after"]
    tabs = [
        threading.Thread(
            target=client.get,
            args=("/chat/messages",),
            kwargs={"params": {"after": after, "wait": 2}},
        )
        for _ in range(4)
    ]
    for tab in tabs:
        tab.start()
    wait_until(lambda: client.app.state.web_waits.total() == 4)  # type: ignore[attr-defined]
    talk = client.get("/chat/messages", params={"after": after, "wait": 2}).json()
    for tab in tabs:
        tab.join()

    assert talk["again_in"] > 0


def test_erased_words_are_not_shown_again(client: TestClient) -> None:
    send(client, text="ผู้แจ้งไม่ประสงค์ออกนาม")
    settle(client)
    with session_scope() as session:
        conversation = session.scalars(select(Conversation)).one()
        session.scalars(
            select(Message).where(Message.author == Author.citizen)
        ).one().answered_at = now()
        service.erase_words(session, conversation.id, conversation.created_at)

    own = read(client)["messages"][0]
    assert (own["text"], own["erased"]) == (None, True)


def test_the_page_shows_the_offices_own_data_under_strict_rules(client: TestClient) -> None:
    page = client.get("/")

    assert page.status_code == 200
    assert "สำนักงานปลัดกระทรวงการคลัง" in page.text
    assert "set-cookie" not in page.headers
    rules = page.headers["content-security-policy"]
    assert "default-src 'none'" in rules
    assert "unsafe" not in rules
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "style=" not in page.text
    assert "onclick" not in page.text


@pytest.mark.parametrize(
    "path", ["/chat/messages", "/console/login", "/nowhere", "/static/widget.js"]
)
def test_every_answer_carries_the_rules(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    expected = "no-cache" if "static" in path else None if path == "/nowhere" else "no-store"
    assert answer.headers.get("cache-control") == expected


def test_a_wrong_agency_file_stops_the_start_and_names_the_line(
    database: object, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    knowledge = get_settings().knowledge_dir
    for file in knowledge.glob("*"):
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    text = (knowledge / "agency.yml").read_text(encoding="utf-8")
    (tmp_path / "agency.yml").write_text(
        text.replace("short_name:", "shrt_name:"), encoding="utf-8"
    )
    monkeypatch.setenv("KNOWLEDGE_DIR", str(tmp_path))
    get_settings.cache_clear()

    with pytest.raises(Exception, match=r"agency\.yml:\d+: shrt_name"), TestClient(create_app()):
        pass


def send(client: TestClient, client_id: str = "some-id-1", **message: Any) -> httpx.Response:
    if client_id == "some-id-1":
        client_id = f"id-{time.monotonic_ns()}"
    return client.post("/chat/messages", json={"client_id": client_id, **message})


def send_file(client: TestClient, name: str, content: bytes) -> httpx.Response:
    return client.post(
        "/chat/files", data={"client_id": "file-id-1"}, files={"file": (name, content)}
    )


def read(client: TestClient, after: str = "0") -> dict[str, Any]:
    return client.get("/chat/messages", params={"after": after}).json()


def offer(client: TestClient, buttons: list[dict[str, str]], text: str = "เลือก") -> None:
    with session_scope() as session:
        conversation = session.scalars(select(Conversation)).one()
        outbox.queue(session, conversation.id, text, buttons, Author.staff)


def own_texts(talk: dict[str, Any]) -> list[str]:
    return [message["text"] for message in talk["messages"] if message["from"] == "you"]


def texts() -> list[str | None]:
    with session_scope(read_only=True) as session:
        rows = session.scalars(select(Message).where(Message.author == Author.citizen))
        return [message.text for message in sorted(rows, key=lambda message: message.id)]


def count(table: Any) -> int:
    with session_scope(read_only=True) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def settle(client: TestClient) -> None:
    """Until the service has admitted that there is no bot: then nothing happens by itself."""
    wait_until(lambda: any(row["from"] == "office" for row in read(client)["messages"]))


def while_waiting(
    client: TestClient, after: str, happens: Callable[[], None]
) -> tuple[dict[str, Any], float]:
    """What a waiting browser gets, and how long after it happened."""
    got: list[dict[str, Any]] = []

    def wait() -> None:
        got.append(client.get("/chat/messages", params={"after": after, "wait": 20}).json())

    browser = threading.Thread(target=wait)
    browser.start()
    wait_until(lambda: client.app.state.web_waits.total() == 1)  # type: ignore[attr-defined]
    happened = time.monotonic()
    happens()
    browser.join()
    return got[0], time.monotonic() - happened
