"""The numbers and addresses of a text, and those that are kept of the source documents."""

from pathlib import Path

import pytest

from api.faq.figures import figures, read_document, write_document

SOURCES = Path("knowledge/sources")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", set()),
        ("ไม่มีตัวเลข", set()),
        ("โทร 1689 กด 1", {"1689", "1"}),
        ("งบ 1,234.50 บาท", {"1234.5"}),
        ("งบ ๑,๒๓๔.๕๐ บาท", {"1234.5"}),
        ("ร้อยละ 100.00", {"100"}),
        ("ข้อ 007 และ 0", {"7", "0"}),
        ("ได้ 0.80", {"0.8"}),
        ("ปี 2565-2566", {"2565", "2566"}),
        ("จบประโยคที่ 9. แล้วต่อ", {"9"}),
        ("เบอร์ 02-126-5800", {"2", "126", "5800"}),
        ("อีเมล CALL@mof.go.th, saraban@mof.go.th", {"call@mof.go.th", "saraban@mof.go.th"}),
        ("เว็บ https://www.mof.go.th/", {"mof.go.th"}),
        ("เว็บ www.mof.go.th", {"mof.go.th"}),
        ("http://ecomplaint.mof.go.th/?page_id=543", {"ecomplaint.mof.go.th/?page_id=543"}),
        # An address's own figures are no numbers of the text.
        ("https://opm.1111.go.th/ โทร 1111", {"opm.1111.go.th", "1111"}),
        ("ดูที่ palad.mof.go.th/th/homeนะ", {"palad.mof.go.th/th/home"}),
    ],
)
def test_the_figures_of_a_text(text: str, found: set[str]) -> None:
    assert figures(text) == found


def test_what_was_written_of_a_document_is_read_again(tmp_path: Path) -> None:
    document = tmp_path / "009_x.txt"
    document.write_text("หัวเรื่อง\nปี ๒๕๖๕ งบ 1,000 บาท\n\nโทร 1689", encoding="utf-8")
    write_document(document, tmp_path / "009.tsv")
    kept = read_document(tmp_path / "009.tsv")
    assert kept.lines == 4
    assert kept.figures == {2: {"2565", "1000"}, 4: {"1689"}}


def test_figures_are_kept_of_every_document() -> None:
    kept = sorted(SOURCES.glob("*.tsv"))
    assert [path.stem for path in kept] == ["000", "001", "002", "003", "004"]
    for path in kept:
        document = read_document(path)
        assert document.lines > 0
        assert document.figures
        assert max(document.figures) <= document.lines
