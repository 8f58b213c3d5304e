"""The knowledge files: mistakes are told with file and line; loading touches only what changed."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.content import WrongContent
from api.faq import check, evidence
from api.faq.knowledge_files import load, read
from api.faq.models import Entry
from api.faq.terms import plain_key, read_synonyms
from tests.api.factories import FRIDAY_MORNING
from tests.api.small_knowledge import GOOD, change


@pytest.fixture(autouse=True)
def friday_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a day when nothing is due for review yet."""
    monkeypatch.setattr(evidence, "now", lambda: FRIDAY_MORNING)


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(WrongContent) as wrong:
        read(folder)
    return [line.removeprefix(f"{folder}/faq/") for line in wrong.value.mistakes]


def test_every_entry_is_well_written_when_the_project_is_checked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert check.main() == 0
    assert "well written" in capsys.readouterr().out


def test_the_knowledge_is_large() -> None:
    assert len(read(Path("knowledge"))) >= 300


def test_no_question_has_two_answers() -> None:
    owners: dict[str, str] = {}
    for _, entry in read(Path("knowledge")):
        for question in [*entry.questions, *(entry.english.questions if entry.english else [])]:
            assert owners.setdefault(plain_key(question), entry.id) == entry.id, question


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("id: first-entry", "id: First Entry", 4, "pattern"),
        ("id: second-entry", "id: first-entry", 16, "first-entry is already at"),
        ("      - คำถามที่สาม\n", "", 5, "at least 4 items"),
        ("ข้อสงสัยแรก", "คำถาม ที่สอง", 18, "asked already by first-entry"),
        ("ข้อสงสัยแรก", "คําถามที่สองงงงง", 18, "asked already by first-entry"),
        ("ข้อสงสัยแรก", "ก" * 201, 18, "at most 200 characters"),
        ("ข้อสงสัยแรก", "😀😀", 18, "has no words"),
        ("ข้อสงสัยแรก", '""', 18, "at least 2 characters"),
        ("ข้อสงสัยแรก", "1689", 18, "valid string"),
        ("    answer: คำตอบของรายการที่สอง\n", "", 16, "answer: is missing"),
        ("คำตอบของรายการที่สอง", "สั้น", 22, "at least 10 characters"),
        ("คำตอบของรายการที่สอง", "ย" * 401, 22, "at most 400 characters"),
        ("รายละเอียดของรายการที่สอง", "ย" * 1501, 23, "at most 1500 characters"),
        ('["000:1"]', '["999:1"]', 11, "999:1 is not a document of sources.yml"),
        ('["000:1"]', '["000"]', 11, "pattern"),
        ('["000:1"]', "[]", 11, "at least 1 item"),
        ("year: 2565", "year: 2022", 12, "greater than or equal to 2540"),
        ("year: 2565", 'year: "2565"', 12, "valid integer"),
        ("    audience: [citizen]\n", "", 4, "audience: is missing"),
        ("audience: [citizen]", "audience: []", 14, "at least 1 item"),
        ("audience: [citizen]", "audience: [tourist]", 14, "Input should be"),
        ("related: [first-entry]", "related: [third-entry]", 28, "is not another entry"),
        ("related: [first-entry]", "related: [second-entry]", 28, "is not another entry"),
        ("related: [first-entry]", "related: [a, b, c, d, e, f]", 28, "at most 5 items"),
        ("review_on: 2027-03-31", "review_on: someday", 15, "valid date"),
        ("review_on: 2027-03-31", "review_on: 2027-02-31", 15, "day"),
        ("    year: 2566", "    price: 5\n    year: 2566", 25, "price: is not a known field"),
        ("    year: 2566", "    link: mof.go.th\n    year: 2566", 25, "pattern"),
        ("    year: 2566", "    year: 2566\n    year: 2567", 26, "year: written twice"),
        (
            "Tell me the second doubt",
            "What is  the second doubt?",
            31,
            "asked already by second-entry",
        ),
        ("คำถามที่สี่", "What is the second doubt?", 31, "asked already by first-entry"),
        ("      answer: The answer of the second entry\n", "", 30, "answer: is missing"),
        ("subject: small", "subject: large", 1, "must be small"),
        ("title: เรื่องเล็ก", "title: [", 4, "not YAML"),
    ],
)
def test_file_line_and_reason_are_named_when_an_entry_is_wrong(
    folder: Path, old: str, new: str, line: int, reason: str
) -> None:
    change(folder, old, new)
    told = mistakes(folder)
    assert any(one.startswith(f"small.yml:{line}: ") and reason in one for one in told), told


