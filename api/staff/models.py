"""Staff accounts, their signed-in browsers, and what they looked at."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.clock import now
from api.database import Base


class Role(StrEnum):
    grievance_officer = "grievance_officer"  # เจ้าหน้าที่ส่วนรับเรื่องร้องทุกข์
    unit_officer = "unit_officer"  # เจ้าหน้าที่ประจำสำนัก
    anti_corruption = "anti_corruption"  # ศูนย์ปฏิบัติการต่อต้านการทุจริต
    supervisor = "supervisor"  # ผู้บังคับบัญชา
    executive = "executive"  # ผู้บริหาร
    editor = "editor"  # ผู้ดูแลคลังความรู้
    administrator = "administrator"  # ผู้ดูแลระบบ


class Staff(Base):
    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(String(20))
    unit: Mapped[str | None] = mapped_column(
        String(200), comment="The unit of a unit officer, spelled as in cases.unit."
    )
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=now)
    disabled_at: Mapped[datetime | None]


class StaffSession(Base):
    """A signed-in browser. Only the hash of its token is stored."""

    __tablename__ = "staff_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_seen_at: Mapped[datetime] = mapped_column(default=now)


class SignInAttempt(Base):
    """How often a login, or an address, failed to sign in. It slows guessing down."""

    __tablename__ = "sign_in_attempts"

    key: Mapped[str] = mapped_column(
        String(64), primary_key=True, comment="Keyed hash of the login, or of the address."
    )
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(index=True)


class AccessLog(Base):
    """One look at personal data: who, when, at what. Never edited.

    `subject` is no foreign key, because the row outlives the data that it is about.
    """

    __tablename__ = "access_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    page: Mapped[str] = mapped_column(String(20), comment="case, chat or file.")
    subject: Mapped[str] = mapped_column(
        String(40), index=True, comment="Case number, conversation id or attachment id."
    )
