"""Cases, what happened to them, and the people behind them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.cases.states import CaseState
from api.clock import now
from api.database import Base
from api.encryption import EncryptedJSON, EncryptedText


class CaseKind(StrEnum):
    grievance = "grievance"  # ร้องทุกข์
    complaint = "complaint"  # ร้องเรียน
    corruption = "corruption"  # แจ้งเบาะแสทุจริต
    suggestion = "suggestion"  # ข้อเสนอแนะ
    compliment = "compliment"  # คำชมเชย


class Urgency(StrEnum):
    normal = "normal"  # ปกติ
    urgent = "urgent"  # ด่วน
    most_urgent = "most_urgent"  # ด่วนที่สุด


class Audience(StrEnum):
    citizen = "citizen"
    staff = "staff"


class Case(Base):
    """Where a case stands. How it came there is in `case_events`."""

    __tablename__ = "cases"
    __table_args__ = (
        # It holds all that the staff list sorts, filters and counts by, so that among 100,000 cases
        # the sealed texts of the rows are not read.
        Index(
            "ix_cases_open_by_due_date",
            "due_at",
            "id",
            "confidential",
            "unit",
            "state",
            "kind",
            "agency",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    request_id: Mapped[str] = mapped_column(
        String(64), unique=True, comment="The filing's own id: a repeat returns this case."
    )
    receipt_hash: Mapped[str] = mapped_column(
        String(64), comment="Keyed hash of the secret code that the citizen holds."
    )
    kind: Mapped[CaseKind] = mapped_column(String(20))
    state: Mapped[CaseState] = mapped_column(String(25), default=CaseState.received)
    urgency: Mapped[Urgency] = mapped_column(String(15), default=Urgency.normal)
    confidential: Mapped[bool] = mapped_column(default=False)
    anonymous: Mapped[bool] = mapped_column(default=False)
    topic: Mapped[str] = mapped_column(String(40))
    agency: Mapped[str | None] = mapped_column(
        String(200), comment="The agency complained about, as named in knowledge/agencies.yml."
    )
    unit: Mapped[str] = mapped_column(String(200), comment="The unit or agency that handles it.")
    unit_because: Mapped[str] = mapped_column(String(500))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    conversation_id: Mapped[str | None] = mapped_column(
        ForeignKey("conversations.id"),
        index=True,
        comment="Empty for an anonymous case: nothing then leads to the sender.",
    )
    detail: Mapped[str] = mapped_column(EncryptedText("cases.detail"))
    happened_at: Mapped[str | None] = mapped_column(EncryptedText("cases.happened_at"))
    place: Mapped[str | None] = mapped_column(EncryptedText("cases.place"))
    received_at: Mapped[datetime] = mapped_column(
        comment="When it arrived; for an anonymous case only the hour, because the minute would "
        "point at the conversation it came from."
    )
    counted_from_at: Mapped[datetime] = mapped_column(comment="When the clocks start.")
    forward_by: Mapped[datetime]
    first_notice_by: Mapped[datetime]
    answer_by: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(
        comment="The nearest duty: forward_by until it is forwarded, answer_by from then on."
    )
    due_because: Mapped[list[str]] = mapped_column(
        EncryptedJSON("cases.due_because"),
        comment="One Thai sentence a due date: forward_by, first_notice_by, answer_by.",
    )
    closed_at: Mapped[datetime | None]

    complainant: Mapped["Complainant | None"] = relationship(back_populates="case", lazy="raise")
    events: Mapped[list["CaseEvent"]] = relationship(
        back_populates="case", lazy="raise", order_by="CaseEvent.id"
    )


class Complainant(Base):
    """Who complained, kept apart from the case; no row for an anonymous case."""

    __tablename__ = "complainants"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    name: Mapped[str | None] = mapped_column(EncryptedText("complainants.name"))
    contact: Mapped[str | None] = mapped_column(
        EncryptedText("complainants.contact"), comment="Telephone, e-mail, or 'LINE'."
    )
    consent_version: Mapped[str] = mapped_column(
        String(20), comment="The privacy notice that was agreed to."
    )
    consent_at: Mapped[datetime] = mapped_column(default=now)

    case: Mapped[Case] = relationship(back_populates="complainant", lazy="raise")


class CaseEvent(Base):
    """One thing that happened to a case: who, when, what and why. Never edited."""

    __tablename__ = "case_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    verb: Mapped[str] = mapped_column(String(30), comment="opened, information_added, ...")
    actor: Mapped[str] = mapped_column(String(20), comment="citizen, staff or system.")
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    from_state: Mapped[CaseState | None] = mapped_column(String(25))
    to_state: Mapped[CaseState | None] = mapped_column(String(25))
    note: Mapped[str | None] = mapped_column(EncryptedText("case_events.note"))
    audience: Mapped[Audience] = mapped_column(String(10), default=Audience.staff)
    request_id: Mapped[str | None] = mapped_column(
        String(64), unique=True, comment="The id of the request that caused it, against repeats."
    )

    case: Mapped[Case] = relationship(back_populates="events", lazy="raise")


class CaseAttachment(Base):
    """A file that belongs to a case."""

    __tablename__ = "case_attachments"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    attachment_id: Mapped[str] = mapped_column(ForeignKey("attachments.id"), primary_key=True)


class CaseCounter(Base):
    """The last case number of a fiscal year (Buddhist era)."""

    __tablename__ = "case_counters"

    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class WrongCodeTries(Base):
    """How often a wrong number or code was tried within an hour, by one conversation or for one
    number. The two are counted apart, so that no row ties a person to a case."""

    __tablename__ = "wrong_code_tries"

    key: Mapped[str] = mapped_column(
        String(64), primary_key=True, comment="Keyed hash of the conversation, or of the number."
    )
    hour: Mapped[int] = mapped_column(comment="Hours since 1970.")
    count: Mapped[int]
