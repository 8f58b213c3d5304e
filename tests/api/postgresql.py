"""A PostgreSQL server for the tests, in a temporary folder, stopped at the end."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def _program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    path = str(found[-1]) if found else shutil.which(name)
    if not path:
        raise RuntimeError("The tests need PostgreSQL: `apt-get install postgresql`.")
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def temporary_server() -> Iterator[str]:
    """Yields the URL of an empty database."""
    # PostgreSQL refuses to run as root, so root lends the work to the package's own user.
    as_user = {"user": pwd.getpwnam("postgres").pw_uid} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="thamkhlang-postgresql-"))
    port = _free_port()

    def run(*command: str) -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **as_user)

    try:
        if as_user:
            os.chown(folder, as_user["user"], -1)
        data = str(folder / "data")
        run(_program("initdb"), "-D", data, "-U", "tests", "--auth=trust", "--encoding=UTF8")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
        control = (_program("pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"))
        run(*control, "-o", options, "start")
        try:
            yield f"postgresql+psycopg://tests@127.0.0.1:{port}/postgres"
        finally:
            run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
