"""What the learner marked in a session, and how much of it does not count."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "markers",
        sa.Column(
            "session_id",
            sa.String(80),
            sa.ForeignKey("sessions.session_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("marker_id", sa.String(80), primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("until", sa.Double),
        sa.Column("words", sa.Text, nullable=False),
    )
    op.add_column("sessions", sa.Column("excluded_s", sa.Double))
    op.add_column("sessions", sa.Column("markers", sa.Integer))
