"""What a restart must not lose: who holds a session, its text, its requests, its summary."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Every session and every text that is there already was to be kept.
    op.add_column("sessions", sa.Column("kept", sa.Boolean, nullable=False, server_default="1"))
    op.add_column("sessions", sa.Column("holder", sa.String(80), nullable=False, server_default=""))
    op.add_column("texts", sa.Column("kept", sa.Boolean, nullable=False, server_default="1"))
    op.create_table(
        "creations",
        sa.Column("request", sa.String(80), primary_key=True),
        sa.Column(
            "session_id",
            sa.String(80),
            sa.ForeignKey("sessions.session_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("digest", sa.String(80), nullable=False),
    )
    op.create_index("creations_by_session", "creations", ["session_id"])
    op.create_table(
        "summaries",
        sa.Column("session_id", sa.String(80), primary_key=True),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("forget_at", sa.Double),
    )
