"""Questions that only make sense after the answer before: "แล้วเบอร์ล่ะ", "ปีก่อนล่ะ"."""

import re
from dataclasses import replace

from sqlalchemy.orm import Session

from api.faq import trace
from api.faq.models import Entry
from api.faq.search import Found, Outcome, is_whole, search_near
from api.faq.terms import analyser
from api.settings import get_settings

MOST_WORDS = 4
"""Words that tell something. A longer question says itself what it is about."""

_REFERS_BACK = re.compile(
    r"^\s*(?:แล้ว|ละ(?=\s)|อ้าว|and\b|what about)"
    r"|(?:ล่ะ|ละ|หละ|อ่ะ)\s*(?:คะ|ครับ|คับ|ค่ะ|จ๊ะ)?\s*[?？]*\s*$"
    r"|อันนี้|อันนั้น|ที่ว่า|เรื่องนี้|ตรงนี้|ตรงนั้น|ที่นั่น|ที่นี่|เขา(?=มี|อยู่|เปิด)|^ปี|^ขอเบอร์|^ขอลิงก์"
)
_YEAR = re.compile(r"25\d\d")
_YEARS_AGO = {
    "สองปีก่อน": 2,
    "ปีก่อน": 1,
    "ปีที่แล้ว": 1,
    "ปีที่ผ่านมา": 1,
    "ปีก่อนหน้า": 1,
    "ปีถัดไป": -1,
    "ปีถัดมา": -1,
}


def understand(
    session: Session, conversation_id: str | None, question: str, found: Found
) -> tuple[str | None, Found]:
    """The entry that the question leans on, if it leans on one, and what was found then."""
    if found.outcome is Outcome.answered and found.score >= 1.0:
        return None, found
    terms = analyser(get_settings().knowledge_dir).terms(question)
    refers_back = bool(_REFERS_BACK.search(question.lower()))
    if not refers_back or len(terms.words) > MOST_WORDS or not is_whole():
        return None, found
    before = trace.latest(session, conversation_id)
    leans_on = before and (before.entry_id or before.about_entry_id)
    entry = session.get(Entry, leans_on) if leans_on else None
    if entry is None:
        return None, found
    asks_year = _year_meant(entry, question) is not None
    leaning = search_near(session, question, in_full(entry, question), entry, itself=asks_year)
    if leaning.outcome is Outcome.unknown:
        return entry.id, replace(found, outcome=Outcome.unknown, entry_ids=[], outside_id=None)
    return entry.id, leaning


def in_full(entry: Entry, question: str) -> str:
    """The question with what it leaves out: the subject of the answer before, in the year meant."""
    subject, year = entry.questions[0], _year_meant(entry, question)
    return f"{_YEAR.sub('', subject)} ปี {year}" if year else f"{subject} {question}"


def _year_meant(entry: Entry, question: str) -> int | None:
    for words, back in _YEARS_AGO.items():
        if words in question:
            return entry.year - back
    asked = re.search(r"(?<!\d)(?:25)?(6\d)(?!\d)", question)
    return 2500 + int(asked.group(1)) if asked else None
