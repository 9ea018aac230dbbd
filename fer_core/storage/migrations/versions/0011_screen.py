"""How much of a passage was on the screen at all, and which line of it was pointed at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("views", sa.Column("on_screen", sa.Double))
    op.add_column("views", sa.Column("line", sa.Double))
