"""`python -m api.staff`: the only way to make an account. Passwords are asked for, never typed
on the command line, where other users of the machine could read them."""

import argparse
import sys
from getpass import getpass

from sqlalchemy.exc import OperationalError, ProgrammingError

from api import encryption
from api.clock import thai_datetime
from api.database import connect, session_scope
from api.settings import SettingsError, get_settings
from api.staff import accounts
from api.staff.models import Role


class _Refused(Exception):
    """What the person at the terminal reads."""


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        settings = get_settings()
        encryption.use_key(settings.data_key_bytes)
        engine = connect(settings.database_url)
        try:
            _COMMANDS[options.command](options)
        finally:
            engine.dispose()
    except (SettingsError, _Refused) as error:
        print(error, file=sys.stderr)
    except (OperationalError, ProgrammingError) as error:
        print(f"The database is not ready ({error.orig}). Start `make run` once.", file=sys.stderr)
    except ValueError as error:
        print(type(error).__doc__, file=sys.stderr)
    except (KeyboardInterrupt, EOFError):
        print("\nNothing was changed.", file=sys.stderr)
    else:
        return 0
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m api.staff", description="Staff accounts.")
    commands = parser.add_subparsers(dest="command", required=True)
    create = commands.add_parser("create", help="make an account; asks for what is not given")
    create.add_argument("--login")
    create.add_argument("--name")
    create.add_argument("--role", choices=[role.value for role in Role])
    create.add_argument("--unit")
    password = commands.add_parser("password", help="set a new password")
    disable = commands.add_parser("disable", help="close an account and end its sessions")
    commands.add_parser("list", help="show every account")
    for command in (password, disable):
        command.add_argument("login")
    for command in (create, password):
        command.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )
    return parser


def _create(options: argparse.Namespace) -> None:
    login = options.login or _ask("Login: ")
    name = options.name or _ask("Name: ")
    role = Role(options.role) if options.role else _ask_role()
    unit = options.unit
    if role is Role.unit_officer and not unit:
        unit = _ask("Unit: ")
    password = _password(options)
    with session_scope() as session:
        staff = accounts.create_account(session, login, name, role, unit, password)
    print(f"Account {staff.login} ({staff.role}) was made.")


def _list(_: argparse.Namespace) -> None:
    with session_scope(read_only=True) as session:
        for staff in accounts.all_accounts(session):
            state = f"disabled {thai_datetime(staff.disabled_at)}" if staff.disabled_at else ""
            print("\t".join((staff.login, staff.name, staff.role, staff.unit or "-", state)))


def _set_password(options: argparse.Namespace) -> None:
    password = _password(options)
    with session_scope() as session:
        accounts.set_password(session, options.login, password)
    print("The new password is set, and every earlier session of the account is ended.")


def _disable(options: argparse.Namespace) -> None:
    with session_scope() as session:
        accounts.disable(session, options.login)
    print("The account is disabled, and its sessions are ended.")


_COMMANDS = {
    "create": _create,
    "list": _list,
    "password": _set_password,
    "disable": _disable,
}


def _ask(question: str) -> str:
    while True:
        if answer := input(question).strip():
            return answer


def _ask_role() -> Role:
    for number, role in enumerate(Role, 1):
        print(f"  {number}  {role.value}")
    while True:
        answer = _ask("Role (number or name): ")
        if answer in Role:
            return Role(answer)
        if answer.isdecimal() and 1 <= int(answer) <= len(Role):
            return list(Role)[int(answer) - 1]


def _password(options: argparse.Namespace) -> str:
    if options.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass("Password (12 characters or more): ")
    if getpass("The same password again: ") != password:
        raise _Refused("The two passwords differ. Nothing was changed.")
    return password


if __name__ == "__main__":
    sys.exit(main())
