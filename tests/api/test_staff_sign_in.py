"""Signing in and out of the console, and the limits of a session."""

import hashlib
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from api import clock
from api.clock import now
from api.database import session_scope
from api.settings import get_settings
from api.staff import Role, Staff, StaffSession, accounts, passwords
from tests.api.office import (
    ORIGIN,
    PASSWORD,
    Time,
    as_staff,
    csrf_of,
    make_account,
    make_staff,
    sign_in,
)

WRONG = "ชื่อเข้าใช้หรือรหัสผ่านไม่ถูกต้อง"
PAGE = {"Accept": "text/html", **ORIGIN}


def test_first_page_says_which_command_makes_an_account_when_there_is_none(client):
    page = client.get("/console", headers=PAGE).text
    assert "make staff" in page

    make_account()
    assert "make staff" not in client.get("/console/login").text


def test_person_comes_to_the_page_they_wanted_when_signing_in(client):
    make_account()
    asked = client.get("/console/cases?state=received", headers=PAGE, follow_redirects=False)
    assert asked.status_code == 303
    form = client.get(asked.headers["location"]).text
    wanted = form.split('name="next" value="')[1].split('"')[0]

    answer = sign_in(client, " SomChai ", next=wanted)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/console/cases?state=received"
    assert client.get("/console/cases").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/console\\@evil.example",
        "/consoleevil",
        "javascript:alert(1)",
        "/console/\r\nX: y",
    ],
)
def test_person_stays_in_the_console_when_the_link_points_elsewhere(client, address):
    make_account()
    assert sign_in(client, "somchai", next=address).headers["location"] == "/console"


def test_cookie_is_random_hidden_and_stored_as_a_hash_only(client):
    make_account()
    cookie = sign_in(client, "somchai").headers["set-cookie"]
    token = client.cookies["staff"]

    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert len(token) >= 43
    with session_scope(read_only=True) as session:
        (row,) = session.scalars(select(StaffSession))
    assert row.token_hash == hashlib.sha256(token.encode()).hexdigest()


def test_cookie_is_bound_to_https_and_this_host_when_cookies_are_secure(client, monkeypatch):
    make_account()
    monkeypatch.setenv("SECURE_COOKIES", "true")
    get_settings.cache_clear()

    cookie = sign_in(client, "somchai").headers["set-cookie"]

    assert cookie.startswith("__Host-staff=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_earlier_session_of_the_browser_ends_when_signing_in_again(client):
    make_account()
    sign_in(client, "somchai")
    old = client.cookies["staff"]
    sign_in(client, "somchai")

    assert client.cookies["staff"] != old
    assert sessions() == 1


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("somchai", "wrong password"),
        ("nobody", PASSWORD),
        ("disabled", PASSWORD),
        ("", ""),
        ("somchai", ""),
        ("somchai", "x" * 100_000),
        ("' OR 1=1 --", PASSWORD),
        ("somchai\x00", "\x00"),
    ],
)
def test_answer_is_the_same_when_login_or_password_is_wrong(client, login, password):
    make_account()
    make_account("disabled")
    with session_scope() as session:
        accounts.disable(session, "disabled")

    answer = sign_in(client, login, password)

    assert answer.status_code == 401
    assert WRONG in answer.text
    assert "set-cookie" not in answer.headers
    assert sessions() == 0


def test_argon2_runs_once_each_time_when_the_login_is_unknown_or_the_password_wrong(
    client, monkeypatch
):
    make_account()
    runs = count_runs_of_argon2(monkeypatch)

    for login in ("somchai", "nobody"):
        sign_in(client, login, "wrong password")

    assert len(runs) == 2
    assert len(set(runs)) == 1


def test_session_ends_when_nothing_was_opened_for_30_minutes(client, time):
    as_staff(client, make_staff(Role.grievance_officer))
    for _ in range(3):
        time.forward(minutes=29)
        assert client.get("/console/cases").status_code == 200

    time.forward(minutes=30)
    assert is_sent_to_sign_in(client)


def test_session_ends_when_it_is_12_hours_old_although_it_is_used(client, time):
    as_staff(client, make_staff(Role.grievance_officer))
    for _ in range(35):
        time.forward(minutes=20)
        assert client.get("/console/chats").status_code == 200

    time.forward(minutes=20)
    assert is_sent_to_sign_in(client)


def test_expired_sessions_are_cleared_away_when_somebody_signs_in(client, time):
    as_staff(client, make_staff(Role.grievance_officer))
    make_account()
    time.forward(hours=13)
    sign_in(client, "somchai")
    assert sessions() == 1


def test_session_ends_when_the_account_is_disabled(client):
    as_staff(client, make_staff(Role.grievance_officer))
    with session_scope() as session:
        session.execute(update(Staff).values(disabled_at=now()))

    assert is_sent_to_sign_in(client)


def test_role_is_read_anew_when_it_changes_during_a_session(client):
    as_staff(client, make_staff(Role.grievance_officer))
    with session_scope() as session:
        session.execute(update(Staff).values(role=Role.editor))

    assert client.get("/console/cases").status_code == 403


def test_session_ends_when_signing_out(client):
    as_staff(client, make_staff(Role.grievance_officer))
    token = client.cookies["staff"]
    csrf = csrf_of(client.get("/console/cases").text)

    answer = client.post("/console/logout", data={"csrf": csrf}, follow_redirects=False)

    assert answer.headers["location"] == "/console/login"
    assert "staff" not in client.cookies
    assert sessions() == 0
    client.cookies.set("staff", token, domain="127.0.0.1")
    assert is_sent_to_sign_in(client)


def test_token_opens_nothing_when_it_is_made_up(client):
    as_staff(client, make_staff(Role.grievance_officer))
    client.cookies.clear()
    for token in (b"", b"x", "é".encode() * 40, b"0" * 64, b"\xff" * 43, b"x" * 5000):
        answer = client.get(
            "/console/cases", headers=[(b"Cookie", b"staff=" + token)], follow_redirects=False
        )
        assert answer.headers["location"].startswith("/console/login")


def sessions() -> int:
    with session_scope(read_only=True) as session:
        return session.scalar(select(func.count()).select_from(StaffSession)) or 0


def is_sent_to_sign_in(client: TestClient) -> bool:
    answer = client.get("/console/cases", follow_redirects=False)
    return answer.headers.get("location", "").startswith("/console/login")


def count_runs_of_argon2(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parameters of every run, to see that none is cheaper than another."""
    runs: list[str] = []
    verify: Callable[[str, str], bool] = passwords._hasher.verify

    class Counting:
        def verify(self, password_hash: str, password: str) -> bool:
            runs.append(password_hash.rsplit("$", 2)[0])
            return verify(password_hash, password)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    return runs


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
