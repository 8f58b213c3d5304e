"""Guessing passwords is slow, for a login that exists as for one that does not."""

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from api import clock
from api.database import session_scope
from api.staff import SignInAttempt, passwords
from tests.api.office import Time, make_account, sign_in


def test_guessing_gets_slower_when_a_login_fails_again_and_again(client, time):
    make_account()
    waits = []
    for _ in range(12):
        while (answer := sign_in(client, "somchai", "wrong password")).status_code == 429:
            waits.append(int(answer.text.split("กรุณารอ ")[1].split(" ")[0]))
            time.forward(seconds=waits[-1])
        assert answer.status_code == 401

    assert waits == [2, 4, 8, 16, 32, 40, 40, 40]


def test_right_password_is_refused_as_well_when_the_login_has_to_wait(client, time):
    make_account()
    for _ in range(4):
        sign_in(client, "somchai", "wrong password")
    assert sign_in(client, "somchai").status_code == 429

    time.forward(seconds=2)
    assert sign_in(client, "somchai").status_code == 303
    # A success clears the count: the next mistakes are free again.
    assert [sign_in(client, "somchai", "wrong").status_code for _ in range(4)] == [401] * 4


def test_unknown_login_waits_like_a_known_one_when_guessed(client, time):
    make_account()
    answers = {
        login: [sign_in(client, login, "wrong password").status_code for _ in range(6)]
        for login in ("somchai", "nobody")
    }
    assert answers["somchai"] == answers["nobody"] == [401] * 4 + [429] * 2


def test_address_waits_when_it_tries_one_login_after_another(client, time):
    answers = [sign_in(client, f"login-{n}", "wrong password").status_code for n in range(22)]
    assert answers == [401] * 20 + [429] * 2


def test_attempts_are_forgotten_when_an_hour_has_passed(client, time):
    for _ in range(6):
        sign_in(client, "somchai", "wrong password")
    time.forward(minutes=61)
    sign_in(client, "other", "wrong password")

    with session_scope(read_only=True) as session:
        assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 2


def test_login_and_address_are_not_readable_when_attempts_are_stored(client):
    sign_in(client, "somchai", "wrong password")
    with session_scope(read_only=True) as session:
        keys = session.scalars(select(SignInAttempt.key)).all()
    assert len(keys) == 2
    assert all(len(key) == 64 and set(key) <= set("0123456789abcdef") for key in keys)


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 as ever, but not as dear: these tests sign in some hundred times."""
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", cheap)
    monkeypatch.setattr(passwords, "_nobody", cheap.hash("nobody"))


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(clock, "now", time)
    return time
