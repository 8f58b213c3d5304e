"""Answers a citizen's question from the published entries, and keeps a trace of each question."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.orm import Session

from api.conversations.models import Conversation
from api.errors import NotFound
from api.faq import follow_up, trace
from api.faq.catalogue import by_ids
from api.faq.knowledge_files import source_titles
from api.faq.models import Entry
from api.faq.outside import is_english, is_other_language, read_outside, subjects
from api.faq.search import Found, Outcome, search
from api.settings import get_settings
from api.thai_text import clean

log = structlog.get_logger()


class AnswerNotFound(NotFound):
    message = "คำตอบนี้ไม่อยู่ในระบบแล้ว กรุณาพิมพ์คำถามอีกครั้ง"


def answer_question(
    session: Session, conversation_id: str | None, question: str, entry_id: str | None = None
) -> dict[str, Any]:
    """What to say: an answer, questions to choose from, a fixed reply, or an honest `unknown`.

    A pressed choice names its `entry_id`. Raises AnswerNotFound when that entry is gone.
    """
    question = clean(question)
    about = None
    if entry_id:
        # A pressed choice has no words of its own: it says what the question before it meant.
        before = trace.latest(session, conversation_id)
        question = before.question if before else question
        found = Found(Outcome.answered, [entry_id], 1.0)
    else:
        found = search(session, question)
        about, found = follow_up.understand(session, conversation_id, question, found)
    entries = by_ids(session, found.entry_ids)
    if entry_id and not entries:
        raise AnswerNotFound
    outcome = found.outcome if entries or found.outcome is Outcome.outside else Outcome.unknown
    conversation = session.get(Conversation, conversation_id) if conversation_id else None
    asked = trace.keep(session, conversation, question, outcome, found, about)
    log.info("question", outcome=outcome.value, entries=found.entry_ids, outside=found.outside_id)
    english = is_english(question)
    return {
        "outcome": outcome.value,
        "asked_id": asked.id,
        "answer": _answer(entries[0], english) if outcome is Outcome.answered else None,
        "choices": [_choice(entry, english) for entry in entries]
        if outcome is Outcome.choices
        else [],
        "reply": _reply(question, found, english) if not entries else None,
        "kind": _kind(found),
    }


def detail_of(session: Session, entry_id: str) -> dict[str, Any]:
    """The longer answer, on demand. Raises AnswerNotFound when the entry is gone."""
    entry = session.get(Entry, entry_id)
    if entry is None:
        raise AnswerNotFound
    return {"detail": entry.detail or entry.answer, "link": entry.link}


def _answer(entry: Entry, english: bool) -> dict[str, Any]:
    text, language = entry.answer, "th"
    if english and entry.english:
        text, language = entry.english["answer"], "en"
    return {
        "entry_id": entry.id,
        "question": entry.questions[0],
        "answer": text,
        "language": language,
        "has_detail": bool(entry.detail) and language == "th",
        "link": entry.link,
        "source": source_of(entry),
        "year": entry.year,
    }


def _kind(found: Found) -> str | None:
    if found.outside_id is None:
        return None
    return subjects(get_settings().knowledge_dir)[found.outside_id].kind


def _choice(entry: Entry, english: bool) -> dict[str, str]:
    if english and entry.english:
        question, language = entry.english["questions"][0], "en"
    else:
        question, language = entry.questions[0], "th"
    return {"entry_id": entry.id, "question": question, "language": language}


def _reply(question: str, found: Found, english: bool) -> str | None:
    """A fixed reply to what is no question to the office; None where the bot has its own words."""
    said = _outside()
    if found.outside_id is None:
        if is_other_language(question):
            return said.other_language
        if english:
            return said.english_unknown
        return said.unclear if found.is_gibberish else None
    subject = subjects(get_settings().knowledge_dir)[found.outside_id]
    if english and subject.kind == "elsewhere":
        return said.english_elsewhere
    if english and subject.kind == "not_known":
        return said.english_unknown
    if subject.kind == "not_known" and not subject.door:
        return subject.reply
    return (subject.reply or said.replies[subject.kind]).format(door=subject.door)


def source_of(entry: Entry) -> str:
    """The titles of the documents that support the answer."""
    titles = _titles(get_settings().knowledge_dir)
    documents = dict.fromkeys(source.split(":")[0] for source in entry.source)
    return ", ".join(titles[document] for document in documents)


def _outside() -> Any:
    return read_outside(get_settings().knowledge_dir)


@lru_cache
def _titles(knowledge_dir: Path) -> dict[str, str]:
    return source_titles(knowledge_dir)
