"""The chat widget as a visitor uses it, in a real Chromium, against the real service."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.api.fake_rasa import Question, Replies
from tests.browser.office import Office

HOSTILE = """<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>"""


def test_a_question_is_answered_when_it_is_typed_on_the_page(page: Page, office: Office) -> None:
    page.get_by_label("พิมพ์คำถาม หรือเล่าเรื่องของคุณ").fill("โทรร้องเรียนเบอร์อะไร")
    page.keyboard.press("Enter")

    expect(said_by("bot", page)).to_have_text(["ตอบ: โทรร้องเรียนเบอร์อะไร"])
    expect(own_states(page)).to_contain_text(["ส่งแล้ว"])
    assert office.texts_received() == ["โทรร้องเรียนเบอร์อะไร"]


def test_an_action_of_the_page_opens_the_chat_and_says_it(page: Page, office: Office) -> None:
    page.get_by_role("button", name="ดูความคืบหน้า").click()

    expect(page.get_by_role("dialog")).to_be_visible()
    expect(said_by("bot", page)).to_have_text(["ตอบ: ติดตามเรื่อง"])


def test_nothing_is_asked_or_remembered_when_the_chat_is_only_opened(
    page: Page, context: BrowserContext, office: Office
) -> None:
    page.get_by_role("button", name="คุยกับ").last.click()

    expect(page.locator("[data-chat=greeting]")).to_be_visible()
    expect(text_field(page)).to_be_focused()
    assert context.cookies() == []
    assert office.received() == []


def test_a_pressed_button_sends_its_meaning_and_stays_marked(page: Page, office: Office) -> None:
    office.rasa.replies = offer_consent
    say(page, "แจ้งเรื่อง")
    page.get_by_role("button", name="ยินยอม", exact=True).click()

    expect(said_by("bot", page)).to_have_text(["ยินยอมไหม", "ได้รับ /affirm"])
    expect(page.get_by_role("button", name="ยินยอม (เลือกแล้ว)")).to_be_disabled()
    expect(page.get_by_role("button", name="ไม่ยินยอม")).to_be_hidden()
    pressed = office.received()[-1]
    assert (pressed.text, pressed.payload) == ("ยินยอม", "/affirm")


def test_the_talk_is_still_there_when_the_page_is_loaded_again(page: Page, office: Office) -> None:
    office.rasa.replies = offer_consent
    say(page, "สวัสดี")
    expect(said_by("bot", page)).to_have_count(1)
    page.reload()

    expect(page.get_by_role("dialog")).to_be_visible()
    expect(said_by("you", page)).to_have_text(["สวัสดี"])
    expect(said_by("bot", page)).to_have_text(["ยินยอมไหม"])
    page.get_by_role("button", name="ยินยอม", exact=True).click()
    expect(said_by("bot", page)).to_have_text(["ยินยอมไหม", "ได้รับ /affirm"])


def test_everything_works_when_only_a_keyboard_is_used(page: Page, office: Office) -> None:
    office.rasa.replies = offer_consent
    opener = page.get_by_role("button", name="คุยกับ").last
    tab_to(page, opener)
    page.keyboard.press("Enter")
    expect(text_field(page)).to_be_focused()
    page.keyboard.type("บรรทัดแรก")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("บรรทัดสอง")
    page.keyboard.press("Enter")
    expect(said_by("bot", page)).to_have_count(1)
    tab_to(page, page.get_by_role("button", name="ยินยอม", exact=True), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(said_by("bot", page)).to_have_text(["ยินยอมไหม", "ได้รับ /affirm"])
    expect(text_field(page)).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()
    assert office.texts_received() == ["บรรทัดแรก\nบรรทัดสอง", "ยินยอม"]


def test_words_wait_and_are_sent_once_when_the_line_was_down(page: Page, office: Office) -> None:
    say(page, "ก่อนสายหลุด")
    expect(said_by("bot", page)).to_have_count(1)
    office.kill()
    expect(page.get_by_text("ขาดการเชื่อมต่อ กำลังลองใหม่")).to_be_visible()
    say(page, "หนึ่ง")
    say(page, "สอง")
    expect(own_states(page)).to_contain_text(["ส่งแล้ว", "รอส่ง", "รอส่ง"])
    office.start()

    expect(own_states(page)).to_contain_text(["ส่งแล้ว", "ส่งแล้ว", "ส่งแล้ว"], timeout=25_000)
    expect(said_by("bot", page)).to_have_text(["ตอบ: ก่อนสายหลุด", "ตอบ: หนึ่ง", "ตอบ: สอง"])
    expect(page.get_by_text("ขาดการเชื่อมต่อ กำลังลองใหม่")).to_be_hidden()
    assert office.texts_received() == ["ก่อนสายหลุด", "หนึ่ง", "สอง"]


def test_waiting_words_survive_a_reload_and_then_leave_the_browser(
    page: Page, office: Office
) -> None:
    say(page, "ก่อน")
    expect(said_by("bot", page)).to_have_count(1)
    page.route("**/chat/messages*", lambda route: route.abort())
    say(page, "ความลับของฉัน")
    expect(own_states(page).last).to_contain_text("รอส่ง")
    page.reload()
    expect(said_by("you", page)).to_have_text(["ความลับของฉัน"])
    page.unroute("**/chat/messages*")

    expect(said_by("bot", page)).to_have_text(["ตอบ: ก่อน", "ตอบ: ความลับของฉัน"], timeout=25_000)
    assert office.texts_received() == ["ก่อน", "ความลับของฉัน"]
    kept = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert "ความลับ" not in kept


@pytest.mark.parametrize("is_first", [True, False])
def test_a_message_is_stored_once_when_its_acknowledgement_is_lost(
    page: Page, office: Office, is_first: bool
) -> None:
    if not is_first:
        say(page, "ก่อน")
        expect(said_by("bot", page)).to_have_count(1)
    lost: list[int] = []

    def lose_the_first_answer(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route("**/chat/messages*", lose_the_first_answer)
    say(page, "ข้อความสำคัญ")

    expect(own_states(page).last).to_contain_text("ส่งแล้ว")
    expect(said_by("bot", page).last).to_have_text("ตอบ: ข้อความสำคัญ")
    assert lost == [202]
    assert office.texts_received().count("ข้อความสำคัญ") == 1
    expect(said_by("you", page)).to_have_count(1 if is_first else 2)


def test_the_person_sees_that_the_bot_is_thinking(page: Page, office: Office) -> None:
    office.rasa.think_seconds = 1.5
    say(page, "คิดนานหน่อย")

    expect(page.get_by_text("กำลังเตรียมคำตอบ")).to_be_visible()
    expect(said_by("bot", page)).to_have_count(1)
    expect(page.get_by_text("กำลังเตรียมคำตอบ")).to_be_hidden()


def test_the_truth_is_told_and_the_answer_follows_when_the_bot_was_broken(
    page: Page, office: Office
) -> None:
    office.rasa.mode = "500"
    say(page, "มีใครอยู่ไหม")
    expect(said_by("office", page)).to_contain_text(["ระบบตอบอัตโนมัติขัดข้องชั่วคราว"], timeout=5000)
    expect(page.get_by_text("กำลังเตรียมคำตอบ")).to_be_hidden()
    office.rasa.mode = "answer"

    expect(said_by("bot", page)).to_have_text(["ตอบ: มีใครอยู่ไหม"], timeout=20_000)


def test_a_picture_is_sent_and_shown_by_its_name(
    page: Page, office: Office, tmp_path: Path
) -> None:
    picture = tmp_path / "หลักฐาน.png"
    Image.new("RGB", (40, 30), "navy").save(picture)
    open_chat(page)
    page.locator("[data-chat=file]").set_input_files(picture)

    expect(page.locator(".from-you .chat-file")).to_have_text("หลักฐาน.png")
    expect(own_states(page)).to_contain_text(["ส่งแล้ว"])
    expect(said_by("bot", page)).to_contain_text(["/send_file"])
    assert office.received()[0].kind == "image"


def test_a_file_of_a_wrong_kind_is_refused_and_the_words_behind_it_are_sent(
    page: Page, office: Office, tmp_path: Path
) -> None:
    program = tmp_path / "รูป.png"
    program.write_bytes(b"MZ\x90\x00 not a picture")
    open_chat(page)
    page.locator("[data-chat=file]").set_input_files(program)
    expect(own_states(page)).to_contain_text(["ส่งไม่ได้: รับไฟล์ชนิดนี้ไม่ได้"])
    say(page, "ส่งรูปไม่ได้")

    expect(said_by("bot", page)).to_have_text(["ตอบ: ส่งรูปไม่ได้"])
    # What was refused stays where it happened, before the later words.
    expect(own_states(page)).to_contain_text(["ส่งไม่ได้", "ส่งแล้ว"])
    assert office.texts_received() == ["ส่งรูปไม่ได้"]


def test_a_file_or_text_that_is_too_large_is_refused_before_it_is_sent(
    page: Page, office: Office, tmp_path: Path
) -> None:
    large = tmp_path / "ใหญ่.pdf"
    large.write_bytes(b"%PDF-1.7" + b"0" * 10_000_001)
    open_chat(page)
    page.locator("[data-chat=file]").set_input_files(large)
    expect(page.get_by_role("alert")).to_have_text("ไฟล์ใหญ่เกิน 10 MB กรุณาย่อขนาดหรือเลือกไฟล์อื่น")
    say(page, "ก" * 5001)

    expect(page.get_by_role("alert")).to_contain_text("ข้อความยาวเกิน 5,000 ตัวอักษร (ตอนนี้ 5,001)")
    expect(text_field(page)).to_have_value("ก" * 5001)
    assert office.received() == []


def test_hostile_text_stays_text_and_only_addresses_become_links(
    page: Page, office: Office
) -> None:
    office.rasa.replies = lambda question: [
        {
            "text": f"{HOSTILE} javascript:alert(1) ดู https://palad.mof.go.th/th/home.",
            "buttons": [{"title": HOSTILE, "payload": "/affirm"}],
        }
    ]
    say(page, HOSTILE)

    expect(said_by("you", page)).to_have_text([HOSTILE])
    expect(said_by("bot", page)).to_contain_text([HOSTILE])
    expect(page.locator(".chat-buttons button").last).to_have_text(HOSTILE)
    links = page.locator(".chat-message.from-bot a")
    assert [link.get_attribute("href") for link in links.all()] == [
        "https://palad.mof.go.th/th/home"
    ]
    assert page.locator(".chat-log img, .chat-log script").count() == 0
    assert "owned" not in page.title()


def test_the_beginning_of_a_long_answer_is_in_sight(page: Page, office: Office) -> None:
    office.rasa.replies = lambda question: [
        {"text": "บันทึกเรื่องแล้ว เลขที่เรื่อง 2570-000001-8" + "\nบรรทัดต่อไป" * 60, "buttons": []},
        {"text": "มีอะไรให้ช่วยอีกไหม", "buttons": []},
    ]
    for number in range(3):
        say(page, f"ข้อความที่ {number}")
        expect(said_by("bot", page)).to_have_count(2 * number + 2)

    top = said_by("bot", page).nth(4).bounding_box()
    log = page.get_by_role("log").bounding_box()
    assert top is not None
    assert log is not None
    assert 0 <= top["y"] - log["y"] < 60


def test_the_talk_leaves_this_browser_when_the_person_asks_for_it(
    page: Page, context: BrowserContext, office: Office
) -> None:
    say(page, "เรื่องส่วนตัว")
    expect(said_by("bot", page)).to_have_count(1)
    assert [cookie["httpOnly"] for cookie in context.cookies()] == [True]
    page.get_by_role("button", name="ลบการสนทนาจากเครื่องนี้").click()
    page.get_by_role("button", name="ลบจากเครื่องนี้").click()

    expect(page.locator(".from-you")).to_have_count(0)
    assert context.cookies() == []
    page.reload()
    expect(page.locator("[data-chat=starters]")).to_be_visible()
    expect(page.locator(".from-you")).to_have_count(0)


def test_a_reply_of_staff_is_announced_while_the_chat_is_closed(page: Page, office: Office) -> None:
    office.rasa.think_seconds = 1.0
    say(page, "ขอคุยกับเจ้าหน้าที่")
    expect(own_states(page)).to_contain_text(["ส่งแล้ว"])
    page.keyboard.press("Escape")

    expect(page.get_by_text("มีข้อความใหม่")).to_be_visible()
    open_chat(page)
    expect(said_by("bot", page)).to_have_text(["ตอบ: ขอคุยกับเจ้าหน้าที่"])
    expect(page.get_by_text("มีข้อความใหม่")).to_be_hidden()


def offer_consent(question: Question) -> Replies:
    if question["is_payload"]:
        return [{"text": f"ได้รับ {question['text']}", "buttons": []}]
    buttons = [
        {"title": "ยินยอม", "payload": "/affirm"},
        {"title": "ไม่ยินยอม", "payload": "/deny"},
    ]
    return [{"text": "ยินยอมไหม", "buttons": buttons}]


def open_chat(page: Page) -> None:
    if not page.get_by_role("dialog").is_visible():
        page.get_by_role("button", name="คุยกับ").last.click()


def say(page: Page, words: str) -> None:
    open_chat(page)
    text_field(page).fill(words)
    text_field(page).press("Enter")


def text_field(page: Page) -> Locator:
    return page.get_by_label("ข้อความ", exact=True)


def said_by(author: str, page: Page) -> Locator:
    return page.locator(f".chat-message.from-{author} .chat-text")


def own_states(page: Page) -> Locator:
    return page.locator(".chat-message.from-you .chat-state")


def tab_to(page: Page, element: Locator, key: str = "Tab") -> None:
    for _ in range(40):
        if element.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError("the keyboard does not get there")
