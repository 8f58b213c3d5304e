"""Following a case by number and code, and guessing at them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from api import clock
from api.cases import codes
from api.cases.models import (
    WrongCodeTries,
)
from api.conversations.models import Conversation
from api.database import session_scope
from tests.api.bot_side import CONVERSATION, ask, count
from tests.api.factories import (
    FRIDAY_MORNING,
    file_case,
    make_conversation,
)


def test_a_wrong_code_and_an_unknown_number_are_answered_alike(internal: TestClient) -> None:
    filed = file_case(CONVERSATION)
    stranger = make_conversation().id
    answers = [
        ask(internal, stranger, number, code).json()
        for number, code in [
            (filed.case.number, "0000-0000-0000-0000"),
            ("2570-999999-4", filed.receipt_code),
            ("nonsense", filed.receipt_code),
            (filed.case.number, ""),
            ("", ""),
        ]
    ]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["found"] is False


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{0[0]}{0[1]}{0[2]}{0[3]} {1} {0[12]}"])
def test_numbers_and_codes_are_read_as_people_type_them(internal: TestClient, typed: str) -> None:
    filed = file_case(CONVERSATION)
    number = typed.format(filed.case.number, filed.case.number[5:11])
    thai = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
    code = filed.receipt_code.replace("-", " ").translate(thai)
    assert ask(internal, CONVERSATION, number, code).json()["found"] is True


@pytest.mark.parametrize("exists", [True, False])
def test_a_conversation_must_wait_when_it_guesses_too_often(
    internal: TestClient, monkeypatch: pytest.MonkeyPatch, exists: bool
) -> None:
    filed = file_case(CONVERSATION)
    number = filed.case.number if exists else "2570-999999-4"
    guesser = make_conversation().id
    statuses = [
        ask(internal, guesser, number, f"{n:016}").status_code
        for n in range(codes.TRIES_OF_A_CONVERSATION + 2)
    ]
    assert statuses == [200] * codes.TRIES_OF_A_CONVERSATION + [429, 429]
    # Not even the right code helps then, and the count outlives the process: it is a row.
    assert ask(internal, guesser, filed.case.number, filed.receipt_code).status_code == 429
    assert count(WrongCodeTries) == 2
    later = clock.now() + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert ask(internal, guesser, filed.case.number, filed.receipt_code).json()["found"] is True


@pytest.mark.parametrize("exists", [True, False])
def test_a_number_is_closed_to_strangers_when_many_guess_at_it(
    internal: TestClient, exists: bool
) -> None:
    filed = file_case(CONVERSATION)
    number = filed.case.number if exists else "2570-999999-4"
    statuses = [
        ask(internal, make_conversation().id, number, f"{n:016}").status_code
        for n in range(codes.TRIES_AT_A_NUMBER + 1)
    ]
    assert statuses == [200] * codes.TRIES_AT_A_NUMBER + [429]
    # The one who filed it is no stranger.
    assert ask(internal, CONVERSATION, filed.case.number, filed.receipt_code).status_code == 200


def test_guesses_at_once_do_not_slip_through(internal: TestClient) -> None:
    filed = file_case(CONVERSATION)
    guesser = make_conversation().id
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda n: ask(internal, guesser, filed.case.number, f"{n:016}"),
                range(codes.TRIES_OF_A_CONVERSATION + 10),
            )
        )
    right = [answer for answer in answers if answer.status_code == 200]
    assert len(right) == codes.TRIES_OF_A_CONVERSATION


def test_right_codes_are_never_counted(internal: TestClient) -> None:
    filed = file_case(CONVERSATION)
    stranger = make_conversation().id
    for _ in range(codes.TRIES_OF_A_CONVERSATION + 5):
        answer = ask(internal, stranger, filed.case.number, filed.receipt_code)
        assert answer.status_code == 200


def test_no_count_of_wrong_codes_names_a_person_or_a_case(internal: TestClient) -> None:
    filed = file_case(CONVERSATION)
    guesser = make_conversation().id
    ask(internal, guesser, filed.case.number, "0")
    with session_scope() as session:
        keys = session.scalars(select(WrongCodeTries.key)).all()
    assert len(keys) == 2
    assert all(guesser not in key and filed.case.number not in key for key in keys)


@pytest.fixture(autouse=True)
def friday_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: FRIDAY_MORNING)


@pytest.fixture(autouse=True)
def conversation(database: Engine) -> Conversation:
    return make_conversation(id=CONVERSATION)
