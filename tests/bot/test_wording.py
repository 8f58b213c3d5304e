"""Keeps domain.yml, the rules and the code in step."""

import re
import unicodedata
from pathlib import Path

import yaml

from bot.actions import complaint_form, follow_up

DOMAIN = yaml.safe_load(Path("domain.yml").read_text(encoding="utf-8"))
CODE = "\n".join(path.read_text(encoding="utf-8") for path in Path("bot/actions").glob("*.py"))
_LONGEST_TITLE = 20
_SAID_BY_PATTERN = ("ask_", "kind_", "useful_")


def test_every_sentence_of_the_code_is_written():
    called = set(re.findall(r'(?:say|buttons|button)\(\s*"(\w+)"', CODE))

    assert called
    assert called <= set(DOMAIN["words"])


def test_every_written_sentence_is_said():
    # A sentence that is said in English as well is called f"name{suffix}".
    lines = set(re.findall(r'"(\w+)["{]', CODE))

    unused = [
        name
        for name in DOMAIN["words"]
        if name.removesuffix("_english") not in lines and not name.startswith(_SAID_BY_PATTERN)
    ]
    assert unused == []


def test_titles_fit_line_when_they_are_shown_as_buttons():
    named = re.findall(r'\bbutton\(\s*"(\w+)"', CODE)
    titles = [button["title"] for button in all_buttons()]
    titles += [text for name, text in DOMAIN["words"].items() if name in named]

    assert named
    assert [title for title in titles if graphemes(title) > _LONGEST_TITLE] == []


def test_every_button_means_an_intent_of_the_bot():
    pressed = {re.match(r"/(\w+)", button["payload"])[1] for button in all_buttons()}
    in_code = set(re.findall(r'(?:"/|_payload\(")(\w+)', CODE)) - {"internal"}

    assert pressed | in_code <= set(DOMAIN["intents"])


def test_every_slot_of_a_case_is_known_to_rasa_and_forgotten_with_it():
    known = set(DOMAIN["slots"])

    assert set(complaint_form.SLOTS) | set(follow_up.SLOTS) == known


def test_nobody_is_told_that_something_is_saved():
    promises = re.compile(r"(?<!ไม่ได้)(?<!ไม่)บันทึก(?:เรื่อง)?แล้ว|เลขที่เรื่องของคุณ")

    said = yaml.safe_dump({key: DOMAIN[key] for key in ("responses", "words")}, allow_unicode=True)
    assert not promises.search(said)


def all_buttons():
    sentences = [texts[0] for texts in DOMAIN["responses"].values()]
    sentences += [word for word in DOMAIN["words"].values() if isinstance(word, dict)]
    return [button for sentence in sentences for button in sentence.get("buttons", [])]


def graphemes(text):
    return sum(unicodedata.category(character) not in ("Mn", "Me") for character in text)
