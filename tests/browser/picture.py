"""Take the README's picture of a running service: `python -m tests.browser.picture [ADDRESS]`."""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect, sync_playwright

from tests.browser.conftest import FLAGS

PICTURE = Path("docs/page.png")
TALK = ["โทรร้องเรียนเบอร์อะไร", "ธนาคารไม่ยอมปรับโครงสร้างหนี้ให้ อยากร้องเรียน"]


def take_picture(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page(locale="th-TH", viewport={"width": 1280, "height": 860})
        page.goto(address)
        page.get_by_role("button", name="พิมพ์คำถาม").click()
        for words in TALK:
            answers = page.locator(".from-bot .chat-text")
            before = answers.count()
            page.locator("#chat-text").fill(words)
            page.keyboard.press("Enter")
            expect(answers).not_to_have_count(before, timeout=15_000)
            expect(page.locator("[data-chat=thinking] span")).to_be_hidden()
        # Neither the pointer nor the focus is part of the picture.
        page.mouse.move(5, 5)
        page.evaluate("document.activeElement.blur()")
        shot = Image.open(io.BytesIO(page.screenshot()))
        browser.close()
    PICTURE.parent.mkdir(exist_ok=True)
    shot.convert("RGB").quantize(200, dither=Image.Dither.NONE).save(PICTURE, optimize=True)


if __name__ == "__main__":
    take_picture(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
