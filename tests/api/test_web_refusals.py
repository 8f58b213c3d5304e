"""What the chat refuses: always with a sentence, never storing a part of it."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.conversations.models import Attachment, Message
from api.settings import get_settings
from tests.api.web_visitor import PICTURE, count, send, send_file


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
