"""How sure the learner was of an answer, and whether a passage had been left behind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("answers", sa.Column("confidence", sa.Integer))
    op.add_column("passages", sa.Column("is_left", sa.Boolean))
