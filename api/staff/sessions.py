"""Signing in and out. The browser holds a random token; the database holds only its hash."""

import hashlib
import secrets
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from api import clock
from api.database import session_scope
from api.encryption import look_up_key
from api.errors import AppError, Unavailable
from api.staff import throttle
from api.staff.accounts import normal_login
from api.staff.models import Staff, StaffSession
from api.staff.passwords import matches

IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=12)
# Being seen is written down at most this often, so that reading pages does not mean writing.
_SEEN_STEP = timedelta(minutes=1)


class WrongPassword(AppError):
    """The same sentence for an unknown login, a wrong password and a disabled account."""

    status = 401
    message = "ชื่อเข้าใช้หรือรหัสผ่านไม่ถูกต้อง"


def sign_in(login: str, password: str, address: str, old_token: str | None) -> str:
    """A new token. Raises WrongPassword, or TooManySignIns.

    Three steps, so that no transaction is open while Argon2 works.
    """
    login = normal_login(login)
    with session_scope() as session:
        throttle.count_attempt(session, login, address)
        staff = session.scalar(
            select(Staff).where(Staff.login == login, Staff.disabled_at.is_(None))
        )
    if not matches(password, staff.password_hash if staff else None) or staff is None:
        raise WrongPassword
    token = secrets.token_urlsafe(32)
    with session_scope() as session:
        throttle.forgive(session, login, address)
        _forget_old(session, old_token)
        session.add(
            StaffSession(
                token_hash=hash_token(token),
                staff_id=staff.id,
                created_at=clock.now(),
                last_seen_at=clock.now(),
            )
        )
    return token


def sign_out(token: str) -> None:
    with session_scope() as session:
        session.execute(delete(StaffSession).where(StaffSession.token_hash == hash_token(token)))


def find_staff(token: str) -> Staff | None:
    """Who holds this token, or nobody when it is unknown, too old or its account is disabled."""
    present = clock.now()
    with session_scope(read_only=True) as session:
        found = session.execute(
            select(StaffSession, Staff)
            .join(Staff, Staff.id == StaffSession.staff_id)
            .where(StaffSession.token_hash == hash_token(token), Staff.disabled_at.is_(None))
        ).one_or_none()
    if found is None:
        return None
    signed_in, staff = found
    if _expired(signed_in, present):
        return None
    if present - signed_in.last_seen_at >= _SEEN_STEP:
        _note_seen(signed_in.token_hash, present)
    return staff


def _expired(signed_in: StaffSession, present: datetime) -> bool:
    idle = present - signed_in.last_seen_at
    return idle >= IDLE_LIMIT or present - signed_in.created_at >= ABSOLUTE_LIMIT


def _note_seen(token_hash: str, present: datetime) -> None:
    # A page that can be read is shown even while nothing can be written; the next one notes it.
    with suppress(Unavailable, OperationalError), session_scope() as session:
        session.execute(
            update(StaffSession)
            .where(StaffSession.token_hash == token_hash)
            .values(last_seen_at=present)
        )


def _forget_old(session: Session, token: str | None) -> None:
    """End the browser's earlier session, and clear away every session past its limits."""
    present = clock.now()
    session.execute(
        delete(StaffSession).where(
            or_(
                StaffSession.token_hash == hash_token(token or ""),
                StaffSession.last_seen_at <= present - IDLE_LIMIT,
                StaffSession.created_at <= present - ABSOLUTE_LIMIT,
            )
        )
    )


def csrf_token(token: str) -> str:
    """What every form of this session carries; nobody without the token can compute it."""
    return look_up_key(token, "csrf")


def hash_token(token: str) -> str:
    # A plain hash is enough: 256 random bits cannot be guessed from it.
    return hashlib.sha256(token.encode()).hexdigest()
