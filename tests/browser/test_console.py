"""The staff console as staff use it: by keyboard, on a desk and on a phone, in light and dark."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import delete, select

from api.cases.models import Case, CaseAttachment, CaseEvent, Complainant
from api.clock import now
from api.conversations.models import Conversation
from api.database import connect, session_scope
from api.settings import get_settings
from api.staff import AccessLog, SignInAttempt, Staff, StaffSession
from tests.api.office import (
    PASSWORD,
    make_account,
    make_case,
    make_failed_message,
    make_file,
    make_talk,
)
from tests.browser.office import DATA_KEY, TOKEN, Office
from tests.browser.test_page import axe_violations, overflow
from tests.browser.test_widget import said_by, say, tab_to

NUMBER = "2570-000001-0"
HOSTILE = "<script>document.title='taken'</script><img src=x onerror=alert(1)>"


def test_officer_answers_a_waiting_person_when_only_a_keyboard_is_used(
    desk: Page, page: Page, console: Office
) -> None:
    say(page, "ขอคุยกับเจ้าหน้าที่")
    expect(said_by("bot", page)).to_have_count(1)
    with session_scope() as session:
        newest = select(Conversation).order_by(Conversation.created_at.desc()).limit(1)
        session.scalars(newest).one().waiting_for_staff_since = now()

    desk.goto(f"{console.url}/console")
    expect(desk.get_by_label("ชื่อเข้าใช้")).to_be_focused()
    desk.keyboard.type("somchai")
    desk.keyboard.press("Tab")
    desk.keyboard.type(PASSWORD)
    desk.keyboard.press("Enter")
    follow(desk, "แชทที่รอ")
    follow(desk, "1. เว็บไซต์ เริ่มรอ")
    tab_to(desk, desk.get_by_label("ข้อความถึงประชาชน"))
    desk.keyboard.type("สวัสดีค่ะ เจ้าหน้าที่กำลังดูเรื่องให้")
    tab_to(desk, desk.get_by_role("button", name="ส่งข้อความ"))
    desk.keyboard.press("Enter")

    expect(desk.locator(".talk .staff .words")).to_have_text("สวัสดีค่ะ เจ้าหน้าที่กำลังดูเรื่องให้")
    expect(said_by("staff", page)).to_have_text("สวัสดีค่ะ เจ้าหน้าที่กำลังดูเรื่องให้")

    tab_to(desk, desk.get_by_role("button", name="เสร็จแล้ว"))
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("ไม่มีใครรอเจ้าหน้าที่")).to_be_visible()
    tab_to(desk, desk.get_by_role("button", name="ออกจากระบบ"), "Shift+Tab")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="เข้าสู่ระบบ")).to_be_visible()


def test_officer_comes_from_the_list_to_the_case_and_its_file(desk: Page, console: Office) -> None:
    sign_in(desk, console)
    expect(desk.get_by_role("row").nth(1)).to_contain_text("เลยกำหนด 2 วัน")
    desk.get_by_label("หน่วยงานที่ดูแล").select_option("ธนาคารออมสิน")
    desk.get_by_role("button", name="แสดง").click()
    expect(desk.get_by_role("row")).to_have_count(2)
    desk.get_by_role("link", name=NUMBER).click()

    expect(desk.get_by_role("heading", name=f"เรื่อง {NUMBER}")).to_be_visible()
    with desk.expect_download() as download:
        desk.get_by_role("link", name="หลักฐาน.png").first.click()
    assert download.value.suggested_filename == "หลักฐาน.png"


def test_words_of_a_citizen_do_nothing_when_they_are_a_script(desk: Page, console: Office) -> None:
    complaints: list[str] = []
    desk.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
    desk.on("console", lambda message: complaints.append(message.text))
    desk.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(desk, console)
    for address in ("cases", f"cases/{NUMBER}", "chats", "undelivered"):
        desk.goto(f"{console.url}/console/{address}")
        assert "taken" not in desk.title()
    desk.goto(f"{console.url}/console/cases/{NUMBER}")

    expect(desk.get_by_text(HOSTILE).first).to_be_visible()
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    browser: Browser, console: Office, scheme: Literal["light", "dark"], width: int
) -> None:
    context = browser.new_context(
        locale="th-TH", viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    page = context.new_page()
    page.goto(f"{console.url}/console")
    found = {"sign in": (axe_violations(page), overflow(page, "document.documentElement"))}
    sign_in(page, console)
    waiting = make_talk("ขอคุยกับเจ้าหน้าที่", "w" * 300, waiting=True).id
    for address in (
        "cases",
        "cases?unit=ไม่มี",
        f"cases/{NUMBER}",
        "chats",
        f"chats/{waiting}",
        "undelivered",
        "nothing-here",
    ):
        page.goto(f"{console.url}/console/{address}")
        found[address] = (axe_violations(page), overflow(page, "document.documentElement"))

    assert found == dict.fromkeys(found, ([], 0))
    context.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_everything_to_press_is_large_enough_for_a_finger(
    browser: Browser, console: Office, width: int
) -> None:
    context = browser.new_context(locale="th-TH", viewport={"width": width, "height": 800})
    page = context.new_page()
    sign_in(page, console)
    sizes = page.evaluate(
        "[...document.querySelectorAll('button, select, input:not([type=hidden]), nav a')]"
        ".map(element => element.getBoundingClientRect())"
        ".filter(box => Math.min(box.width, box.height) < 24).length"
    )
    assert sizes == 0
    context.close()


def test_paper_shows_the_case_and_leaves_out_what_can_only_be_pressed(
    desk: Page, console: Office
) -> None:
    sign_in(desk, console)
    desk.goto(f"{console.url}/console/cases/{NUMBER}")
    desk.emulate_media(media="print")

    expect(desk.get_by_role("heading", name=f"เรื่อง {NUMBER}")).to_be_visible()
    expect(desk.get_by_text("สมใจ ตัวอย่าง")).to_be_visible()
    expect(desk.get_by_role("button")).to_have_count(0)
    expect(desk.get_by_role("navigation")).to_have_count(0)


def sign_in(page: Page, console: Office) -> None:
    page.goto(f"{console.url}/console/login")
    page.get_by_label("ชื่อเข้าใช้").fill("somchai")
    page.get_by_label("รหัสผ่าน").fill(PASSWORD)
    page.get_by_role("button", name="เข้าสู่ระบบ").click()
    expect(page.get_by_role("heading", name="เรื่องที่ยังไม่ปิด")).to_be_visible()


def follow(page: Page, name: str) -> None:
    link = page.get_by_role("link", name=name)
    tab_to(page, link)
    page.keyboard.press("Enter")


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """The officer's browser, which shares nothing with the visitor's."""
    context = browser.new_context(locale="th-TH", timezone_id="Asia/Bangkok")
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def console(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """The website with an officer, some cases, a waiting chat and a message that failed."""
    monkeypatch.setenv("DATA_KEY", base64.urlsafe_b64encode(DATA_KEY).decode())
    monkeypatch.setenv("INTERNAL_TOKEN", TOKEN)
    monkeypatch.setenv("DATA_DIR", str(office.folder / "data"))
    get_settings.cache_clear()
    engine = connect(office.engine.url.render_as_string())
    make_account("somchai")
    talk = make_talk(HOSTILE, "ธนาคารไม่ตอบ" + "w" * 300)
    case = make_case(1, conversation_id=talk.id, detail=HOSTILE + "ก" * 300, urgency="urgent")
    make_file(talk, case)
    late = now().replace(microsecond=0) - timedelta(days=2)
    make_case(2, unit="กรมธนารักษ์", due_at=late, topic="state_property")
    make_failed_message(make_talk("ข้อความ"))
    yield office
    with session_scope() as session:
        for table in (CaseAttachment, CaseEvent, Complainant, Case):
            session.execute(delete(table))
        for table in (AccessLog, StaffSession, SignInAttempt, Staff):
            session.execute(delete(table))
    engine.dispose()
    get_settings.cache_clear()
