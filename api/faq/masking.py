"""Personal data blacked out of what people typed, before it is kept for the editors.

What belongs to the office stays readable: short numbers (1689), addresses under go.th, years.
"""

import re

import phonenumbers

MASK = "▮▮▮"

_EMAIL = re.compile(r"[\w.+-]+@(?![\w.-]*go\.th\b)[\w-]+(?:\.[\w-]+)+")
_SECRET_ADDRESS = re.compile(r"https?://\S*[?&#]\S+")
# Citizen numbers, accounts, case numbers, receipt codes: long numbers, however they are divided.
_LONG_NUMBER = re.compile(
    r"(?<![\d.,])(?!25\d\d(?:[ .\-/]25\d\d)+(?![ .\-/]?\d))\d(?:[ .\-/]?\d){8,}(?!\d)"
)
# What follows the word for "name" where no name follows; words that only begin like a title.
_NO_NAMES = """
    อะไร ไร ไหน ใคร หน่วย กรม สำนัก กระทรวง เว็บ เพจ ระบบ โครงการ เต็ม ย่อ จริง ปลอม เสียง เรื่อง เจ้า ผู้ คน
    ข้า ตำแหน่ง ภาษา กลุ่ม กอง ศูนย์ บัญชี ที่ ของ ใน และ หรือ กับ ได้ ไม่ ไว้ ให้ ก่อน แล้ว แบบ ไป จะ ก็ ยัง ต้อง
    ตัว อยู่ มี เป็น ด้าน พระราช ระเบียบ กฎ ชุด นโยบาย แผน ทุก เรา เพื่อน ทั้งหมด หน่อย เข้า นี้ นั้น พอ แจ้ง ร้อง
    บน จาก ถูก
"""
_NO_NAME = "|".join(_NO_NAMES.split())
_NO_TITLE = r"ก(?:รัฐ|ฯ|\s|$|ให้|ถาม|หรือ|แทน|เทศ|อบ)|จ้าง|ทุน|ทะเบียน|หน้า|อำเภอ|แพทย์|ตรวจ|สถานี|พล"
_NAME = re.compile(
    rf"((?<!ท)(?<!เจ้า)นาย(?!{_NO_TITLE})"
    r"|นางสาว|(?<!พัฒ)นาง(?=[\sก-ฮเ-ไ])|น\.ส\.|ด\.ช\.|ด\.ญ\."
    r"|คุณ(?!ธรรม|ภาพ|สมบัติ|ค่า|วุฒิ)(?=[\u0e01-\u0e2e]{2,}\s)"
    r"|(?:ผม|ดิฉัน|ฉัน|หนู)ชื่อ(?:ว่า)?(?!\s*(?:อะไร|ไร|ใคร|ไม่|จะ|หลุด))"
    rf"|(?<!เ)(?<!ราย)ชื่อ(?:ว่า)?(?!ว่า)(?!\s*(?:{_NO_NAME})))"
    r"\s*([\u0e01-\u0e2e\u0e40-\u0e44][\u0e01-\u0e4e]+(?:\s+[\u0e01-\u0e4e]{2,})?)"
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
