"""The only file that asks what time it is."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BANGKOK = ZoneInfo("Asia/Bangkok")

_THAI_MONTHS = [
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
_THAI_DAYS = ["จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์"]


def now() -> datetime:
    """The present moment in UTC, aware."""
    return datetime.now(UTC)


def bangkok(moment: datetime) -> datetime:
    """The same moment on a Bangkok clock."""
    return moment.astimezone(BANGKOK)


def fiscal_year(day: date) -> int:
    """The Buddhist-era fiscal year (1 October to 30 September) that a day belongs to."""
    return day.year + 543 + (day.month >= 10)


def thai_date(day: date) -> str:
    """A date as people read it: `พฤหัสบดี 5 พฤศจิกายน 2569`."""
    return f"{_THAI_DAYS[day.weekday()]} {day.day} {_THAI_MONTHS[day.month - 1]} {day.year + 543}"


def thai_datetime(moment: datetime) -> str:
    """A moment as people read it in Bangkok: `5 พฤศจิกายน 2569 เวลา 16:30 น.`."""
    local = bangkok(moment)
    return f"{local.day} {_THAI_MONTHS[local.month - 1]} {local.year + 543} เวลา {local:%H:%M} น."
