"""Which process runs a session until when, under which number, and where it is reached."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "processes",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("alive_until", sa.Double, nullable=False),
    )
    op.add_column("sessions", sa.Column("fence", sa.Integer, nullable=False, server_default="0"))
