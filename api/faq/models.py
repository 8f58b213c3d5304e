"""Published answers, and every question that was asked."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.clock import now
from api.database import Base
from api.encryption import EncryptedText


class Entry(Base):
    """One question of the public with its answer, as written in `knowledge/faq/`."""

    __tablename__ = "faq_entries"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    subject: Mapped[str] = mapped_column(String(60), index=True)
    questions: Mapped[list[str]] = mapped_column(JSON, comment="Ways to ask; the first is shown.")
    answer: Mapped[str]
    detail: Mapped[str | None]
    english: Mapped[dict[str, Any] | None] = mapped_column(
        JSON, comment="`questions` and `answer` for those who ask in English."
    )
    link: Mapped[str | None] = mapped_column(String(300))
    source: Mapped[list[str]] = mapped_column(JSON, comment="document:line, as in sources.yml.")
    year: Mapped[int] = mapped_column(comment="Fiscal year of the facts, Buddhist era.")
    owner_unit: Mapped[str] = mapped_column(String(200))
    audience: Mapped[list[str]] = mapped_column(JSON)
    related: Mapped[list[str]] = mapped_column(JSON, comment="Ids of entries to look at next.")
    review_on: Mapped[date]
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, index=True)


class Ending(StrEnum):
    """Where a question led that the answer did not end."""

    person = "person"
    case = "case"


class AskedQuestion(Base):
    """A question of the public and what was done about it; the editors work from these."""

    __tablename__ = "asked_questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    channel: Mapped[str | None] = mapped_column(String(10), comment="line or web.")
    asked_at: Mapped[datetime] = mapped_column(default=now, index=True)
    question: Mapped[str] = mapped_column(
        EncryptedText("asked_questions.question"), comment="Personal data is masked."
    )
    outcome: Mapped[str] = mapped_column(
        String(10), index=True, comment="answered, choices, outside or unknown."
    )
    entry_id: Mapped[str | None] = mapped_column(String(80), index=True)
    outside_id: Mapped[str | None] = mapped_column(
        String(80), comment="The recognised subject of knowledge/outside.yml."
    )
    about_entry_id: Mapped[str | None] = mapped_column(
        String(80), comment="The answer before, when the question only makes sense after it."
    )
    score: Mapped[float]
    choices: Mapped[list[str]] = mapped_column(JSON, default=list, comment="Entry ids offered.")
    useful: Mapped[bool | None] = mapped_column(comment="The thumb that was pressed.")
    ended_in: Mapped[Ending | None] = mapped_column(String(10), comment="person or case.")
