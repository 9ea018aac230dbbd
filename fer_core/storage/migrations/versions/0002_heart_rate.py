"""The heart rate beside each stretch of the timeline, where it was asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("timeline", sa.Column("heart_rate", sa.Double))
    op.add_column("timeline", sa.Column("heart_rate_snr_db", sa.Double))
    op.add_column("timeline", sa.Column("heart_rate_reason", sa.String(40)))
