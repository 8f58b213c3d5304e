"""The published entries as people browse them: by subject, one by one, and by what they type."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.errors import NotFound
from api.faq.models import Entry
from api.faq.search import search, suggest
from api.faq.subjects import places, subject_titles
from api.settings import get_settings

MOST_FOUND = 10


class SubjectUnknown(NotFound):
    message = "ไม่พบหมวดนี้ในคลังคำถาม อาจถูกรวมกับหมวดอื่นแล้ว"


class EntryUnknown(NotFound):
    message = "ไม่พบคำถามนี้ในคลังคำถาม อาจถูกปรับปรุงหรือรวมกับคำถามอื่นแล้ว"


@dataclass(frozen=True)
class Subject:
    id: str
    title: str
    count: int
    changed_at: datetime


def title_of(subject: str) -> str:
    """The subject's own name while no file has a title for it."""
    return subject_titles(get_settings().knowledge_dir).get(subject, subject)


def subjects(session: Session) -> list[Subject]:
    """Those that have entries, in the order of the files."""
    counted = select(Entry.subject, func.count(), func.max(Entry.updated_at)).group_by(
        Entry.subject
    )
    stored = {
        subject: Subject(subject, title_of(subject), count, changed_at)
        for subject, count, changed_at in session.execute(counted)
    }
    order = list(subject_titles(get_settings().knowledge_dir))
    known = [stored.pop(subject) for subject in order if subject in stored]
    return [*known, *stored.values()]


def entries_of(session: Session, subject: str) -> list[Entry]:
    """In the order of the files. Raises SubjectUnknown when there are none."""
    order = places(get_settings().knowledge_dir)
    entries = session.scalars(select(Entry).where(Entry.subject == subject).order_by(Entry.id))
    if found := sorted(entries, key=lambda entry: order.get(entry.id, len(order))):
        return found
    raise SubjectUnknown


def one_entry(session: Session, entry_id: str) -> Entry:
    entry = session.get(Entry, entry_id)
    if entry is None:
        raise EntryUnknown
    return entry


def by_ids(session: Session, ids: Sequence[str]) -> list[Entry]:
    """In the order of `ids`, without those that are gone."""
    if not ids:
        return []
    stored = {entry.id: entry for entry in session.scalars(select(Entry).where(Entry.id.in_(ids)))}
    return [stored[one] for one in ids if one in stored]


def found_by(session: Session, question: str) -> list[Entry]:
    """What the bot would answer or offer first, then what lies near the words."""
    near = suggest(session, question, MOST_FOUND)
    best = search(session, question).entry_ids
    return by_ids(session, list(dict.fromkeys([*best, *near]))[:MOST_FOUND])


def suggested(session: Session, typed: str, most: int) -> list[Entry]:
    """Few entries for what somebody is still typing."""
    return by_ids(session, suggest(session, typed, most))


def addresses(session: Session) -> Sequence[tuple[str, str, datetime]]:
    """(subject, entry id, when it changed) of every entry."""
    rows = select(Entry.subject, Entry.id, Entry.updated_at).order_by(Entry.subject, Entry.id)
    return [(subject, entry_id, at) for subject, entry_id, at in session.execute(rows)]
