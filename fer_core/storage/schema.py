"""Bringing a database to the schema of this version, or saying that it is a newer one's."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from fer_core.errors import DatabaseTooNew

MIGRATIONS = Path(__file__).parent / "migrations"
#: Any number, the same in every process: two that start at once migrate one after the other.
_POSTGRES_LOCK = 7_305_112


def newest_revision() -> str:
    """Return the name of this version's schema."""
    return revisions()[-1]


@cache
def revisions() -> tuple[str, ...]:
    """Return the names of all schemas so far, oldest first."""
    script = ScriptDirectory(str(MIGRATIONS))
    return tuple(step.revision for step in script.walk_revisions())[::-1]


def upgrade(engine: Engine, to: str = "head") -> None:
    """Run the migrations that are missing, all or none.

    Args:
        engine: The database; its transactions must be writing ones from their start.
        to: The schema wanted; the newest unless a test asks for an older one.

    Raises:
        DatabaseTooNew: The database knows a schema that this version does not.
        sqlalchemy.exc.SQLAlchemyError: The database cannot be used.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRES_LOCK})
        current = MigrationContext.configure(connection).get_current_heads()
        if not set(current) <= set(revisions()):
            raise DatabaseTooNew
        if current == (newest_revision(),) and to == "head":
            return  # as at every start but the first: Alembic would read all its steps
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, to)
