"""Filing a complaint the way people do: press what fits, type the rest."""

import re
from typing import Protocol

from tests.journey.people import Heard

CASE_NUMBER = re.compile(r"\b\d{4}-\d{6}-\d\b")
RECEIPT_CODE = re.compile(r"\b\d{4}-\d{4}-\d{4}-\d{4}\b")
MOST_TURNS = 15


class Person(Protocol):
    def say(self, text: str) -> Heard: ...
    def press(self, title: str) -> Heard: ...


# What to do, by what a button under the question means to the bot.
PRESS = ("/send_case", "/choose_topic", "/choose_date", "/choose_agency")
TYPE = {
    "/stay_anonymous": "0812345678",
    "ที่ไหน": "สาขานครปฐม",
    "เรียกว่าอะไร": "สมใจ ตัวอย่าง",
}


def answer_until(person: Person, heard: Heard, mark: str) -> Heard:
    """Answer the form's questions until one shows this mark: a button's payload, or words."""
    for _ in range(MOST_TURNS):
        if mark in heard.texts[-1] or any(p.startswith(mark) for p in heard.buttons.values()):
            return heard
        heard = answer(person, heard)
    raise AssertionError(f"never asked for {mark}; last heard: {heard}")


def answer(person: Person, heard: Heard) -> Heard:
    """Answer one question of the form."""
    if "ยินยอม" in heard.buttons:
        return person.press("ยินยอม")
    for question, words in TYPE.items():
        if question in heard.texts[-1] or question in heard.buttons.values():
            return person.say(words)
    for meaning in PRESS:
        for title, payload in heard.buttons.items():
            if payload.startswith(meaning):
                return person.press(title)
    for title in ("ไม่มีไฟล์", "ไม่มีแล้ว", "ข้าม"):
        if title in heard.buttons:
            return person.press(title)
    raise AssertionError(f"no answer is known to: {heard} {heard.buttons}")


def number_and_code(heard: Heard) -> tuple[str, str]:
    """Raises AssertionError when nothing was said to be saved."""
    number, code = CASE_NUMBER.search(str(heard)), RECEIPT_CODE.search(str(heard))
    assert number, f"no case number in: {heard}"
    assert code, f"no secret code in: {heard}"
    return number[0], code[0]
