"""Personal data blacked out of what people typed, before it is kept for the editors.

What belongs to the office stays readable: short numbers (1689), addresses under go.th, years.
"""

import re

import phonenumbers

MASK = "▮▮▮"

_EMAIL = re.compile(r"[\w.+-]+@(?![\w.-]*go\.th\b)[\w-]+(?:\.[\w-]+)+")
_SECRET_ADDRESS = re.compile(r"https?://\S*[?&#]\S+")
# Citizen numbers, accounts, case numbers, receipt codes: long numbers, however they are divided.
_LONG_NUMBER = re.compile(r"(?<![\d.,])\d(?:[ .\-/]?\d){8,}(?![\d])")
_NAME = re.compile(
    r"(นาย|นางสาว|นาง|น\.ส\.|ด\.ช\.|ด\.ญ\.|คุณ(?=[\u0e01-\u0e2e]{2,}\s)|(?:ผม|ดิฉัน|ฉัน|หนู)?ชื่อ(?:ว่า)?)"
    r"\s*(?!อะไร|ไหน|ใคร|หน่วย|กรม|สำนัก|เว็บ|เพจ|ระบบ|โครงการ|ไร)([\u0e01-\u0e4e]{2,}(?:\s+[\u0e01-\u0e4e]{2,})?)"
)
_HOUSE = re.compile(r"(บ้านเลขที่|เลขที่บ้าน|ห้องเลขที่)\s*[\d/\-]+")
_LINE_ID = re.compile(
    r"((?:ไลน์|line)\s*(?:ไอดี|id)?\s*[:=]?\s*)@?(?=[\w.-]*\d)[a-z0-9._-]{5,}", re.IGNORECASE
)
_DIGITS = {ord("๐") + n: str(n) for n in range(10)}


def mask(text: str) -> str:
    """The text without names after a title, telephone and other long numbers, private addresses."""
    text = text.translate(_DIGITS)
    for found in reversed(list(phonenumbers.PhoneNumberMatcher(text, "TH"))):
        text = text[: found.start] + MASK + text[found.end :]
    text = _SECRET_ADDRESS.sub(MASK, _EMAIL.sub(MASK, text))
    text = _LONG_NUMBER.sub(MASK, text)
    text = _HOUSE.sub(rf"\1 {MASK}", _LINE_ID.sub(rf"\1{MASK}", text))
    return _NAME.sub(rf"\1 {MASK}", text)
