"""Published answers, and every question that was asked."""

from datetime import date, datetime

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
    link: Mapped[str | None] = mapped_column(String(300))
    source: Mapped[list[str]] = mapped_column(JSON, comment="document:line, as in sources.yml.")
    year: Mapped[int] = mapped_column(comment="Fiscal year of the facts, Buddhist era.")
    owner_unit: Mapped[str] = mapped_column(String(200))
    review_on: Mapped[date]
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, index=True)


class AskedQuestion(Base):
    """A question of the public and what was done about it."""

    __tablename__ = "asked_questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(default=now, index=True)
    question: Mapped[str] = mapped_column(EncryptedText("asked_questions.question"))
    outcome: Mapped[str] = mapped_column(String(10), comment="answered, choices or unknown.")
    entry_id: Mapped[str | None] = mapped_column(String(80), index=True)
    score: Mapped[float]
    choices: Mapped[list[str]] = mapped_column(JSON, default=list, comment="Entry ids offered.")
