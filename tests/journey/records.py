"""What stands in the service's own database, read from beside it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from api import encryption
from api.cases.models import Case
from api.database import make_engine
from api.settings import Settings
from tests.stack import Stack


@contextmanager
def records(stack: Stack) -> Iterator[Session]:
    settings = Settings(_env_file=None, **{k.lower(): v for k, v in stack.env.items()})  # type: ignore[arg-type]
    encryption.use_key(settings.data_key_bytes)
    engine = make_engine(settings.database_url)
    with Session(engine.execution_options(read_only=True)) as session:
        yield session
    engine.dispose()


def case_count(stack: Stack) -> int:
    with records(stack) as session:
        return session.query(Case).count()
