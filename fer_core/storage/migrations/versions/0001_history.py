"""Sessions, their timelines, events, answers, views and passages, and what a learner keeps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.String(80), primary_key=True),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("started_at", sa.Double, nullable=False),
        sa.Column("saved_until", sa.Double, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("goal", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("focus_min", sa.Double, nullable=False),
        sa.Column("break_min", sa.Double, nullable=False),
        sa.Column("consent_version", sa.String(40), nullable=False),
        sa.Column("text_id", sa.String(40), nullable=False),
        sa.Column("text_title", sa.Text, nullable=False),
        sa.Column("text_words", sa.Double),
        sa.Column("elapsed_s", sa.Double, nullable=False),
        sa.Column("active_s", sa.Double, nullable=False),
        sa.Column("studied_s", sa.Double, nullable=False),
        sa.Column("away_s", sa.Double, nullable=False),
        sa.Column("valid_s", sa.Double, nullable=False),
        sa.Column("observed_s", sa.Double, nullable=False),
        sa.Column("breaks", sa.Integer, nullable=False),
        sa.Column("frames", sa.Integer, nullable=False),
        *_means(),
        sa.Column("marked", sa.JSON, nullable=False),
        sa.Column("deleted_at", sa.Double),
    )
    op.create_index("sessions_by_start", "sessions", ["owner", "started_at"])
    op.create_table(
        "timeline",
        _session_id(),
        sa.Column("at", sa.Double, primary_key=True),
        sa.Column("width_s", sa.Double, nullable=False),
        sa.Column("frames", sa.Integer, nullable=False),
        sa.Column("observed_s", sa.Double, nullable=False),
        sa.Column("valid_s", sa.Double, nullable=False),
        sa.Column("facing_s", sa.Double, nullable=False),
        sa.Column("away_s", sa.Double, nullable=False),
        sa.Column("presence", sa.String(40), nullable=False),
        *(
            sa.Column(f"{kind}_{label}", sa.Double)
            for kind in ("p", "share")
            for label in ("angry", "happy", "natural", "sad", "surprised")
        ),
        *(
            sa.Column(name, sa.Double)
            for name in (
                "valence",
                "valence_band",
                "arousal",
                "motion",
                "centre_x",
                "centre_y",
                "size",
            )
        ),
        sa.Column("coverage", sa.Double, nullable=False),
        *(
            column
            for name in ("comprehension", "stress", "attention")
            for column in (
                sa.Column(name, sa.Double),
                sa.Column(f"{name}_low", sa.Double),
                sa.Column(f"{name}_high", sa.Double),
                sa.Column(f"{name}_reason", sa.String(40)),
                sa.Column(f"{name}_basis", sa.String(40)),
                sa.Column(f"{name}_answers", sa.Integer, nullable=False),
            )
        ),
    )
    op.create_table(
        "events",
        _session_id(),
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
    )
    op.create_table(
        "answers",
        _session_id(),
        sa.Column("probe_id", sa.String(80), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("asked_at", sa.Double, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("passage_id", sa.String(80)),
        sa.Column("question", sa.JSON),
        sa.Column("chosen_at_random", sa.Boolean, nullable=False),
        sa.Column("value", sa.Integer),
        sa.Column("answered_at", sa.Double, nullable=False),
        sa.Column("is_correction", sa.Boolean, nullable=False),
        sa.Column("features_of", sa.String(40)),
        sa.Column("features", sa.JSON),
    )
    op.create_table(
        "views",
        _session_id(),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("passage_id", sa.String(80), nullable=False),
        sa.Column("visible_share", sa.Double, nullable=False),
        sa.Column("start", sa.Double, nullable=False),
        sa.Column("end", sa.Double, nullable=False),
    )
    op.create_table(
        "passages",
        _session_id(),
        sa.Column("passage_id", sa.String(80), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("words", sa.Double, nullable=False),
        sa.Column("lix", sa.Double),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("away_seconds", sa.Double, nullable=False),
        sa.Column("visits", sa.Integer, nullable=False),
        sa.Column("first_seen", sa.Double),
        sa.Column("last_seen", sa.Double),
        sa.Column("negative_z", sa.Double),
        sa.Column("coverage", sa.Double, nullable=False),
        sa.Column("comprehension", sa.Double),
        sa.Column("comprehension_low", sa.Double),
        sa.Column("comprehension_high", sa.Double),
        sa.Column("mark", sa.String(40)),
        sa.Column("why", sa.Text),
    )
    op.create_table(
        "learners",
        sa.Column("owner", sa.String(80), primary_key=True),
        sa.Column("baseline", sa.JSON),
        sa.Column("baseline_at", sa.Double),
        sa.Column("answers_from", sa.Double, nullable=False),
    )


def _session_id() -> sa.Column[str]:
    return sa.Column(
        "session_id",
        sa.String(80),
        sa.ForeignKey("sessions.session_id", ondelete="CASCADE"),
        primary_key=True,
    )


def _means() -> list[sa.Column[float]]:
    return [
        sa.Column(f"{name}{end}", sa.Double)
        for name in ("comprehension", "stress", "attention")
        for end in ("", "_low", "_high")
    ]
