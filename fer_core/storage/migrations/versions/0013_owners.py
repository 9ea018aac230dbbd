"""The learners whose sessions come through keys: who made each, and what they are called there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "owners",
        sa.Column("owner_id", sa.String(80), primary_key=True),
        sa.Column("key_id", sa.String(40), nullable=False),
        sa.Column("reference", sa.String(80)),
        sa.Column("created_at", sa.Double, nullable=False),
    )
    op.create_index("owners_by_key", "owners", ["key_id", "reference"], unique=True)
