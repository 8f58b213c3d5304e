"""Answers a citizen's question from the published entries, and logs what was done about it."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.errors import NotFound
from api.faq.knowledge_files import source_titles
from api.faq.models import AskedQuestion, Entry
from api.faq.search import Found, Outcome, search
from api.settings import get_settings
from api.thai_text import clean

log = structlog.get_logger()


class AnswerNotFound(NotFound):
    message = "คำตอบนี้ไม่อยู่ในระบบแล้ว กรุณาพิมพ์คำถามอีกครั้ง"


def answer_question(
    session: Session, conversation_id: str | None, question: str, entry_id: str | None = None
) -> dict[str, Any]:
    """The answer, up to three questions to choose from, or an honest `unknown`.

    A pressed choice names its `entry_id`. Raises AnswerNotFound when that entry is gone.
    """
    question = clean(question)
    found = Found(Outcome.answered, [entry_id], 1.0) if entry_id else search(session, question)
    entries = _entries(session, found.entry_ids)
    if entry_id and not entries:
        raise AnswerNotFound
    outcome = found.outcome if entries else Outcome.unknown
    is_answered = outcome is Outcome.answered
    session.add(
        AskedQuestion(
            conversation_id=conversation_id,
            question=question,
            outcome=outcome.value,
            entry_id=entries[0].id if is_answered else None,
            score=found.score,
            choices=[] if is_answered else [entry.id for entry in entries],
        )
    )
    session.flush()
    log.info("question", outcome=outcome.value, entries=found.entry_ids)
    return {
        "outcome": outcome.value,
        "answer": _answer(entries[0]) if is_answered else None,
        "choices": [] if is_answered else [_choice(entry) for entry in entries],
    }


def forget_who_asked(session: Session, conversation_id: str) -> None:
    """Keep the questions of a conversation, but not whose they are."""
    session.execute(
        update(AskedQuestion)
        .where(AskedQuestion.conversation_id == conversation_id)
        .values(conversation_id=None)
    )


def _entries(session: Session, ids: list[str]) -> list[Entry]:
    """In the order of `ids`; what was deleted meanwhile is left out."""
    if not ids:
        return []
    stored = {entry.id: entry for entry in session.scalars(select(Entry).where(Entry.id.in_(ids)))}
    return [stored[one] for one in ids if one in stored]


def _answer(entry: Entry) -> dict[str, Any]:
    return {
        "entry_id": entry.id,
        "question": entry.questions[0],
        "answer": entry.answer,
        "detail": entry.detail,
        "link": entry.link,
        "source": _source(entry),
        "year": entry.year,
    }


def _choice(entry: Entry) -> dict[str, str]:
    return {"entry_id": entry.id, "question": entry.questions[0]}


def _source(entry: Entry) -> str:
    titles = _titles(get_settings().knowledge_dir)
    documents = dict.fromkeys(source.split(":")[0] for source in entry.source)
    return ", ".join(titles[document] for document in documents)


@lru_cache
def _titles(knowledge_dir: Path) -> dict[str, str]:
    return source_titles(knowledge_dir)
