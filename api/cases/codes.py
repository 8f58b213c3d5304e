"""Opening a case by its number and secret code, and making guesses hopeless.

A guess is counted before it is checked, so that many at once cannot slip through, and it counts
the same whether the number exists or not. What was counted for a right code is given back.
"""

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from api import clock
from api.cases.models import Case, WrongCodeTries
from api.cases.numbers import is_receipt, read_number, receipt_hash
from api.encryption import look_up_key
from api.errors import TooMany

TRIES_OF_A_CONVERSATION = 10
TRIES_AT_A_NUMBER = 30
"""Wrong tries an hour. More for a number, so that a stranger hardly locks its owner out."""

_HOUR_SECONDS = 3600
_COUNT_ONE = text(
    "INSERT INTO wrong_code_tries (key, hour, count) VALUES (:key, :hour, 1) "
    "ON CONFLICT (key) DO UPDATE SET count = wrong_code_tries.count + 1 RETURNING count"
)
_GIVE_BACK = text("UPDATE wrong_code_tries SET count = count - 1 WHERE key = :key AND count > 0")


class TooManyWrongCodes(TooMany):
    message = "ใส่เลขที่เรื่องหรือรหัสลับไม่ถูกหลายครั้ง กรุณารอหนึ่งชั่วโมงแล้วลองใหม่ หรือโทร 1689 กด 1"


def case_by_code(session: Session, conversation_id: str, number: str, code: str) -> Case | None:
    """The case that this number and code open together, or None.

    Raises TooManyWrongCodes when the conversation, or others at this number, guessed too often.
    """
    known = read_number(number)
    case = session.scalar(select(Case).where(Case.number == known)) if known else None
    counted = [(_key("conversation", conversation_id), TRIES_OF_A_CONVERSATION)]
    if not (case and case.conversation_id == conversation_id):
        # Strangers who guess at a number must not keep the one who filed it away from it.
        counted.append((_key("number", known or number), TRIES_AT_A_NUMBER))
    # First, and alone: whoever counts already holds a row that another may be waiting for.
    session.execute(delete(WrongCodeTries).where(WrongCodeTries.hour < _hour()))
    for key, allowed in counted:
        if _count(session, key) > allowed:
            raise TooManyWrongCodes
    # An unknown number is compared as well, and so takes as long.
    right = is_receipt(code, case.receipt_hash if case else receipt_hash(""))
    if not (case and right):
        return None
    for key, _ in counted:
        session.execute(_GIVE_BACK, {"key": key})
    return case


def _count(session: Session, key: str) -> int:
    return session.execute(_COUNT_ONE, {"key": key, "hour": _hour()}).scalar_one()


def _key(kind: str, value: str) -> str:
    return look_up_key(value, f"wrong_code_tries.{kind}")


def _hour() -> int:
    return int(clock.now().timestamp()) // _HOUR_SECONDS
