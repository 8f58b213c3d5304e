"""The pages of the questions, and the suggestions while one types, as a visitor meets them."""

from collections.abc import Iterator
from typing import Any, Literal

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import delete
from sqlalchemy.orm import Session

from api.faq.knowledge_files import read
from api.faq.models import Entry
from api.staff import Role
from tests.api.office import PASSWORD, make_account
from tests.browser.office import ROOT, Office
from tests.browser.test_console import console  # noqa: F401  # A website with staff.
from tests.browser.test_page import axe_violations, overflow
from tests.browser.test_widget import offer_consent, open_chat, said_by, say, tab_to, text_field

SUBJECTS = {"complaint_channels", "corruption_reports"}
TYPED = "ร้องเรียนทางโทร"
QUESTION = "ร้องเรียนทางโทรศัพท์ได้ที่เบอร์อะไร"


def test_search_as_you_type_finds_an_entry_and_its_page_opens(
    page: Page, office: Office, answers: dict[str, str]
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("link", name="คลังคำถาม", exact=True).click()
    search_field(page).press_sequentially(TYPED, delay=20)
    results = page.get_by_role("region", name="คำถามที่พบ")
    expect(page.get_by_role("status").first).to_contain_text("คำถามที่ใกล้เคียง")
    results.get_by_role("link", name=QUESTION).click()

    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTION)
    assert page.url == f"{office.url}{answers[QUESTION]}"
    # A pause, not every letter, asks; and no address holds what was typed.
    assert 1 <= len([url for url in asked if url.endswith("/faq/suggestions")]) <= 5
    assert not [url for url in asked if "%E0%B8%A3%E0%B9%89%E0%B8%AD%E0%B8%87" in url]


def test_a_visitor_goes_from_an_entry_into_the_chat_by_keyboard(
    page: Page, office: Office, answers: dict[str, str]
) -> None:
    page.goto(office.url + answers[QUESTION])
    tab_to(page, page.get_by_role("button", name="ถามต่อในแชท"))
    page.keyboard.press("Enter")
    expect(text_field(page)).to_be_focused()
    page.keyboard.type("ขอบคุณ")
    page.keyboard.press("Enter")

    expect(said_by("bot", page)).to_have_text(["ตอบ: ขอบคุณ"])


def test_everything_can_be_found_and_read_when_scripts_are_off(
    browser: Browser, office: Office, answers: dict[str, str]
) -> None:
    page = visit(browser, f"{office.url}/faq", 390, java_script_enabled=False)
    page.get_by_role("link", name="ช่องทางร้องเรียน").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ช่องทางร้องเรียน")
    page.get_by_role("link", name="คลังคำถาม").first.click()
    search_field(page).fill(QUESTION)
    page.get_by_role("button", name="ค้นหา").click()
    assert page.url == f"{office.url}/faq/search"
    page.get_by_role("link", name=QUESTION).first.click()

    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTION)
    expect(page.get_by_role("button")).to_have_count(0)
    page.context.close()


def test_a_suggestion_is_sent_by_keyboard_as_the_person_s_own_words(
    page: Page, office: Office, answers: dict[str, str]
) -> None:
    open_chat(page)
    text_field(page).press_sequentially(TYPED, delay=20)
    expect(suggestions(page).get_by_role("button")).not_to_have_count(0)
    assert suggestions(page).get_by_role("button").count() <= 3
    expect(page.locator("[data-chat=suggested]")).to_contain_text("คำถามใกล้เคียง")
    # They wait beside; what is being typed is not touched.
    expect(text_field(page)).to_be_focused()
    expect(text_field(page)).to_have_value(TYPED)
    tab_to(page, suggestions(page).get_by_role("button", name=QUESTION), "Shift+Tab")
    page.keyboard.press("Enter")

    expect(said_by("bot", page)).to_have_text([f"ตอบ: {QUESTION}"])
    expect(suggestions(page)).to_be_hidden()
    expect(text_field(page)).to_have_value("")
    assert office.texts_received() == [QUESTION]


