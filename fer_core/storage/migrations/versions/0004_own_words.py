"""What learners add themselves: tags, whether a goal was reached, notes on passages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("tags", sa.JSON(none_as_null=True)))
    op.add_column("sessions", sa.Column("goal_outcome", sa.String(40)))
    op.create_table(
        "passage_notes",
        sa.Column(
            "session_id",
            sa.String(80),
            sa.ForeignKey("sessions.session_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("passage_id", sa.String(80), primary_key=True),
        sa.Column("sentences", sa.JSON, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
