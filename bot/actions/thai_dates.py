"""Dates as people write them in Thai: 5 ต.ค. 69, ๕/๑๐/๒๕๖๙, เมื่อวาน."""

import re
from datetime import date, datetime, timedelta, timezone

BANGKOK = timezone(timedelta(hours=7))

_FULL = [
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
]
_SHORT = ["มค", "กพ", "มีค", "เมย", "พค", "มิย", "กค", "สค", "กย", "ตค", "พย", "ธค"]
_STEMS = [
    "มกรา",
    "กุมภา",
    "มีนา",
    "เมษา",
    "พฤษภา",
    "มิถุนา",
    "กรกฎา",
    "สิงหา",
    "กันยา",
    "ตุลา",
    "พฤศจิกา",
    "ธันวา",
]
_MONTHS = {name: n for names in (_FULL, _SHORT, _STEMS) for n, name in enumerate(names, 1)}
_MONTH = "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True))

_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4}|\d{2})(?!\d)")
_NAMED = re.compile(rf"(?<!\d)(\d{{1,2}})\s*({_MONTH})(?:\s*(?:พศ|ปี)?\s*(\d{{4}}|\d{{2}})(?!\d))?")
_DAYS_AGO = re.compile(r"(\d{1,3})\s*วัน\s*(?:ก่อน|ที่แล้ว|ที่ผ่านมา)")
_RELATIVE = (
    *(("เมื่อวานซืน", 2), ("วานซืน", 2), ("เมื่อวาน", 1)),
    *(("วันนี้", 0), ("เมื่อเช้า", 0), ("เมื่อกี้", 0)),
)

_DIGITS = {ord("๐") + n: str(n) for n in range(10)}
# Buddhist years are 543 ahead; a two-digit year above 43 can only be one of them nowadays.
_BUDDHIST = 543


def today(days_ago: int = 0) -> date:
    return datetime.now(BANGKOK).date() - timedelta(days=days_ago)


def read_date(text: str, now: date) -> date | None:
    """The one day that `text` names, or None. A year left out is the latest that has been."""
    text = text.translate(_DIGITS)
    numeric = _NUMERIC.search(text)
    if numeric:
        return _day(int(numeric[1]), int(numeric[2]), _year(numeric[3]))
    named = _NAMED.search(re.sub(r"(?<=[ก-๙])\.", "", text))
    if named:
        day, month = int(named[1]), _MONTHS[named[2]]
        if named[3]:
            return _day(day, month, _year(named[3]))
        this_year = _day(day, month, now.year)
        return _day(day, month, now.year - 1) if this_year and this_year > now else this_year
    days_ago = _DAYS_AGO.search(text)
    if days_ago:
        return now - timedelta(days=int(days_ago[1]))
    return next((now - timedelta(days=n) for word, n in _RELATIVE if word in text), None)


def looks_like_date(text: str) -> bool:
    """Whether a day is written out in `text`, be it in the calendar or not."""
    text = re.sub(r"(?<=[ก-๙])\.", "", text.translate(_DIGITS))
    return bool(_NUMERIC.search(text) or _NAMED.search(text))


def write_date(day: date) -> str:
    return f"{day.day} {_FULL[day.month - 1]} {day.year + _BUDDHIST}"


def is_only_a_date(text: str) -> bool:
    """Whether nothing is lost when the date is written instead of `text`."""
    text = re.sub(r"(?<=[ก-๙])\.", "", text.translate(_DIGITS))
    for pattern in (_NUMERIC, _NAMED, _DAYS_AGO):
        text = pattern.sub("", text)
    for word, _ in _RELATIVE:
        text = text.replace(word, "")
    return not re.sub(r"วันที่|เมื่อ|นี้|ครับ|ค่ะ|คะ|[\s.,]", "", text)


def _year(written: str) -> int:
    year = int(written)
    if year < 100:
        return year + 2500 - _BUDDHIST if year > 43 else year + 2000
    return year - _BUDDHIST if year > 2400 else year


def _day(day: int, month: int, year: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
