"""The best entries for a question. One index a process, made again when the entries changed.

When the search fails or is slow, an index of words alone takes its place for a while.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import numpy as np
import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.faq.compiled import Compiler, Document
from api.faq.index import FEATURES, Comparison, Index
from api.faq.judge import Verdict, judge, ranked, weights
from api.faq.knowledge_files import read
from api.faq.meaning import open_meaning
from api.faq.models import Entry
from api.faq.outside import is_english, is_other_language, read_outside
from api.faq.terms import analyser
from api.faq.words_only import WordsOnly
from api.settings import get_settings

log = structlog.get_logger()

MEANINGS = Path(__file__).parents[2] / "models/meanings-use3.npz"
"""Vectors of this encoder, which any process may make again from the knowledge."""

PATIENCE_SECONDS = 1.0
REST_SECONDS = 30

HALF = 0.5
"""Of what a question asks for, by its single word or as far as it is typed."""

STRANGE = 0.4
"""Share of a message's runs of letters that nobody ever wrote about anything we know."""

FAR = 0.2
"""A row of keys is strange and farther than this from everything; a strange question is nearer."""

_NEAREST = FEATURES.index("nearest_of_all")
_NEAREST_WORDS = FEATURES.index("nearest_words")
_ASKED_WORDS = FEATURES.index("asked_words")
_ASKED_GRAMS = FEATURES.index("asked_grams")


class Outcome(StrEnum):
    answered = "answered"
    choices = "choices"
    outside = "outside"
    unknown = "unknown"


@dataclass(frozen=True)
class Found:
    """`entry_ids` is the one answer, the few to choose from, or empty.

    `outside_id` names the subject of `knowledge/outside.yml` that was recognised; `score` is the
    probability that the first entry is right; gibberish has nothing that any entry says.
    """

    outcome: Outcome
    entry_ids: list[str]
    score: float
    outside_id: str | None = None
    is_gibberish: bool = False


@dataclass(frozen=True)
class _Kept:
    version: tuple[object, ...]
    index: Index
    words_only: WordsOnly


_building = threading.Lock()
_kept: _Kept | None = None
_searching = ThreadPoolExecutor(2, thread_name_prefix="search")
_resting_until = 0.0


def prepare(session: Session) -> None:
    """Make the index now, so that no question has to wait for it."""
    _indexes(session)


def is_whole() -> bool:
    """Whether questions are searched by all means, not by words alone."""
    return time.monotonic() >= _resting_until


def search(session: Session, question: str) -> Found:
    kept = _indexes(session)
    if is_whole():
        try:
            return _searching.submit(find, kept.index, question).result(PATIENCE_SECONDS)
        except Exception as error:
            _rest(type(error).__name__)
    return _found_by_words(kept.words_only, question)


def search_near(
    session: Session, question: str, in_full: str, entry: Entry, *, itself: bool
) -> Found:
    """The best answer to a question that follows the answer `entry`: of its subject, or related.

    `in_full` says what the question leaves out, and the question what is new: both count the same.
    With `itself` that answer may be the best again, as when it holds the figures of several years.
    """
    kept = _indexes(session)
    near = {*entry.related, *session.scalars(select(Entry.id).filter_by(subject=entry.subject))}
    near = near | {entry.id} if itself else near - {entry.id}
    places = [n for n, one in enumerate(kept.index.ids) if one in near]
    if not places:
        return Found(Outcome.unknown, [], 0.0)
    comparison = kept.index.compare(in_full, among=places)
    alone = kept.index.compare(question, among=places)
    if alone.word_count:
        comparison = replace(comparison, features=(comparison.features + alone.features) / 2)
    return decide(kept.index, comparison, judge(comparison, weights()))


def suggest(session: Session, typed: str, most: int) -> list[str]:
    """Ids of entries for what somebody is typing, best first; empty while nothing fits."""
    kept = _indexes(session)
    if not is_whole():
        return kept.words_only.best(typed)[0][:most]
    try:
        comparison = kept.index.compare(typed)
    except Exception as error:
        _rest(type(error).__name__)
        return kept.words_only.best(typed)[0][:most]
    if not comparison.word_count:
        return []
    scores = comparison.features @ np.array(weights().ranking)
    near = comparison.features[:, [_ASKED_GRAMS, _ASKED_WORDS]].max(axis=1)
    rows = ranked(comparison, scores, most)
    return [kept.index.ids[comparison.candidates[row]] for row in rows if near[row] >= HALF]


def _rest(reason: str) -> None:
    global _resting_until
    _resting_until = time.monotonic() + REST_SECONDS
    log.error("search by words only", reason=reason, seconds=REST_SECONDS)


