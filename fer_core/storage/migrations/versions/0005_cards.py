"""Review cards and the answers to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cards",
        sa.Column("card_id", sa.String(80), primary_key=True),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("front", sa.Text, nullable=False),
        sa.Column("back", sa.Text, nullable=False),
        sa.Column("choices", sa.JSON, nullable=False),
        sa.Column("terms", sa.JSON, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("session_id", sa.String(80), nullable=False),
        sa.Column("text_id", sa.String(40), nullable=False),
        sa.Column("text_title", sa.Text, nullable=False),
        sa.Column("passage_id", sa.String(80), nullable=False),
        sa.Column("passage", sa.Text, nullable=False),
        sa.Column("read_at", sa.Double),
        sa.Column("features", sa.JSON),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("step", sa.Integer),
        sa.Column("stability", sa.Double),
        sa.Column("difficulty", sa.Double),
        sa.Column("due_at", sa.Double, nullable=False),
        sa.Column("last_at", sa.Double),
        sa.Column("dropped_at", sa.Double),
    )
    op.create_index("cards_by_due", "cards", ["owner", "due_at"])
    op.create_table(
        "reviews",
        sa.Column("review_id", sa.String(80), primary_key=True),
        sa.Column(
            "card_id",
            sa.String(80),
            sa.ForeignKey("cards.card_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("rating", sa.Integer, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("delay_s", sa.Double, nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
    )
    op.create_index("reviews_by_card", "reviews", ["card_id", "at"])
