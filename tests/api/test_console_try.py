"""Trying a question: who may, what is shown, and that nothing is kept."""

import html
import re

import pytest
import structlog
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from api.database import session_scope
from api.faq import search as engine
from api.faq.models import AskedQuestion, Entry
from api.faq.search import Found, Outcome
from api.staff import AccessLog, Role
from tests.api.office import as_staff, csrf_of, make_staff
from tests.api.test_faq_pages import faq, small_folder, small_knowledge  # noqa: F401

TRY = "/console/faq/try"
MAY_TRY = {Role.editor, Role.administrator, Role.supervisor}


@pytest.mark.parametrize("role", [*Role, None])
def test_page_opens_only_when_the_role_looks_after_the_answers(client: TestClient, role: Role):
    if role is None:
        client.headers["Accept"] = "text/html"
        answer = client.get(TRY, follow_redirects=False)
        assert answer.headers["location"] == f"/console/login?next={TRY}"
        return
    as_staff(client, make_staff(role, unit="ธนาคารออมสิน"))
    page = client.get(TRY)
    assert page.status_code == (200 if role in MAY_TRY else 403)
    home = client.get("/console").text
    assert (f'href="{TRY}"' in home) == (role in MAY_TRY)
    answer = client.post(TRY, data={"csrf": csrf_of(home), "question": "โทรร้องเรียนเบอร์อะไร"})
    assert answer.status_code == (200 if role in MAY_TRY else 403)


def test_form_is_refused_when_it_is_not_of_this_session(editor: TestClient):
    assert editor.post(TRY, data={"question": "โทร"}).status_code == 403
    assert editor.post(TRY, data={"question": "โทร", "csrf": "x" * 43}).status_code == 403
    foreign = {"Origin": "https://evil.example"}
    form = {"question": "โทร", "csrf": csrf_of(editor.get(TRY).text)}
    assert editor.post(TRY, data=form, headers=foreign).status_code == 403


def test_a_known_question_is_shown_as_answered_with_its_neighbours(editor: TestClient):
    page = ask(editor, "โทรร้องเรียนเบอร์อะไร")

    assert "ตอบทันทีด้วยคำถามอันดับ 1" in page
    assert "100%" in page
    assert 'href="/faq/channels/hotline-number">1. โทรร้องเรียนเบอร์อะไร' in page
    assert "hotline-number</p>" in page
    assert ">โทรร้องเรียนเบอร์อะไร</textarea>" in page.replace("\n", "")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Found(Outcome.choices, ["track-case", "email-address"], 0.414), "ให้เลือกจากคำถาม"),
        (Found(Outcome.unknown, [], 0.06), "ไม่มีคำตอบที่ยืนยันได้"),
        (Found(Outcome.outside, [], 0.02, "passport"), "งานของหน่วยงานอื่น: กรมการกงสุล"),
    ],
)
def test_outcome_is_told_in_words_whatever_the_bot_would_do(
    editor: TestClient, monkeypatch: pytest.MonkeyPatch, found: Found, words: str
):
    monkeypatch.setattr("api.console.faq.search", lambda session, question: found)
    page = ask(editor, "ฟหกดฟหกด")

    assert words in page
    assert f"{round(100 * found.score)}%" in page
    assert re.findall(r'href="/faq/\w+/([\w-]+)"', page) == found.entry_ids
    assert ("ไม่มีคำถามใดใกล้เคียง" in page) == (not found.entry_ids)


def test_page_uses_the_same_engine_as_the_bot():
    assert __import__("api.console.faq").console.faq.search is engine.search


def test_nothing_is_kept_and_nothing_is_logged_when_a_question_is_tried(editor: TestClient):
    with structlog.testing.capture_logs() as logs:
        page = editor.post(
            TRY, data={"csrf": csrf_of(editor.get(TRY).text), "question": "ความลับของนายสมชาย"}
        )

    assert page.url.query == b""
    assert "ความลับ" not in str(logs)
    with session_scope(read_only=True) as session:
        for table in (AskedQuestion, AccessLog):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert session.scalar(select(func.count()).select_from(Entry)) == 3


def test_page_asks_for_words_when_there_are_none(editor: TestClient):
    form = {"csrf": csrf_of(editor.get(TRY).text), "question": " \x00 "}
    answer = editor.post(TRY, data=form)
    assert answer.status_code == 422
    assert "กรุณาพิมพ์คำถามก่อน" in answer.text


def test_question_is_only_text_when_it_is_hostile(editor: TestClient):
    hostile = "</textarea><script>alert(1)</script>"
    page = ask(editor, hostile)
    assert html.escape(hostile) in page
    assert "<script>" not in page


def ask(editor: TestClient, question: str) -> str:
    csrf = csrf_of(editor.get(TRY).text)
    answer = editor.post(TRY, data={"csrf": csrf, "question": question})
    assert answer.status_code == 200
    return answer.text


@pytest.fixture
def editor(faq: TestClient) -> TestClient:  # noqa: F811
    return as_staff(faq, make_staff(Role.editor))
