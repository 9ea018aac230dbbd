"""What a server looks for often is found without reading all that was ever stored."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _index_some(name: str, table: str, column: str, some: sa.ColumnElement[Any]) -> None:
    op.create_index(name, table, [column], postgresql_where=some, sqlite_where=some)


def upgrade() -> None:
    kept = sa.column("kept", sa.Boolean)
    for name, column, some in (
        ("sessions_held", "holder", sa.column("holder", sa.String) != ""),
        ("sessions_active", "owner", sa.column("state", sa.String) == "active"),
        ("sessions_not_kept", "session_id", ~kept),
        ("sessions_deleted", "deleted_at", sa.column("deleted_at").is_not(None)),
    ):
        _index_some(name, "sessions", column, some)
    _index_some("texts_not_kept", "texts", "session_id", ~kept)
    _index_some(
        "summaries_to_forget", "summaries", "forget_at", sa.column("forget_at").is_not(None)
    )
    _index_some("cards_dropped", "cards", "dropped_at", sa.column("dropped_at").is_not(None))
    op.create_index("cards_by_session", "cards", ["session_id"])
