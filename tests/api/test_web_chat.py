"""What a visitor sends is stored once, as text, in the own talk only."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.conversations.models import Attachment, Author, Conversation, Message
from api.database import session_scope
from api.settings import get_settings
from tests.api.web_visitor import PICTURE, count, offer, read, send, send_file, texts


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
