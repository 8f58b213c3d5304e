"""When a part is down: the truth at once, nothing lost, nothing called saved that is not."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.journey.filing import CASE_NUMBER, answer_until, number_and_code
from tests.journey.people import LinePerson, WebPerson
from tests.journey.records import case_count
from tests.journey.test_citizens import TROUBLE
from tests.stack import Stack

# The tests have no settings of their own, so the sentence is read where the office wrote it.
MESSAGES = yaml.safe_load(Path("knowledge/messages.yml").read_text(encoding="utf-8"))
UNAVAILABLE = MESSAGES["bot_unavailable"].strip()


@pytest.fixture(params=["line", "web"])
def person(request: pytest.FixtureRequest) -> LinePerson | WebPerson:
    return request.getfixturevalue(f"on_{request.param}")


@pytest.fixture(autouse=True)
def all_parts_are_back(stack: Stack) -> Iterator[None]:
    yield
    stack.wait_until_ready()


def test_a_killed_rasa_is_admitted_and_the_answer_follows_by_itself(person, stack) -> None:
    stack.kill("rasa")
    assert UNAVAILABLE in str(person.say("โทรร้องเรียนเบอร์อะไร"))
    assert "1689 แล้วกด 1" in str(person.listen(seconds=90))


def test_a_hanging_rasa_is_admitted_and_the_answer_follows_once(person, stack) -> None:
    stack.pause("rasa")
    try:
        heard = person.say("โทรร้องเรียนเบอร์อะไร")
    finally:
        stack.resume("rasa")
    assert UNAVAILABLE in str(heard)
    heard = person.listen(seconds=60)
    assert str(heard).count("ที่มา") == 1


def test_a_half_filled_form_survives_a_killed_rasa(person, stack) -> None:
    heard = answer_until(person, person.say(TROUBLE), "/choose_date")
    stack.kill("rasa")
    time.sleep(1)
    stack.wait_until_ready()
    heard = answer_until(person, person.press("เมื่อวาน"), "/send_case")
    assert TROUBLE[:30] in str(heard)
    number_and_code(person.press("ส่งเรื่อง"))


def test_without_the_action_server_nothing_is_called_saved(person, stack) -> None:
    before = case_count(stack)
    answer_until(person, person.say(TROUBLE), "/send_case")
    stack.pause("actions")
    try:
        heard = person.press("ส่งเรื่อง")
        assert not CASE_NUMBER.search(str(heard))
        assert UNAVAILABLE in str(heard)
        assert case_count(stack) == before
    finally:
        stack.resume("actions")
    # The message waited; now it is asked again and the case is filed, once.
    heard = person.listen(seconds=60)
    number_and_code(heard)
    assert case_count(stack) == before + 1
    assert str(heard).count("เลขที่เรื่อง") == 1


def test_line_refusing_for_a_while_loses_no_answer(on_line: LinePerson, stack: Stack) -> None:
    stack.line.fail("reply", "500")
    stack.line.fail("push", "429")
    assert "1689" in str(on_line.say("โทรร้องเรียนเบอร์อะไร"))
