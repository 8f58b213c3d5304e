from datetime import date

import pytest

from bot.actions.contacts import read_case, read_contact
from bot.actions.thai_dates import is_only_a_date, looks_like_date, read_date, write_date

SATURDAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("5 ต.ค. 2569", date(2026, 10, 5)),
        ("5 ต.ค. 69", date(2026, 10, 5)),
        ("๕ ตุลาคม ๒๕๖๙", date(2026, 10, 5)),
        ("วันที่ 5 ตุลา ตอนบ่าย", date(2026, 10, 5)),
        ("5ตค2569", date(2026, 10, 5)),
        ("5/10/2569", date(2026, 10, 5)),
        ("5-10-69", date(2026, 10, 5)),
        ("05.10.2026", date(2026, 10, 5)),
        ("5 ตุลาคม พ.ศ. 2569", date(2026, 10, 5)),
        ("25 ธันวาคม", date(2025, 12, 25)),
        ("21 พ.ย.", date(2026, 11, 21)),
        ("เมื่อวาน", date(2026, 11, 20)),
        ("เมื่อวานซืน", date(2026, 11, 19)),
        ("3 วันก่อน", date(2026, 11, 18)),
        ("วันนี้ตอนเช้า", date(2026, 11, 21)),
        ("1 ม.ค. 2580", date(2037, 1, 1)),
        ("31 กุมภาพันธ์ 2569", None),
        ("ช่วงต้นปี", None),
        ("นานแล้ว", None),
        ("081-234-5678", None),
    ],
)
def test_a_day_is_read_when_it_is_written_as_people_do(text, day):
    assert read_date(text, SATURDAY) == day


def test_a_day_is_written_in_the_buddhist_era_when_it_is_told():
    assert write_date(date(2026, 11, 1)) == "1 พฤศจิกายน 2569"


@pytest.mark.parametrize(
    ("text", "only"),
    [("5 ต.ค. 2569 ครับ", True), ("เมื่อวานนี้", True), ("เมื่อวาน ตอนบ่ายสอง", False)],
)
def test_the_words_are_kept_when_they_say_more_than_the_day(text, only):
    assert is_only_a_date(text) is only


def test_a_day_that_does_not_exist_still_looks_like_one():
    assert looks_like_date("31 กุมภาพันธ์ 2569")
    assert not looks_like_date("ช่วงต้นปี")


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("0812345678", "0812345678"),
        ("เบอร์ ๐๘๑-๒๓๔-๕๖๗๘ ครับ", "0812345678"),
        ("โทร 081 234 5678", "0812345678"),
        ("+66 81 234 5678", "0812345678"),
        ("02-123-4567", "021234567"),
        ("somjai@example.com", "somjai@example.com"),
        ("เมลsomjai@example.comหรือ 0812345678", "0812345678, somjai@example.com"),
        ("081-2345", None),
        ("somjai@example", None),
        ("ไลน์ไอดี somjai", None),
        ("", None),
    ],
)
def test_ways_to_reach_somebody_are_found_when_they_are_whole(text, contact):
    assert read_contact(text) == contact


@pytest.mark.parametrize(
    ("text", "number", "code"),
    [
        ("2570-000001-3", "2570-000001-3", None),
        ("๒๕๗๐ ๐๐๐๐๐๑ ๓", "2570-000001-3", None),
        ("25700000013", "2570-000001-3", None),
        ("4821-9037-5562-1184", None, "4821-9037-5562-1184"),
        ("4821903755621184", None, "4821-9037-5562-1184"),
        ("๔๘๒๑ ๙๐๓๗ ๕๕๖๒ ๑๑๘๔", None, "4821-9037-5562-1184"),
        (
            "เรื่อง 2570-000001-3 รหัส 4821 9037 5562 1184",
            "2570-000001-3",
            "4821-9037-5562-1184",
        ),
        ("4821903755621184 25700000013", "2570-000001-3", "4821-9037-5562-1184"),
        ("2570-0000-0130-1184", None, "2570-0000-0130-1184"),
        ("0812345678", None, None),
        ("ไม่รู้", None, None),
    ],
)
def test_number_and_code_are_found_when_they_are_typed_anyhow(text, number, code):
    assert read_case(text) == (number, code)
