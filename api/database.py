"""The engine, the base of every model, and the only place where a transaction is committed.

On SQLite one process-wide turn serialises writers. SQLite itself allows one writer at a time, and
its own waiting is a sleep of up to 100 ms between tries; a lock hands the turn over at once.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar

from fastapi import Depends
from sqlalchemy import DateTime, Engine, MetaData, TypeDecorator, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from api.errors import Unavailable

BUSY_SECONDS = 3
"""How long a writer waits for its turn before the request is refused as unavailable."""


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime on both databases; SQLite would otherwise drop the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: Moment()}


_sessions = sessionmaker[Session](expire_on_commit=False)
_read_sessions = sessionmaker[Session](expire_on_commit=False)
_turn: "threading.Lock | None" = None


def connect(url: str) -> Engine:
    """Open the database and make it the one that sessions of this process use."""
    global _turn
    engine = make_engine(url)
    _turn = threading.Lock() if engine.dialect.name == "sqlite" else None
    _sessions.configure(bind=engine)
    _read_sessions.configure(bind=engine.execution_options(read_only=True))
    return engine


def make_engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        patience = {"options": f"-c lock_timeout={BUSY_SECONDS}s"}
        return create_engine(
            url, pool_pre_ping=True, pool_size=10, max_overflow=20, connect_args=patience
        )
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, pool_size=20)

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _: Any) -> None:
        # The driver's own implicit BEGIN is switched off so that ours, below, is the only one.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "trusted_schema=OFF",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        read_only = connection.get_execution_options().get("read_only")
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def writers_at_once(engine: Engine) -> int:
    """How many threads it makes sense to write with in the background."""
    return 1 if engine.dialect.name == "sqlite" else 4


@contextmanager
def session_scope(*, read_only: bool = False) -> Iterator[Session]:
    """One transaction: committed at the end, rolled back on any exception."""
    if read_only:
        with _read_sessions() as session:
            yield session
        return
    with _writers_turn(), _sessions() as session:
        yield session
        session.commit()


@contextmanager
def _writers_turn() -> Iterator[None]:
    if _turn is None:
        with nullcontext():
            yield
        return
    if not _turn.acquire(timeout=BUSY_SECONDS):
        raise Unavailable
    try:
        yield
    finally:
        _turn.release()


def get_session() -> Iterator[Session]:
    """The transaction of one request; scope="function" commits it before the answer goes out."""
    with session_scope() as session:
        yield session


def get_read_session() -> Iterator[Session]:
    """A session that only reads, and so never waits for a writer."""
    with session_scope(read_only=True) as session:
        yield session


WriteSession = Annotated[Session, Depends(get_session, scope="function")]
ReadSession = Annotated[Session, Depends(get_read_session, scope="function")]
