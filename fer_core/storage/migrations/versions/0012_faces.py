"""Head, eyes and mouth beside each stretch of the timeline, where points of a face were seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("timeline", sa.Column("face", sa.JSON))