def find(index: Index, question: str) -> Found:
    return examine(index, question)[0]


def examine(index: Index, question: str) -> tuple[Found, list[str]]:
    """What to do with the question, and the ids of the entries nearest to it."""
    if is_other_language(question):
        return Found(Outcome.unknown, [], 0.0), []
    comparison = index.compare(question)
    verdict = judge(comparison, weights())
    found = decide(index, comparison, verdict)
    if is_english(question) and not index.in_english.issuperset(found.entry_ids):
        # Who asks in English is not helped by an answer, or a choice, in Thai.
        found = replace(found, outcome=Outcome.unknown, entry_ids=[])
    return found, [index.ids[place] for place in verdict.order]


def decide(index: Index, comparison: Comparison, verdict: Verdict) -> Found:
    """Two limits make three outcomes: answer, ask back, admit."""
    by = weights()
    ids = [index.ids[place] for place in verdict.order]
    score = verdict.first_is_right
    nearest = comparison.features[:, _NEAREST].max(initial=0.0)
    if comparison.exact is None and (comparison.strange >= STRANGE and nearest < FAR):
        return Found(Outcome.unknown, [], score, is_gibberish=True)
    if comparison.exact is None and comparison.word_count == 1:
        # One word names a subject and asks nothing: the person says what about it.
        ours = comparison.features[~index.is_outside[comparison.candidates]]
        if ours[:, _NEAREST_WORDS].max(initial=0.0) >= HALF:
            return Found(Outcome.choices, ids, score)
    elif score >= by.answer_from:
        return Found(Outcome.answered, ids[:1], score)
    if verdict.outside is not None:
        return Found(Outcome.outside, [], score, index.ids[verdict.outside])
    if comparison.word_count > 1 and verdict.one_of_three_is_right >= by.ask_back_from:
        return Found(Outcome.choices, ids, score)
    return Found(Outcome.unknown, [], score)


def _found_by_words(words_only: WordsOnly, question: str) -> Found:
    ids, is_exact = words_only.best(question)
    if is_exact:
        return Found(Outcome.answered, ids, 1.0)
    return Found(Outcome.choices if ids else Outcome.unknown, ids, 0.0)


def _indexes(session: Session) -> _Kept:
    global _kept
    version = _version(session)
    kept = _kept
    if kept and kept.version == version:
        return kept
    with _building:
        # While this thread waited, another one may have built it.
        if _kept and _kept.version == version:
            return _kept
        built = _built(tuple(_documents(session)), get_settings().knowledge_dir)
        _kept = _Kept(version, *built)
        return _kept


@lru_cache(maxsize=4)
def _built(documents: tuple[Document, ...], knowledge_dir: Path) -> tuple[Index, WordsOnly]:
    """Rows that were stored again unchanged, or in another database, are not indexed again."""
    by = compiler(knowledge_dir)
    return Index(documents, by), WordsOnly(by.compile(documents), by.analyser)


def _version(session: Session) -> tuple[object, ...]:
    """Changes whenever an entry is added, changed or removed; the tests' databases differ too."""
    counted = session.execute(select(func.count(Entry.id), func.max(Entry.updated_at))).one()
    return (str(session.get_bind().engine.url), *counted)


def _documents(session: Session) -> list[Document]:
    entries = session.scalars(select(Entry).order_by(Entry.id))
    ours = [document_of(entry, entry.subject) for entry in entries]
    return ours + outside_documents(get_settings().knowledge_dir)


def documents_of_files(knowledge_dir: Path) -> list[Document]:
    """What the index holds when the database holds the files."""
    ours = [
        document_of(Entry(**entry.model_dump(), subject=subject), subject)
        for subject, entry in read(knowledge_dir)
    ]
    return ours + outside_documents(knowledge_dir)


def document_of(entry: Entry, subject: str) -> Document:
    english = entry.english["questions"] if entry.english else []
    return Document(
        entry.id,
        (*entry.questions, *english),
        (entry.answer, entry.detail or ""),
        subject,
        is_in_english=bool(english),
    )


def outside_documents(knowledge_dir: Path) -> list[Document]:
    return [
        Document(one.id, tuple(one.messages), (), one.kind, is_outside=True)
        for one in read_outside(knowledge_dir).subjects
    ]


@lru_cache(maxsize=2)
def compiler(knowledge_dir: Path) -> Compiler:
    """One a process: what was compiled for one version of the index serves the next."""
    return Compiler(analyser(knowledge_dir), open_meaning(MEANINGS))
