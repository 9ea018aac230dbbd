"""The time zone in which a session was held: it says which day it belongs to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("time_zone", sa.String(80), nullable=False, server_default="")
    op.add_column("sessions", column)
