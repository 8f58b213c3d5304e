"""Staff accounts and their roles."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String
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
    unit: Mapped[str | None] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=now)
    disabled_at: Mapped[datetime | None]


class StaffSession(Base):
    """A signed-in browser. Only the hash of its token is stored."""

    __tablename__ = "staff_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_seen_at: Mapped[datetime] = mapped_column(default=now)
