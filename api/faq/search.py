"""The best entries for a question. One index a process, made again when the entries changed."""

import threading
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.faq.index import FEATURES, Document, Index
from api.faq.judge import judge, weights
from api.faq.models import Entry
from api.faq.terms import analyser
from api.settings import get_settings


class Outcome(StrEnum):
    answered = "answered"
    choices = "choices"
    unknown = "unknown"


@dataclass(frozen=True)
class Found:
    """`entry_ids` is the one answer, the few to choose from, or empty."""

    outcome: Outcome
    entry_ids: list[str]
    score: float


HALF = 0.5
"""Of what a single word and its concepts say."""

_QUESTION_WORDS = FEATURES.index("question_words")

Version = tuple[object, ...]

_building = threading.Lock()
_kept: tuple[Version, Index] | None = None


def prepare(session: Session) -> None:
    """Make the index now, so that no question has to wait for it."""
    _index(session)


def search(session: Session, question: str) -> Found:
    return find(_index(session), question)


def find(index: Index, question: str) -> Found:
    by = weights()
    comparison = index.compare(question)
    verdict = judge(comparison, by)
    ids = [index.ids[row] for row in verdict.order]
    if comparison.exact is None and comparison.word_count == 1:
        # One word names a subject and asks nothing: the person says what about it.
        is_known = comparison.features[verdict.order[0], _QUESTION_WORDS] >= HALF
        outcome = Outcome.choices if is_known else Outcome.unknown
    elif verdict.first_is_right >= by.answer_from:
        outcome, ids = Outcome.answered, ids[:1]
    elif verdict.one_of_three_is_right >= by.ask_back_from:
        outcome = Outcome.choices
    else:
        outcome = Outcome.unknown
    return Found(outcome, [] if outcome is Outcome.unknown else ids, verdict.first_is_right)


def _index(session: Session) -> Index:
    global _kept
    version = _version(session)
    kept = _kept
    if kept and kept[0] == version:
        return kept[1]
    with _building:
        # While this thread waited, another one may have built it.
        if _kept and _kept[0] == version:
            return _kept[1]
        index = build_index(session)
        _kept = (version, index)
        return index


def _version(session: Session) -> Version:
    """Changes whenever an entry is added, changed or removed; the tests' databases differ too."""
    counted = session.execute(select(func.count(Entry.id), func.max(Entry.updated_at))).one()
    return (str(session.get_bind().engine.url), *counted)


def build_index(session: Session) -> Index:
    entries = session.scalars(select(Entry).order_by(Entry.id))
    documents = [
        Document(entry.id, entry.questions, [entry.answer, entry.detail or ""]) for entry in entries
    ]
    return Index(documents, analyser(get_settings().knowledge_dir))
