"""A knowledge folder with one small subject, for making mistakes in."""

import shutil
from pathlib import Path

import pytest

from api.settings import get_settings

GOOD = """\
subject: small
title: เรื่องเล็ก
entries:
  - id: first-entry
    questions:
      - คำถามที่หนึ่ง
      - คำถามที่สอง
      - คำถามที่สาม
      - คำถามที่สี่
    answer: คำตอบของรายการที่หนึ่ง
    source: ["000:1"]
    year: 2565
    owner_unit: สำนักบริหารกลาง
    audience: [citizen]
    review_on: 2027-03-31
  - id: second-entry
    questions:
      - ข้อสงสัยแรก
      - ข้อสงสัยถัดมา
      - ข้อสงสัยรองสุดท้าย
      - ข้อสงสัยสุดท้าย
    answer: คำตอบของรายการที่สอง
    detail: รายละเอียดของรายการที่สอง
    source: ["000:2", "001:7"]
    year: 2566
    owner_unit: สำนักบริหารกลาง
    audience: [citizen, journalist]
    related: [first-entry]
    review_on: 2027-03-31
    english:
      questions: [What is the second doubt?, Tell me the second doubt]
      answer: The answer of the second entry
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A knowledge folder with one small subject; the rest as it is."""
    path = tmp_path / "knowledge"
    shutil.copytree("knowledge", path, ignore=shutil.ignore_patterns("faq"))
    (path / "faq").mkdir()
    (path / "faq" / "small.yml").write_text(GOOD, encoding="utf-8")
    monkeypatch.setenv("KNOWLEDGE_DIR", str(path))
    get_settings.cache_clear()
    return path


def change(folder: Path, old: str, new: str) -> None:
    path = folder / "faq" / "small.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
