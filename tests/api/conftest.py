"""A clean database of each kind, the application over it, and made-up secrets."""

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from api import encryption
from api.database import Base, connect, session_scope
from api.faq import search
from api.main import create_app
from api.settings import Settings, get_settings
from tests.api.line_office import line_office  # noqa: F401  # A fixture of several files.
from tests.api.postgresql import temporary_server
from tests.api.searching import index  # noqa: F401  # As above.
from tests.api.small_knowledge import folder  # noqa: F401  # As above.

INTERNAL_TOKEN = "test-token-" + "0" * 32


def migrate(url: str, revision: str = "head") -> None:
    """Bring the tables of a database to a revision, as `make run` does."""
    config = Config(toml_file="pyproject.toml")
    config.attributes["url"] = url
    if revision == "base":
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty PostgreSQL database: TEST_POSTGRESQL_URL, or a server of our own."""
    if url := os.environ.get("TEST_POSTGRESQL_URL"):
        yield url
        return
    with temporary_server() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("template") / "template.db"
    migrate(f"sqlite:///{path}")
    return path.read_bytes()


@pytest.fixture(scope="session")
def postgresql_schema(postgresql_url: str) -> str:
    migrate(postgresql_url)
    return postgresql_url


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings of a test: made-up secrets, a data folder of its own, and no `.env` of yours."""
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    monkeypatch.setenv("DATA_KEY", base64.urlsafe_b64encode(b"k" * 32).decode())
    monkeypatch.setenv("INTERNAL_TOKEN", INTERNAL_TOKEN)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    # Nothing listens on port 9: a test that needs the bot starts one of its own.
    monkeypatch.setenv("RASA_URL", "http://127.0.0.1:9")
    get_settings.cache_clear()
    encryption.use_key(b"k" * 32)
    yield
    get_settings.cache_clear()


@pytest.fixture(autouse=True)
def patient_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine must not change an answer, nor one test the next; see test_faq_fallback.py."""
    monkeypatch.setattr(search, "PATIENCE_SECONDS", 60)
    monkeypatch.setattr(search, "_resting_until", 0.0)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        path.write_bytes(request.getfixturevalue("sqlite_template"))
        url = f"sqlite:///{path}"
    else:
        url = request.getfixturevalue("postgresql_schema")
    monkeypatch.setenv("DATABASE_URL", url)
    get_settings.cache_clear()
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    engine = connect(database_url)
    if engine.dialect.name == "postgresql":
        tables = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
        with engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    yield engine
    engine.dispose()


@pytest.fixture
def session(database: Engine) -> Iterator[Session]:
    """Committed when the test ends, or before that by `session.commit()`."""
    with session_scope() as session:
        yield session


@pytest.fixture
def client(database: Engine) -> Iterator[TestClient]:
    """A browser without cookies. Do not mix with `session`, which holds SQLite's only writer."""
    with TestClient(create_app(), base_url="http://127.0.0.1:8000") as client:
        yield client


@pytest.fixture
def internal(client: TestClient) -> TestClient:
    """The bot: the same client with the shared token."""
    client.headers["Authorization"] = f"Bearer {INTERNAL_TOKEN}"
    return client
