"""Take the README's picture of a service of its own: `python -m tests.browser.picture`."""

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect, sync_playwright

from tests.browser.conftest import FLAGS
from tests.journey.filing import answer_until
from tests.journey.people import WebPerson
from tests.stack import running_stack

PICTURE = Path("docs/page.png")
TROUBLE = "ธนาคารออมสินไม่ยอมปรับโครงสร้างหนี้ให้ ทั้งที่ยื่นเอกสารครบแล้ว"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, running_stack(Path(folder)) as stack:
        asking, complaining = WebPerson(stack), WebPerson(stack)
        asking.say("โทรร้องเรียนเบอร์อะไร")
        answer_until(complaining, complaining.say(TROUBLE), "/send_case")
        complaining.press("ส่งเรื่อง")
        screen = take_picture(stack.url, asking, 1280, 860)
        phone = take_picture(stack.url, complaining, 400, 860)
    both = Image.new("RGB", (screen.width + phone.width + 24, screen.height), "#ffffff")
    both.paste(screen, (0, 0))
    both.paste(phone, (screen.width + 24, 0))
    PICTURE.parent.mkdir(exist_ok=True)
    both.quantize(200, dither=Image.Dither.NONE).save(PICTURE, optimize=True)


def take_picture(address: str, person: WebPerson, width: int, height: int) -> Image.Image:
    """The page with a person's talk open. Neither pointer nor focus is part of the picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        context = browser.new_context(locale="th-TH", viewport={"width": width, "height": height})
        context.add_cookies(
            [{"name": "chat", "value": person.client.cookies["chat"], "url": address}]
        )
        page = context.new_page()
        page.goto(f"{address}/#chat")
        expect(page.locator(".from-bot").last).to_be_visible()
        page.evaluate("document.activeElement.blur()")
        shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        browser.close()
    return shot


if __name__ == "__main__":
    main()
