"""Alembic's entry: the tables of every model, on the database of the settings."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

import api.cases.models
import api.conversations.models
import api.faq.models
import api.staff.models  # noqa: F401
from api.database import Base, make_engine
from api.settings import get_settings


def plain_type(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """A column type of ours as the plain type below it: migrations outlive our code."""
    if kind == "type" and isinstance(item, sa.TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def run_migrations() -> None:
    # The tests name a database of their own; everybody else means the one of the settings.
    engine = make_engine(context.config.attributes.get("url") or get_settings().database_url)
    with engine.begin() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            compare_type=True,
            render_item=plain_type,
            # SQLite cannot alter most columns; Alembic then copies the table.
            render_as_batch=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run_migrations()
