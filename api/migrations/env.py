"""Alembic's entry: the tables of every model, on the database of the settings."""

from alembic import context

import api.cases.models
import api.conversations.models
import api.faq.models
import api.staff  # noqa: F401
from api.database import Base, make_engine
from api.settings import get_settings


def run_migrations() -> None:
    engine = make_engine(get_settings().database_url)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            compare_type=True,
            # SQLite cannot alter most columns; Alembic then copies the table.
            render_as_batch=connection.dialect.name == "sqlite",
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


run_migrations()
