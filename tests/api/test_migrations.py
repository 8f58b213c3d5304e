"""The migrations make the tables that the models describe, on both databases."""

from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

from api.database import make_engine
from tests.api.conftest import migrate


def test_the_tables_are_as_the_models_say(database_url: str) -> None:
    config = Config(toml_file="pyproject.toml")
    config.attributes["url"] = database_url
    # Raises with the list of differences when a migration was forgotten.
    command.check(config)


def test_all_can_be_taken_back_and_made_again(database_url: str) -> None:
    migrate(database_url, "base")
    engine = make_engine(database_url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrate(database_url)
    assert "cases" in inspect(engine).get_table_names()
    engine.dispose()