def test_every_mistake_is_named_when_two_files_are_wrong(folder: Path) -> None:
    change(folder, "year: 2565", "year: 1")
    (folder / "faq" / "empty.yml").write_text("", encoding="utf-8")
    assert {one.split(":")[0] for one in mistakes(folder)} == {"small.yml", "empty.yml"}


def test_the_file_is_named_when_it_is_not_utf8(folder: Path) -> None:
    (folder / "faq" / "small.yml").write_bytes(GOOD.encode("cp874"))
    assert mistakes(folder) == ["small.yml:1: the file is not UTF-8 text"]


def test_file_and_line_are_named_when_a_synonym_is_in_two_groups(folder: Path) -> None:
    path = folder / "synonyms.yml"
    text = path.read_text(encoding="utf-8").replace("related:\n", "  - [คำใหม่, มั้ย]\nrelated:\n", 1)
    path.write_text(text, encoding="utf-8")
    line = text[: text.index("คำใหม่")].count("\n") + 1
    with pytest.raises(WrongContent, match=rf"synonyms\.yml:{line}: same: มั้ย"):
        read_synonyms(folder)


def test_the_table_holds_the_files_when_they_are_loaded(folder: Path, session: Session) -> None:
    assert load(session) == 2
    entry = session.get_one(Entry, "second-entry")
    assert entry.subject == "small"
    assert entry.questions == ["ข้อสงสัยแรก", "ข้อสงสัยถัดมา", "ข้อสงสัยรองสุดท้าย", "ข้อสงสัยสุดท้าย"]
    assert (entry.source, entry.year) == (["000:2", "001:7"], 2566)
    assert (entry.audience, entry.related) == (["citizen", "journalist"], ["first-entry"])
    assert entry.english["answer"] == "The answer of the second entry"
    assert entry.review_on.isoformat() == "2027-03-31"
    assert session.get_one(Entry, "first-entry").related == []


def test_nothing_is_touched_when_nothing_changed(folder: Path, session: Session) -> None:
    load(session)
    session.commit()
    before = {entry.id: entry.updated_at for entry in session.scalars(select(Entry))}
    session.expire_all()
    assert load(session) == 0
    session.commit()
    session.expire_all()
    assert {entry.id: entry.updated_at for entry in session.scalars(select(Entry))} == before


def test_only_what_changed_is_touched_when_a_file_changed(folder: Path, session: Session) -> None:
    load(session)
    session.commit()
    kept = session.get_one(Entry, "first-entry").updated_at
    old = session.get_one(Entry, "second-entry").updated_at
    change(folder, "คำตอบของรายการที่สอง", "คำตอบใหม่ของรายการนี้")
    assert load(session) == 1
    session.commit()
    session.expire_all()
    assert session.get_one(Entry, "second-entry").answer == "คำตอบใหม่ของรายการนี้"
    assert session.get_one(Entry, "second-entry").updated_at > old
    assert session.get_one(Entry, "first-entry").updated_at == kept


def test_the_row_is_gone_when_its_entry_was_removed(folder: Path, session: Session) -> None:
    load(session)
    text = (folder / "faq" / "small.yml").read_text(encoding="utf-8")
    shortened = text[: text.index("  - id: second-entry")]
    (folder / "faq" / "small.yml").write_text(shortened, encoding="utf-8")
    assert load(session) == 1
    assert [entry.id for entry in session.scalars(select(Entry))] == ["first-entry"]


def test_the_table_stays_when_a_file_is_wrong(folder: Path, session: Session) -> None:
    load(session)
    change(folder, "year: 2565", "year: soon")
    with pytest.raises(WrongContent):
        load(session)
    assert len(session.scalars(select(Entry)).all()) == 2
