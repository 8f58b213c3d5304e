"""Thai as people type it: one form for what looks the same, words cut, nothing harmful kept."""

import time

import pytest

from api.thai_text import clean, fold, normalise, words


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("นํ้า", "น้ำ"),  # sara am in two pieces, tone mark between them
        ("น้ํา", "น้ำ"),  # the same in the other order
        ("ท่ี", "ที่"),  # tone mark before the vowel
        ("เเจ้ง", "แจ้ง"),  # two sara e in place of sara ae
        ("โทร ๑๖๘๙ กด ๑", "โทร 1689 กด 1"),
        ("ก\u200bค.", "กค."),
        ("มากกกกก", "มาก"),
        ("ที่่่ไหน", "ที่ไหน"),
        ("1111", "1111"),  # a number is not a shout
        ("พรรค", "พรรค"),  # two equal letters are spelling
        ("New  GFMIS\nThai", "new gfmis thai"),
        ("ＡＢＣ", "abc"),
        ("", ""),
    ],
)
def test_one_form_is_found_when_it_is_typed_differently(typed: str, normal: str) -> None:
    assert normalise(typed) == normal
    assert normalise(normalise(typed)) == normal


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("ร้องเรียนสป.กค.ได้ที่ไหน", ["ร้องเรียน", "สป.กค.", "ได้", "ที่ไหน"]),
        ("โทร1689กด1", ["โทร", "1689", "กด", "1"]),
        ("e-gp ล่ม", ["e-gp", "ล่ม"]),
        ("ส่งที่ call@mof.go.th", ["ส่ง", "ที่", "call", "mof.go.th"]),
        ("😀 !!! ...", []),
    ],
)
def test_words_are_cut_when_languages_are_mixed(text: str, cut: list[str]) -> None:
    assert words(text) == cut


def test_the_fold_is_equal_when_tone_marks_or_letters_of_one_sound_differ() -> None:
    assert fold("ร้องเรียน") == fold("รองเรียน")
    assert fold("ใคร") == fold("ไคร")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\x00b\x1b[31mc", "ab[31mc"),
        ("ชื่อ\u202eกลับ", "ชื่อกลับ"),  # right-to-left override
        ("บรรทัด\r\nสอง\tช่อง", "บรรทัด\nสอง\tช่อง"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),  # joiners hold a family together
        ("\ud800", ""),
        ("  ", ""),
    ],
)
def test_control_characters_are_gone_when_text_is_cleaned(sent: str, kept: str) -> None:
    assert clean(sent) == kept


@pytest.mark.parametrize("unit", ["ก", "ตากลม", "เ", "ก่", "่", "a ", "1", "😀", "ๆ", "."])
def test_long_text_takes_little_time_when_it_is_hostile(unit: str) -> None:
    text = (unit * 5000)[:5000]
    started = time.process_time()
    words(normalise(text))
    # Far above what is needed, far below what a backtracking expression would take.
    assert time.process_time() - started < 2
