"""What is blacked out of a question before it is kept, and what stays readable."""

import pytest

from api.faq.masking import MASK, mask
from evaluation.sets import entries


@pytest.mark.parametrize(
    ("typed", "secret"),
    [
        # telephones
        ("โทรกลับ 0812345678 นะคะ", "0812345678"),
        ("โทรกลับ 081-234-5678 นะคะ", "081-234-5678"),
        ("เบอร์ 081 234 5678", "5678"),
        ("เบอร์ผม 02-126-5800 ต่อ 12", "126-5800"),
        ("+66812345678", "812345678"),
        ("+66 81 234 5678", "234"),
        ("โทร ๐๘๑๒๓๔๕๖๗๘ ครับ", "๐๘๑๒๓๔๕๖๗๘"),
        ("โทร ๐๘๑-๒๓๔-๕๖๗๘ ครับ", "5678"),
        # citizen numbers
        ("เลขบัตร 1101700203451", "1101700203451"),
        ("เลขบัตร 1-1017-00203-45-1", "00203"),
        ("เลขบัตร 1 1017 00203 45 1 ค่ะ", "00203"),
        ("เลขบัตร ๑๑๐๑๗๐๐๒๐๓๔๕๑", "0203"),
        # accounts, case numbers, receipt codes
        ("โอนเข้าบัญชี 123-4-56789-0", "56789"),
        ("บัญชี 1234567890 ออมสิน", "1234567890"),
        ("เรื่อง 2570-000001-8 ถึงไหนแล้ว", "000001"),
        ("รหัส 4821-9037-5562-1184", "9037"),
        ("รหัส 4821903755621184", "4821903755621184"),
        # addresses
        ("ส่งมาที่ somjai.t+1@example.com ได้", "somjai"),
        ("somjai@mail.example.co.th", "somjai"),
        ("เปิดดูที่ https://example.com/case?token=abc123 ครับ", "abc123"),
        # names
        ("นายสมชาย ใจดี ถูกโกง", "สมชาย"),
        ("นางสมใจ ตัวอย่าง", "สมใจ"),
        ("นางสาวสมหญิง ตัวอย่าง ค่ะ", "สมหญิง"),
        ("น.ส.สมหญิง ตัวอย่าง", "สมหญิง"),
        ("ถูกนายสมชาย ตัวอย่าง หลอก", "สมชาย"),
        ("ผมชื่อสมชาย ตัวอย่าง ครับ", "สมชาย"),
        ("ดิฉันชื่อว่าสมใจ ตัวอย่าง", "สมใจ"),
        ("ชื่อ สมใจ ตัวอย่าง", "สมใจ"),
        # where somebody lives, and on LINE
        ("บ้านเลขที่ 12/34 หมู่ 5", "12/34"),
        ("ห้องเลขที่ 1201", "1201"),
        ("ไลน์ไอดี somjai99", "somjai99"),
        ("line id: @somjai_99", "somjai_99"),
        ("LINE somjai.t2530", "somjai"),
    ],
)
def test_it_is_blacked_out_when_it_tells_who_somebody_is(typed: str, secret: str) -> None:
    kept = mask(typed)
    assert MASK in kept
    assert secret not in kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "โทร 1689 กด 1",
        "สายด่วน 1111 กับ 1689 ต่างกันอย่างไร",
        "งบปี 2565 เท่าไร",
        "ปี 2565-2566",
        "งบปี 2562 2563 2564",
        "ได้ 49.75 คะแนน",
        "งบ 1,234,567 บาท",
        "งบ 12,345,678.90 บาท",
        "คะแนนร้อยละ 92.31 และ 88.32",
        "มาตรา 9 วรรค 2",
        "ส่งที่ call@mof.go.th ได้ไหม",
        "อีเมล saraban@mof.go.th",
        "https://palad.mof.go.th/th/home",
        # What follows these words is no name.
        "ระบบนี้ชื่ออะไร",
        "หน่วยงานชื่อว่าอะไร",
        "รัฐมนตรีชื่อไร",
        "รายชื่อผู้บริหาร",
        "ร้องเรียนแบบไม่ลงชื่อได้ไหม",
        "ชื่อเต็มของหน่วยงาน",
        "ระเบียบสำนักนายกรัฐมนตรี",
        "ระเบียบสำนักนายกฯ ตรวจราชการ",
        "เจ้านายทุจริต แจ้งที่ไหน",
        "ทนายความ",
        "การเชื่อมโยงข้อมูล",
        "ขอสินเชื่อธนาคารรัฐ",
        "พัฒนางานบริการ",
        "ศูนย์คุณธรรม",
        "line ของกระทรวงการคลัง",
        "ที่ตั้งเลขที่เท่าไร",
    ],
)
def test_it_stays_readable_when_it_tells_about_the_office(typed: str) -> None:
    assert mask(typed) == typed


def test_thai_digits_are_kept_as_arabic_ones() -> None:
    assert mask("โทร ๑๖๘๙ ปี ๒๕๖๕") == "โทร 1689 ปี 2565"


def test_everything_is_blacked_out_when_a_message_tells_several_things() -> None:
    typed = "ผมชื่อสมชาย ตัวอย่าง โทร 081-234-5678 อีเมล somchai@example.com บัตร 1101700203451"
    kept = mask(typed)
    assert kept == f"ผมชื่อ {MASK} โทร {MASK} อีเมล {MASK} บัตร {MASK}"
    assert mask(kept) == kept


def test_the_editors_can_read_what_people_ask() -> None:
    """Of the ways to ask that we publish, one in two hundred may lose words."""
    questions = [question for _, entry in entries() for question in entry.questions]
    changed = [q for q in questions if MASK in mask(q)]
    assert len(changed) <= len(questions) / 200, changed[:20]
