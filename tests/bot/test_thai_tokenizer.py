import itertools

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.components.thai_tokenizer import ThaiTokenizer

TRICKY = [
    "โทรร้องเรียนเบอร์อะไร",
    "ใช้ New GFMIS Thai ยังไงคะ😊🙏🏽",
    "ขอน้ํานํ้าน้ำ ทําไม",
    "ติดต่อ call@mof.go.th หรือ https://palad.mof.go.th/x?a=1นะ",
    "วันที่ ๑๒/๑๑/๒๕๖๙ ยอด 1,234.50 บาท",
    "มากกกกกกก 5555 ดีี\u200bมาก",
    "\u200bเเม่บ้าน e-GP\u200b",
    "👨\u200d👩\u200d👧 hi",
    "\x00\x01 กขค\t\n ง",
    "  เว้นวรรค   เยอะ  ",
    "ＡＢＣ１２ ﬁ ½ é e\u0301",
    "ก็้่๊า ำ ํา ะะะ ๆๆ",
    "ก" * 5000,
    "",
    "\u200b\u2060",
]


@pytest.mark.parametrize("text", TRICKY)
def test_every_token_is_the_slice_it_says_when_the_text_is_odd(tokenizer, text):
    tokens = cut(tokenizer, text)

    assert [text[token.start : token.end] for token in tokens] == [token.text for token in tokens]
    assert all(before.end <= after.start for before, after in itertools.pairwise(tokens))
    assert all(token.text.strip() == token.text for token in tokens)


@pytest.mark.parametrize("text", TRICKY)
def test_nothing_but_blanks_is_lost_when_a_text_is_cut(tokenizer, text):
    covered = {i for token in cut(tokenizer, text) for i in range(token.start, token.end)}

    left = "".join(text[i] for i in range(len(text)) if i not in covered)
    assert not left.strip(" \t\n\x00\x01\u200b\u2060\u200d\ufe0f")


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("ที่สป.กค.เปิดไหม", "สป.กค."),
        ("ใช้ New GFMIS Thai ไม่ได้", "New GFMIS Thai"),
        ("ไปศูนย์บริการร่วมได้ไหม", "ศูนย์บริการร่วม"),
        ("เมลcall@mof.go.thถูกไหม", "call@mof.go.th"),
        ("เข้าhttps://palad.mof.go.th/a-b?c=1ไม่ได้", "https://palad.mof.go.th/a-b?c=1"),
        ("เลขที่2570-000001-3ถึงไหน", "2570-000001-3"),
        ("จ่ายไป๑,๒๓๔.๕๐บาท", "๑,๒๓๔.๕๐"),
    ],
)
def test_a_term_stays_whole_when_it_stands_between_other_words(tokenizer, text, whole):
    assert whole in [token.text for token in cut(tokenizer, text)]


@pytest.mark.parametrize(
    ("typed", "usual"),
    [
        ("นํ้าทําไม", "น้ำทำไม"),
        ("ช้ามากกกกก", "ช้ามาก"),
        ("เเม่", "แม่"),
        ("๑๖๘๙", "1689"),
        ("ร้อง\u200bเรียน", "ร้องเรียน"),
        ("E-GP", "e-gp"),
    ],
)
def test_lemmas_are_the_same_when_words_are_typed_differently(tokenizer, typed, usual):
    assert lemmas(tokenizer, typed) == lemmas(tokenizer, usual)


def test_the_fingerprint_changes_when_the_dictionary_changes(tmp_path):
    dictionary = tmp_path / "dictionary.txt"
    dictionary.write_text("ถามคลัง\n", encoding="utf-8")
    config = {**ThaiTokenizer.get_default_config(), "dictionary": str(dictionary)}
    before = ThaiTokenizer.fingerprint_addon(config)

    dictionary.write_text("ถามคลัง\nคลังหลวง\n", encoding="utf-8")

    assert ThaiTokenizer.fingerprint_addon(config) != before


@pytest.fixture(scope="module")
def tokenizer():
    return ThaiTokenizer(ThaiTokenizer.get_default_config())


def cut(tokenizer, text):
    return tokenizer.tokenize(Message({"text": text}), "text")


def lemmas(tokenizer, text):
    return [token.lemma for token in cut(tokenizer, text)]
