"""Case numbers, and the secret codes by which a citizen follows a case."""

import hmac

from sqlalchemy import text
from sqlalchemy.orm import Session
from stdnum import luhn

from api.encryption import derive, look_up_key

_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


def next_number(session: Session, year: int) -> str:
    """The next number of a fiscal year, `2570-000001-8`: year, running number, check digit.

    The counter's row stays locked until the transaction ends: numbers are unique, and a filing
    that fails gives its number back.
    """
    count = session.execute(
        text(
            "INSERT INTO case_counters (year, last) VALUES (:year, 1) "
            "ON CONFLICT (year) DO UPDATE SET last = case_counters.last + 1 RETURNING last"
        ),
        {"year": year},
    ).scalar_one()
    return _with_check_digit(f"{year:04}{count:06}")


def read_number(typed: str) -> str | None:
    """The number as stored, from what a person typed; None when it cannot be one."""
    digits = _digits(typed)
    if len(digits) < 11 or not luhn.is_valid(digits):
        return None
    return _with_check_digit(digits[:-1])


def receipt_code(request_id: str) -> str:
    """The secret code of a filing: 16 digits in groups of four.

    It is derived and not drawn, so that a repeat of the filing shows the same code again without
    its being stored.
    """
    digits = f"{int.from_bytes(derive('receipt', request_id)) % 10**16:016}"
    return "-".join(digits[start : start + 4] for start in range(0, 16, 4))


def receipt_hash(code: str) -> str:
    """What is stored of a code."""
    return look_up_key(_digits(code), "receipt")


def is_receipt(code: str, stored_hash: str) -> bool:
    return hmac.compare_digest(receipt_hash(code), stored_hash)


def _with_check_digit(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:]}-{luhn.calc_check_digit(digits)}"


def _digits(typed: str) -> str:
    return "".join(c for c in typed.translate(_THAI_DIGITS) if c.isascii() and c.isdigit())
