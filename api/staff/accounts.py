"""Accounts: made, listed, disabled and given a new password. Only the command line does this."""

import unicodedata
from collections.abc import Sequence

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from api.clock import now
from api.staff.models import Role, Staff, StaffSession
from api.staff.passwords import hash_password


class LoginTaken(ValueError):
    """Another account has this login."""


class NoSuchAccount(ValueError):
    """No account has this login."""


class UnitMissing(ValueError):
    """A unit officer needs a unit: the cases that they see are those of the unit."""


class FieldMissing(ValueError):
    """Login and name must not be empty, and have at most 60 and 120 characters."""


def normal_login(login: str) -> str:
    """One form of what people type; characters that cannot be seen are dropped."""
    seen = "".join(c for c in unicodedata.normalize("NFKC", login) if c.isprintable())
    return seen.strip().casefold()


def create_account(
    session: Session, login: str, name: str, role: Role, unit: str | None, password: str
) -> Staff:
    login, name, unit = normal_login(login), name.strip(), (unit or "").strip() or None
    if not login or not name or len(login) > 60 or len(name) > 120:
        raise FieldMissing
    if role is Role.unit_officer and not unit:
        raise UnitMissing
    if session.scalar(select(exists().where(Staff.login == login))):
        raise LoginTaken
    staff = Staff(
        login=login, name=name, role=role, unit=unit, password_hash=hash_password(password)
    )
    session.add(staff)
    session.flush()
    return staff


def any_account(session: Session) -> bool:
    return bool(session.scalar(select(exists().where(Staff.disabled_at.is_(None)))))


def all_accounts(session: Session) -> Sequence[Staff]:
    return session.scalars(select(Staff).order_by(Staff.login)).all()


def set_password(session: Session, login: str, password: str) -> None:
    """A new password also ends every session that the old one opened."""
    staff = _account(session, login)
    staff.password_hash = hash_password(password)
    _end_sessions(session, staff)


def disable(session: Session, login: str) -> None:
    """The account stays, because the history names it; nobody can use it any more."""
    staff = _account(session, login)
    staff.disabled_at = staff.disabled_at or now()
    _end_sessions(session, staff)


def _account(session: Session, login: str) -> Staff:
    staff = session.scalar(select(Staff).where(Staff.login == normal_login(login)))
    if staff is None:
        raise NoSuchAccount
    return staff


def _end_sessions(session: Session, staff: Staff) -> None:
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff.id))
