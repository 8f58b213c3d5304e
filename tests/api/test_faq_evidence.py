"""Do the answers say what the documents say, and is what is not ours well written?"""

from pathlib import Path

import pytest

from api.content import WrongContent
from api.faq import check, evidence
from api.faq.knowledge_files import read_written
from api.faq.outside import read_outside
from tests.api.factories import FRIDAY_MORNING
from tests.api.office import at
from tests.api.small_knowledge import change


@pytest.fixture(autouse=True)
def friday_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a day when nothing is due for review yet."""
    monkeypatch.setattr(evidence, "now", lambda: FRIDAY_MORNING)


class TestEvidence:
    """What `make check` asks of an answer beside being well written."""

    def mistakes(self, folder: Path) -> list[str]:
        found = evidence.mistakes(read_written(folder), folder)
        return [line.removeprefix(f"{folder}/faq/") for line in found]

    def test_there_is_none_when_the_cited_lines_hold_all(self, folder: Path) -> None:
        change(folder, "คำตอบของรายการที่หนึ่ง", "โทร ๑๖๘๙ กด 1 ได้ในปี 2565 (ค.ศ. 2022)")
        change(folder, '["000:1"]', '["000:332"]')
        assert self.mistakes(folder) == []

    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ('["000:1"]', '["000:5000"]', "small.yml:11: entries.source: 000 has 1072 lines"),
            ('["000:1"]', '["000:0"]', "small.yml:11: entries.source: 000 has 1072 lines"),
            (
                "review_on: 2027",
                "review_on: 2026",
                "small.yml:15: entries.review_on: was due on 2026-03-31",
            ),
            (
                "คำตอบของรายการที่หนึ่ง",
                "มีทั้งหมด 987,654 เรื่อง",
                "small.yml:10: entries.answer: not in the cited lines: 987654",
            ),
            (
                "รายละเอียดของรายการที่สอง",
                "เขียนถึง nobody@mof.go.th ได้",
                "small.yml:23: entries.detail: not in the cited lines: nobody@mof.go.th",
            ),
            (
                "    year: 2566",
                "    link: https://example.com/x\n    year: 2566",
                "small.yml:25: entries.link: not in the cited lines: example.com/x",
            ),
            (
                "The answer of the second entry",
                "The answer is 31415",
                "small.yml:32: entries.english.answer: not in the cited lines: 31415",
            ),
        ],
    )
    def test_file_line_and_reason_are_named_when_it_does_not_hold(
        self, folder: Path, old: str, new: str, told: str
    ) -> None:
        change(folder, old, new)
        assert self.mistakes(folder) == [told]

    def test_it_is_due_on_the_day_after(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for moment, count in (("2027-03-31T16:59", 0), ("2027-03-31T17:00", 2)):
            monkeypatch.setattr(evidence, "now", lambda moment=moment: at(moment))
            assert len(self.mistakes(folder)) == count

    def test_the_figures_are_asked_for_when_a_document_has_none(self, folder: Path) -> None:
        (folder / "sources" / "001.tsv").unlink()
        assert self.mistakes(folder) == ["small.yml:24: entries.source: sources/001.tsv is missing"]

    def test_all_mistakes_are_printed_when_the_folder_is_checked(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        change(folder, '["000:1"]', '["000:5000"]')
        path = folder / "outside.yml"
        path.write_text(path.read_text("utf-8").replace("  abuse:", "  abus:", 1), encoding="utf-8")
        assert check.main(folder) == 1
        assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == [
            f"{folder}/faq/small.yml",
            f"{folder}/outside.yml",
        ]


class TestOutside:
    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            ("kind: elsewhere", "kind: nowhere", "kind: Input should be"),
            ("    door: กรมการกงสุล กระทรวงการต่างประเทศ\n", "", "needs its door or a reply"),
            ("  - id: passport", "  - id: Pass Port", "id: String should match pattern"),
            ("  - id: passport", "  - id: passport\n    price: 5", "price: is not a known field"),
            ("unclear:", "unclaer:", "unclear: is missing"),
            ("\n  opinion: ", "\n  opinions: ", "Input should be"),
        ],
    )
    def test_line_and_reason_are_named_when_a_subject_is_wrong(
        self, folder: Path, old: str, new: str, reason: str
    ) -> None:
        path = folder / "outside.yml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(WrongContent) as wrong:
            read_outside(folder)
        assert any(reason in one for one in wrong.value.mistakes), wrong.value.mistakes
        assert all(one.startswith(f"{path}:") for one in wrong.value.mistakes)

    def test_every_reply_can_be_said_when_its_door_is_put_in(self) -> None:
        outside = read_outside(Path("knowledge"))
        for subject in outside.subjects:
            if subject.kind == "not_known" and not (subject.door or subject.reply):
                continue  # The bot says in its own words that it does not know.
            reply = (subject.reply or outside.replies[subject.kind]).format(door=subject.door)
            assert "{" not in reply, subject.id
            assert "None" not in reply, subject.id

    def test_no_subject_is_written_twice(self) -> None:
        ids = [subject.id for subject in read_outside(Path("knowledge")).subjects]
        assert len(set(ids)) == len(ids)