def test_suggestions_go_when_esc_is_pressed_and_when_the_message_is_sent(
    page: Page, office: Office, answers: dict[str, str]
) -> None:
    open_chat(page)
    text_field(page).press_sequentially(TYPED, delay=20)
    expect(suggestions(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(suggestions(page)).to_be_hidden()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(text_field(page)).to_have_value(TYPED)
    page.keyboard.type("ศัพท์ได้ที่เบอร์อะไร")
    expect(suggestions(page)).to_be_visible()
    page.keyboard.press("Enter")
    expect(suggestions(page)).to_be_hidden()
    expect(said_by("bot", page)).to_have_text([f"ตอบ: {QUESTION}"])
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize(
    "typed", ["ก", "ก" * 121, "เลขที่ 2570-000001-3 รหัส", "๑๒๓๔๕๖๗๘๙๐๑ ร้องเรียนทางโทร"]
)
def test_nothing_is_asked_when_the_words_are_short_long_or_full_of_digits(
    page: Page, office: Office, answers: dict[str, str], typed: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_chat(page)
    text_field(page).fill(typed)
    page.wait_for_timeout(600)

    assert [url for url in asked if "suggestions" in url] == []


def test_typing_goes_on_when_suggestions_fail(
    page: Page, office: Office, answers: dict[str, str]
) -> None:
    page.route("**/faq/suggestions", lambda route: route.abort())
    open_chat(page)
    text_field(page).fill(TYPED)
    page.wait_for_timeout(400)
    text_field(page).press("Enter")

    expect(said_by("bot", page)).to_have_text([f"ตอบ: {TYPED}"])
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_link_of_the_chat_shows_its_page_when_the_chat_covers_the_screen(
    browser: Browser, office: Office, answers: dict[str, str]
) -> None:
    page = visit(browser, office.url, 390)
    open_chat(page)
    page.get_by_role("link", name="ดูคำถามทั้งหมดในคลังคำถาม").click()

    expect(page.get_by_role("heading", name="คลังคำถาม")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    browser: Browser,
    office: Office,
    answers: dict[str, str],
    scheme: Literal["light", "dark"],
    width: int,
) -> None:
    complaints: list[str] = []
    page = visit(browser, office.url, width, color_scheme=scheme, reduced_motion="reduce")
    page.on("pageerror", lambda error: complaints.append(str(error)))
    found = {}
    for path in ("/faq", "/faq/complaint_channels", *list(answers.values())[:3], "/faq/nothing"):
        page.goto(office.url + path)
        found[path] = examined(page)
    page.goto(f"{office.url}/faq")
    search_field(page).fill(TYPED)
    expect(page.get_by_role("region", name="คำถามที่พบ")).to_be_visible()
    found["while typing"] = examined(page)
    for words in (QUESTION, "ฟหกดฟหกด"):
        search_field(page).fill(words)
        page.get_by_role("button", name="ค้นหา").click()
        found[words] = examined(page)
    office.rasa.replies = offer_consent
    say(page, "สวัสดี")
    expect(said_by("bot", page)).to_have_count(1)
    text_field(page).fill(TYPED)
    expect(suggestions(page)).to_be_visible()
    found["suggestions"] = examined(page)

    assert found == dict.fromkeys(found, ([], 0))
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_an_editor_tries_a_question_on_a_page_in_which_axe_finds_nothing(
    browser: Browser,
    console: Office,  # noqa: F811
    answers: dict[str, str],
    scheme: Literal["light", "dark"],
    width: int,
) -> None:
    make_account("editor", Role.editor)
    page = visit(browser, f"{console.url}/console", width, color_scheme=scheme)
    page.get_by_label("ชื่อเข้าใช้").fill("editor")
    page.get_by_label("รหัสผ่าน").fill(PASSWORD)
    page.get_by_role("button", name="เข้าสู่ระบบ").click()
    page.get_by_role("link", name="ลองถาม", exact=True).click()
    found = {"before": examined(page)}
    page.get_by_label("พิมพ์อย่างที่ประชาชนพิมพ์").fill(QUESTION)
    page.get_by_role("button", name="ลองถาม").click()
    expect(page.get_by_text("ตอบทันทีด้วยคำถามอันดับ 1")).to_be_visible()
    found["after"] = examined(page)
    page.get_by_role("link", name=QUESTION).click()

    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTION)
    assert found == dict.fromkeys(found, ([], 0))
    page.context.close()


def visit(browser: Browser, address: str, width: int, **options: Any) -> Page:
    context = browser.new_context(
        locale="th-TH", viewport={"width": width, "height": 800}, **options
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(address)
    return page


def examined(page: Page) -> tuple[list[str], int]:
    return axe_violations(page), overflow(page, "document.documentElement")


def search_field(page: Page) -> Locator:
    return page.get_by_label("ค้นหาคำถาม")


def suggestions(page: Page) -> Locator:
    return page.locator("[data-chat=suggestions]")


@pytest.fixture(scope="module")
def answers(running_office: Office) -> Iterator[dict[str, str]]:
    """Two subjects of the office's own knowledge are published meanwhile: question -> path."""
    written = [(s, one) for s, one in read(ROOT / "knowledge") if s in SUBJECTS]
    with Session(running_office.engine) as session:
        session.add_all(Entry(**one.model_dump(), subject=subject) for subject, one in written)
        session.commit()
    # The index is made at the first question, so that no test has to wait for it.
    httpx.post(
        f"{running_office.url}/faq/suggestions",
        json={"text": "ร้องเรียน"},
        timeout=300,
        trust_env=False,
    )
    yield {one.questions[0]: f"/faq/{subject}/{one.id}" for subject, one in written}
    with Session(running_office.engine) as session:
        session.execute(delete(Entry))
        session.commit()
