"""Chats in which somebody waits: the list, a reply, done, and what did not arrive."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from api.clock import now
from api.conversations.models import Author, Channel, Conversation, Direction, Message
from api.database import session_scope
from api.staff import Role
from tests.api.office import (
    as_staff,
    csrf_of,
    make_failed_message,
    make_file,
    make_staff,
    make_talk,
)


def test_longest_waiting_chat_stands_first_when_listed(officer):
    short, long = make_talk("สั้น", waiting=True), make_talk("นาน", waiting=True)
    make_talk("ไม่ได้รอ")
    waiting_since(long, timedelta(hours=3, minutes=5))

    page = officer.get("/console/chats").text

    assert page.index(long.id) < page.index(short.id)
    assert "<b>2</b> แชท" in page
    assert "รอมาแล้ว 3 ชั่วโมง 5 นาที" in page
    assert "รอมาแล้ว 12 นาที" in page


def test_reply_is_queued_once_as_the_words_of_staff_when_the_form_is_sent_twice(officer):
    talk = make_talk("ขอคุยกับเจ้าหน้าที่", waiting=True, channel=Channel.line)
    form = reply_form(officer, talk, "สวัสดีค่ะ\r\nขอเลขที่เรื่องด้วยค่ะ")

    for _ in range(2):
        answer = officer.post(
            f"/console/chats/{talk.id}/replies", data=form, follow_redirects=False
        )
        assert answer.status_code == 303

    (message,) = replies(talk)
    assert message.text == "สวัสดีค่ะ\nขอเลขที่เรื่องด้วยค่ะ"
    assert message.direction == Direction.outgoing
    assert message.channel == Channel.line
    assert message.sent_at is None
    assert "ขอเลขที่เรื่องด้วยค่ะ" in officer.get(f"/console/chats/{talk.id}").text
    # The person still waits until the officer says that it is done.
    assert talk.id in officer.get("/console/chats").text


def test_second_reply_is_sent_as_well_when_it_says_the_same(officer):
    talk = make_talk("สวัสดี", waiting=True)
    for _ in range(2):
        form = reply_form(officer, talk, "รอสักครู่")
        officer.post(f"/console/chats/{talk.id}/replies", data=form)
    assert [message.text for message in replies(talk)] == ["รอสักครู่"] * 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "กรุณาพิมพ์ข้อความก่อน"),
        (" \r\n\t\u00a0", "กรุณาพิมพ์ข้อความก่อน"),
        ("\x00\x07", "กรุณาพิมพ์ข้อความก่อน"),
        ("ก" * 2001, "ยาวเกิน 2,000 ตัวอักษร"),
    ],
)
def test_reply_is_kept_in_the_box_and_not_sent_when_it_cannot_be(officer, text, told):
    talk = make_talk("สวัสดี", waiting=True)
    form = reply_form(officer, talk, text)

    answer = officer.post(f"/console/chats/{talk.id}/replies", data=form)

    assert answer.status_code == 422
    assert told in answer.text
    assert replies(talk) == []
    if len(text) > 2000:
        assert text in answer.text


def test_longest_reply_is_sent_when_line_ends_count_once(officer):
    talk = make_talk("สวัสดี", waiting=True)
    text = ("ก" * 99 + "\r\n") * 19 + "ก" * 100
    officer.post(f"/console/chats/{talk.id}/replies", data=reply_form(officer, talk, text))
    (message,) = replies(talk)
    assert len(message.text or "") == 2000


def test_form_is_refused_when_its_request_id_is_not_ours(officer):
    talk = make_talk("สวัสดี", waiting=True)
    form = reply_form(officer, talk, "ค่ะ")
    for request_id in ("", "x" * 500, "1 OR 1=1"):
        answer = officer.post(
            f"/console/chats/{talk.id}/replies", data={**form, "request_id": request_id}
        )
        assert answer.status_code == 422
        assert "ข้อมูลที่ส่งมาไม่ถูกต้อง" in answer.text
    assert replies(talk) == []


def test_chat_leaves_the_list_and_closes_when_it_is_done(officer):
    talk, other = make_talk("เสร็จ", waiting=True), make_talk("ยังรอ", waiting=True)
    csrf = csrf_of(officer.get("/console/chats").text)

    answer = officer.post(f"/console/chats/{talk.id}/done", data={"csrf": csrf})

    assert answer.status_code == 200
    assert "<b>1</b> แชท" in answer.text
    assert talk.id not in answer.text
    assert other.id in answer.text
    assert officer.get(f"/console/chats/{talk.id}").status_code == 404


def test_chat_nobody_waits_in_is_not_readable_although_its_address_is_known(officer):
    talk = make_talk("ส่วนตัว")
    answer = officer.get(f"/console/chats/{talk.id}")
    assert answer.status_code == 404
    assert "ส่วนตัว" not in answer.text


def test_failed_message_is_listed_with_its_reason_when_it_was_given_up(officer):
    talk = make_talk("สวัสดี", channel=Channel.line)
    make_failed_message(talk, "LINE 400: user blocked the account")
    make_failed_message(talk, "uncertain: the reply may have arrived")

    page = officer.get("/console/undelivered").text

    assert "<b>2</b> ข้อความ" in page
    assert "user blocked the account" in page
    assert "ไม่แน่ใจว่าถึงหรือไม่" in page
    # The words themselves are one step away, where the look is logged.
    assert "ข้อความที่ไปไม่ถึง" not in page
    assert "ข้อความที่ไปไม่ถึง" in officer.get(f"/console/chats/{talk.id}").text


def test_lists_say_so_when_there_is_nothing_to_do(officer):
    assert "ไม่มีใครรอเจ้าหน้าที่" in officer.get("/console/chats").text
    assert "ไม่มีข้อความที่ส่งไม่สำเร็จ" in officer.get("/console/undelivered").text
    assert "ยังไม่มีเรื่องที่ต้องดูแล" in officer.get("/console/cases").text


def test_file_comes_as_a_download_that_no_browser_opens(officer):
    talk = make_talk("ดูรูป", waiting=True)
    attachment = make_file(talk, name='รูป "บ้าน" 1.png')

    answer = officer.get(f"/console/files/{attachment.id}")

    assert answer.content.startswith(b"\x89PNG")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E0")
    assert '"' not in answer.headers["content-disposition"]
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


def reply_form(client: TestClient, talk: Conversation, text: str) -> dict[str, str]:
    """What the form on the page would send."""
    page = client.get(f"/console/chats/{talk.id}").text
    request_id = page.split('name="request_id" value="')[1].split('"')[0]
    return {"csrf": csrf_of(page), "request_id": request_id, "text": text}


def replies(talk: Conversation) -> list[Message]:
    with session_scope(read_only=True) as session:
        wanted = select(Message).where(
            Message.conversation_id == talk.id, Message.author == Author.staff
        )
        return list(session.scalars(wanted.order_by(Message.id)))


def waiting_since(talk: Conversation, ago: timedelta) -> None:
    with session_scope() as session:
        session.execute(
            update(Conversation)
            .where(Conversation.id == talk.id)
            .values(waiting_for_staff_since=now() - ago)
        )


@pytest.fixture
def officer(client: TestClient) -> TestClient:
    make_talk("เรื่องของคนอื่น")
    return as_staff(client, make_staff(Role.grievance_officer))
