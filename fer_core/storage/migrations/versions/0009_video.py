"""A video as a session's material: where it stood when, and which of its seconds a passage is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("material", sa.String(40)))
    for table in ("views", "passages"):
        op.add_column(table, sa.Column("video_from", sa.Double))
        op.add_column(table, sa.Column("video_to", sa.Double))
