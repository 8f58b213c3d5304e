"""The command that makes accounts: `python -m api.staff`."""

import io
import sys

import pytest
from sqlalchemy import select

from api.database import session_scope
from api.staff import Role, Staff, StaffSession
from api.staff import __main__ as command
from api.staff.passwords import matches
from tests.api.office import PASSWORD, make_account

CREATE = ["create", "--login", "malee", "--name", "มาลี", "--role", "supervisor"]


def run(monkeypatch: pytest.MonkeyPatch, arguments: list[str], typed: str = "") -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    return command.main(arguments)


def everybody() -> list[Staff]:
    with session_scope(read_only=True) as session:
        return list(session.scalars(select(Staff).order_by(Staff.login)))


def test_account_is_made_when_everything_is_given(database, monkeypatch, capsys):
    assert run(monkeypatch, [*CREATE, "--password-stdin"], f"{PASSWORD}\n") == 0

    (staff,) = everybody()
    assert (staff.login, staff.name, staff.role) == ("malee", "มาลี", Role.supervisor)
    assert staff.password_hash.startswith("$argon2id$")
    assert matches(PASSWORD, staff.password_hash)
    assert PASSWORD not in capsys.readouterr().out


def test_missing_parts_are_asked_for_when_not_given(database, monkeypatch):
    answers = iter(["Wichai", "วิชัย", "9", "2", "กรมธนารักษ์"])
    monkeypatch.setattr("builtins.input", lambda question: next(answers))
    monkeypatch.setattr(command, "getpass", lambda question: PASSWORD)

    assert command.main(["create"]) == 0

    (staff,) = everybody()
    assert (staff.login, staff.role, staff.unit) == ("wichai", Role.unit_officer, "กรมธนารักษ์")


def test_nothing_is_made_when_the_two_passwords_differ(database, monkeypatch, capsys):
    typed = iter([PASSWORD, PASSWORD + "x"])
    monkeypatch.setattr(command, "getpass", lambda question: next(typed))

    assert command.main(CREATE) == 1

    assert everybody() == []
    assert "differ" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "typed", "told"),
    [
        (CREATE, "สิบเอ็ดตัว\n", "12 characters"),
        (CREATE, "x" * 1001, "1,000 characters"),
        (CREATE, "\n", "12 characters"),
        ([*CREATE[:2], "somchai", *CREATE[3:]], PASSWORD, "Another account"),
        ([*CREATE[:2], " SOMCHAI ", *CREATE[3:]], PASSWORD, "Another account"),
        ([*CREATE[:4], " ", *CREATE[5:]], PASSWORD, "must not be empty"),
        (["password", "nobody"], PASSWORD, "No account"),
    ],
)
def test_sentence_says_why_when_refused(database, monkeypatch, capsys, arguments, typed, told):
    make_account("somchai")

    assert run(monkeypatch, [*arguments, "--password-stdin"], typed) == 1

    assert told in capsys.readouterr().err
    assert [staff.login for staff in everybody()] == ["somchai"]


def test_password_is_accepted_when_it_has_12_characters_of_any_kind(database, monkeypatch):
    assert run(monkeypatch, [*CREATE, "--password-stdin"], "ก ๆ🌧️'\"<>;&%\n") == 0


def test_sessions_end_when_the_password_changes_or_the_account_is_disabled(database, monkeypatch):
    staff = make_account("somchai")
    for arguments, typed in (
        (["password", "somchai", "--password-stdin"], "another password"),
        (["disable", "somchai"], ""),
    ):
        with session_scope() as session:
            session.add(StaffSession(token_hash="0" * 64, staff_id=staff.id))
        assert run(monkeypatch, arguments, typed) == 0
        with session_scope(read_only=True) as session:
            assert session.scalars(select(StaffSession)).all() == []

    (staff,) = everybody()
    assert matches("another password", staff.password_hash)
    assert staff.disabled_at is not None


def test_list_names_every_account_when_asked(database, monkeypatch, capsys):
    make_account("somchai")
    run(monkeypatch, ["disable", "somchai"])
    assert run(monkeypatch, ["list"]) == 0

    listed = capsys.readouterr().out
    assert "somchai\tสมชาย ใจดี\tgrievance_officer" in listed
    assert "disabled" in listed


def test_command_says_what_to_do_when_there_is_no_database(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")

    assert run(monkeypatch, ["list"]) == 1

    assert "make run" in capsys.readouterr().err
