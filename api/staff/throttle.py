"""Guessing passwords is slow: after a few failures each further one costs a longer wait.

An attempt is counted before its password is checked, so that many at once cannot slip through.
"""

import math
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api import clock
from api.encryption import look_up_key
from api.errors import TooMany
from api.staff.models import SignInAttempt

LONGEST_WAIT_SECONDS = 40
FREE_FAILURES_OF_A_LOGIN = 4
# Many people of one office share an address.
FREE_FAILURES_OF_AN_ADDRESS = 20
FORGOTTEN_AFTER = timedelta(hours=1)


class TooManySignIns(TooMany):
    def __init__(self, seconds: int) -> None:
        super().__init__(f"ลองเข้าสู่ระบบหลายครั้งเกินไป กรุณารอ {seconds} วินาทีแล้วลองใหม่")
        self.seconds = seconds


def count_attempt(session: Session, login: str, address: str) -> None:
    """Count one attempt as failed. Raises TooManySignIns while the login or address must wait."""
    present = clock.now()
    session.execute(delete(SignInAttempt).where(SignInAttempt.last_at < present - FORGOTTEN_AFTER))
    rows = [
        (_row(session, f"login:{login}", present), FREE_FAILURES_OF_A_LOGIN),
        (_row(session, f"address:{address}", present), FREE_FAILURES_OF_AN_ADDRESS),
    ]
    wait = max(_seconds_to_wait(row, free, present) for row, free in rows)
    if wait > 0:
        raise TooManySignIns(wait)
    for row, _ in rows:
        row.failures += 1
        row.last_at = present


def forgive(session: Session, login: str, address: str) -> None:
    """The password was right: the login starts afresh, and the address gets its attempt back."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.key == _key(f"login:{login}")))
    row = session.get(SignInAttempt, _key(f"address:{address}"))
    if row is not None:
        row.failures = max(0, row.failures - 1)


def _seconds_to_wait(row: SignInAttempt, free: int, present: datetime) -> int:
    if row.failures < free:
        return 0
    pause = min(LONGEST_WAIT_SECONDS, 2 ** min(row.failures - free + 1, 10))
    return max(0, math.ceil(pause - (present - row.last_at).total_seconds()))


def _key(who: str) -> str:
    return look_up_key(who, "sign-in")


def _row(session: Session, who: str, present: datetime) -> SignInAttempt:
    # The row is locked on PostgreSQL; on SQLite there is one writer anyway.
    wanted = select(SignInAttempt).where(SignInAttempt.key == _key(who)).with_for_update()
    if row := session.scalar(wanted):
        return row
    try:
        with session.begin_nested():
            row = SignInAttempt(key=_key(who), failures=0, last_at=present)
            session.add(row)
    except IntegrityError:
        # Another attempt for the same login made the row a moment ago.
        return session.scalars(wanted).one()
    return row
