"""What a question asks for, and whether anybody asks an entry for such a thing."""

import numpy as np
import pytest

from api.faq.compiled import Document
from api.faq.index import FEATURES, Index
from api.faq.search import Outcome, compiler, find
from api.faq.terms import read_synonyms
from evaluation.sets import KNOWLEDGE

KINDS = list(read_synonyms(KNOWLEDGE).asked_for)
CARD = Document(
    "card",
    ("บัตรใช้ซื้ออะไรได้บ้าง", "บัตรใช้ที่ร้านไหนได้", "ขอวิธีใช้บัตร ปี 2565", "บัตรใช้กับร้านใด"),
    ("ใช้ซื้อของได้ที่ร้านธงฟ้า",),
    "welfare",
)


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("ใครเป็นคนรับเรื่อง", {"person"}),
        ("ค่าใช้จ่ายกี่บาท", {"amount", "money"}),
        ("จัดอบรมวันไหน ที่โรงแรมอะไร", {"time", "place", "choice"}),
        ("ขอแบบฟอร์มยืมรถ", {"document"}),
        ("ทำไมคะแนนลดลง", {"reason", "amount"}),
        ("วิสัยทัศน์", set()),
    ],
)
def test_the_kinds_of_thing_are_told(question: str, kinds: set[str]) -> None:
    asked = compiler(KNOWLEDGE).analyser.asked_for(question)
    found = {kind for kind, is_asked in zip(KINDS, asked, strict=True) if is_asked}
    assert kinds <= found
    assert not found - kinds - {"choice"}


def _feature(name: str, question: str) -> float:
    comparison = Index([CARD], compiler(KNOWLEDGE)).compare(question)
    return float(comparison.features[0, FEATURES.index(name)])


def test_a_kind_that_nobody_asks_for_is_a_sign() -> None:
    assert _feature("never_asked_for", "บัตรหมดอายุเมื่อไร") == 1
    assert _feature("not_told_of", "บัตรหมดอายุเมื่อไร") == 1
    assert _feature("never_asked_for", "ใช้บัตรที่ร้านไหน") == 0


def test_how_often_it_is_asked_for_is_a_share() -> None:
    ways = compiler(KNOWLEDGE).compile([CARD])[0].asked_for
    assert ways.shape == (len(KINDS),)
    assert np.all((ways >= 0) & (ways <= 1))
    assert _feature("seldom_asked_for", "วิธีใช้บัตร") == 0.25


@pytest.mark.parametrize(("year", "is_missing"), [("2565", 0.0), ("2571", 1.0), ("66", 1.0)])
def test_another_year_than_the_entrys_is_a_sign(year: str, is_missing: float) -> None:
    assert _feature("missing_year", f"บัตรใช้ซื้ออะไรได้ ปี {year}") == is_missing


@pytest.mark.parametrize(
    "question",
    [
        "คะแนน PMQA ปี 2575 ได้เท่าไร",
        "หนังสือ no gift policy ปี 2575 เลขที่อะไร",
        "ปีงบประมาณ 2575 มีตัวชี้วัดอะไรบ้าง",
    ],
)
def test_figures_of_a_year_nobody_knows_are_not_answered(index: Index, question: str) -> None:
    assert find(index, question).outcome is not Outcome.answered
