"""The tables of the history. Numbers, short labels and the learner's own words; never a picture.

A column is added by a migration in `migrations/versions` and here; a test holds the two together.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from fer_core.storage.columns import (
    ID_LENGTH,
    LABEL_LENGTH,
    OWNER_LENGTH,
    estimate,
    index_some,
    numbers,
    session_id,
)

metadata = MetaData()

#: One row a session. Times are seconds since the epoch; the means are over its rows.
sessions = Table(
    "sessions",
    metadata,
    Column("session_id", String(ID_LENGTH), primary_key=True),
    Column("owner", String(OWNER_LENGTH), nullable=False),
    Column("started_at", Double, nullable=False),
    Column("saved_until", Double, nullable=False),
    Column("state", String(LABEL_LENGTH), nullable=False),
    Column("title", Text, nullable=False),
    Column("goal", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("focus_min", Double, nullable=False),
    Column("break_min", Double, nullable=False),
    Column("consent_version", String(LABEL_LENGTH), nullable=False),
    Column("text_id", String(LABEL_LENGTH), nullable=False),
    Column("text_title", Text, nullable=False),
    Column("text_words", Double),
    # What was studied: "video"; NULL for a text, or nothing.
    Column("material", String(LABEL_LENGTH)),
    Column("elapsed_s", Double, nullable=False),
    Column("active_s", Double, nullable=False),
    Column("studied_s", Double, nullable=False),
    Column("away_s", Double, nullable=False),
    Column("valid_s", Double, nullable=False),
    Column("observed_s", Double, nullable=False),
    Column("breaks", Integer, nullable=False),
    Column("frames", Integer, nullable=False),
    *numbers("comprehension", "comprehension_low", "comprehension_high"),
    *numbers("stress", "stress_low", "stress_high"),
    *numbers("attention", "attention_low", "attention_high"),
    Column("marked", JSON, nullable=False),
    Column("tags", JSON(none_as_null=True)),
    Column("goal_outcome", String(LABEL_LENGTH)),
    # NULL in sessions of before there were markers.
    Column("excluded_s", Double),
    Column("markers", Integer),
    Column("deleted_at", Double),
    # Whether it stays after its end; else it is here only so that a restart loses nothing.
    Column("kept", Boolean, nullable=False, server_default="1"),
    # The learner's, an IANA name; empty: not known, as in sessions of before it was asked.
    Column("time_zone", String(ID_LENGTH), nullable=False, server_default=""),
    # The process that runs it, see `storage.holders`; empty: none does.
    Column("holder", String(ID_LENGTH), nullable=False, server_default=""),
    # Grows each time that another process takes it over: who writes under an old one is too late.
    Column("fence", Integer, nullable=False, server_default="0"),
    Index("sessions_by_start", "owner", "started_at"),
)

#: One row for each stretch of a session, see `sessions.timeline_bucket.TimelineBucket`.
timeline = Table(
    "timeline",
    metadata,
    session_id(),
    Column("at", Double, primary_key=True),
    Column("width_s", Double, nullable=False),
    Column("frames", Integer, nullable=False),
    Column("observed_s", Double, nullable=False),
    Column("valid_s", Double, nullable=False),
    Column("facing_s", Double, nullable=False),
    Column("away_s", Double, nullable=False),
    Column("presence", String(LABEL_LENGTH), nullable=False),
    *numbers("p_angry", "p_happy", "p_natural", "p_sad", "p_surprised"),
    *numbers("share_angry", "share_happy", "share_natural", "share_sad", "share_surprised"),
    *numbers("valence", "valence_band", "arousal", "motion", "centre_x", "centre_y", "size"),
    Column("coverage", Double, nullable=False),
    *estimate("comprehension"),
    *estimate("stress"),
    *estimate("attention"),
    *numbers("heart_rate", "heart_rate_snr_db"),
    Column("heart_rate_reason", String(LABEL_LENGTH)),
    # Head, eyes and mouth, see `sessions.face_second.FaceSecond`; null: no points were seen.
    Column("face", JSON(none_as_null=True)),
)

#: What happened, see `sessions.events.Event`.
events = Table(
    "events",
    metadata,
    session_id(),
    Column("sequence", Integer, primary_key=True),
    Column("at", Double, nullable=False),
    Column("kind", String(LABEL_LENGTH), nullable=False),
    Column("data", JSON, nullable=False),
)

#: What the learner said, with what was known then, see `learner.probes.Answer`.
answers = Table(
    "answers",
    metadata,
    session_id(),
    Column("probe_id", String(ID_LENGTH), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("kind", String(LABEL_LENGTH), nullable=False),
    Column("asked_at", Double, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("passage_id", String(ID_LENGTH)),
    Column("question", JSON(none_as_null=True)),
    Column("chosen_at_random", Boolean, nullable=False),
    Column("value", Integer),
    Column("answered_at", Double, nullable=False),
    Column("is_correction", Boolean, nullable=False),
    Column("confidence", Integer),
    Column("features_of", String(LABEL_LENGTH)),
    Column("features", JSON(none_as_null=True)),
)

#: What was on the screen when, see `reading.visibility.View`.
views = Table(
    "views",
    metadata,
    session_id(),
    Column("position", Integer, primary_key=True),
    Column("passage_id", String(ID_LENGTH), nullable=False),
    Column("visible_share", Double, nullable=False),
    Column("start", Double, nullable=False),
    Column("end", Double, nullable=False),
    Column("on_screen", Double),
    Column("line", Double),
    # Where a video stood at the start and at the end, in its own seconds.
    *numbers("video_from", "video_to"),
)

#: What the learner marked, see `sessions.markers.Marker`.
markers = Table(
    "markers",
    metadata,
    session_id(),
    Column("marker_id", String(ID_LENGTH), primary_key=True),
    Column("kind", String(LABEL_LENGTH), nullable=False),
    Column("at", Double, nullable=False),
    Column("until", Double),
    Column("words", Text, nullable=False),
)

#: How each passage was read, see `reading.attribution.PassageReading`. The words are not in it.
passages = Table(
    "passages",
    metadata,
    session_id(),
    Column("passage_id", String(ID_LENGTH), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("section", Text, nullable=False),
    Column("words", Double, nullable=False),
    Column("lix", Double),
    Column("seconds", Double, nullable=False),
    Column("away_seconds", Double, nullable=False),
    Column("visits", Integer, nullable=False),
    *numbers("first_seen", "last_seen", "negative_z"),
    Column("coverage", Double, nullable=False),
    Column("is_left", Boolean),
    # Of a passage of a video: from and until which of its seconds.
    *numbers("video_from", "video_to"),
    *numbers("comprehension", "comprehension_low", "comprehension_high"),
    Column("mark", String(LABEL_LENGTH)),
    Column("why", Text),
)

#: The text itself: while the session runs, and for good only where the learner asked for that.
texts = Table(
    "texts",
    metadata,
    session_id(),
    Column("kept", Boolean, nullable=False, server_default="1"),
    Column("title", Text, nullable=False),
    Column("language", String(LABEL_LENGTH), nullable=False),
    Column("pages", Integer, nullable=False),
    Column("passages", JSON, nullable=False),
    Column("questions", JSON, nullable=False),
)

#: What the learner highlighted in a passage and wrote to it, see `reading.notes.PassageNote`.
passage_notes = Table(
    "passage_notes",
    metadata,
    session_id(),
    Column("passage_id", String(ID_LENGTH), primary_key=True),
    Column("sentences", JSON, nullable=False),
    Column("note", Text, nullable=False),
)

#: What is known about a learner over all sessions: the baseline, and since when answers count.
learners = Table(
    "learners",
    metadata,
    Column("owner", String(OWNER_LENGTH), primary_key=True),
    Column("baseline", JSON(none_as_null=True)),
    Column("baseline_at", Double),
    Column("answers_from", Double, nullable=False),
)

#: The learners whose sessions come through keys, see `storage.owners.Owner`. The learner of this
#: machine, and the one whom a key has for itself, need no row.
owners = Table(
    "owners",
    metadata,
    Column("owner_id", String(OWNER_LENGTH), primary_key=True),
    Column("key_id", String(LABEL_LENGTH), nullable=False),
    Column("reference", String(ID_LENGTH)),
    Column("created_at", Double, nullable=False),
    Index("owners_by_key", "key_id", "reference", unique=True),
)

#: The processes that run sessions of this database, see `storage.holders.ServerHolder`.
processes = Table(
    "processes",
    metadata,
    Column("name", String(ID_LENGTH), primary_key=True),
    # Where others of its kind reach it; empty: nowhere.
    Column("address", Text, nullable=False),
    # By the database's clock, seconds since the epoch.
    Column("alive_until", Double, nullable=False),
)

#: Review cards, see `recall.cards.Card`. A card outlives its session: it is the learner's own.
cards = Table(
    "cards",
    metadata,
    Column("card_id", String(ID_LENGTH), primary_key=True),
    Column("owner", String(OWNER_LENGTH), nullable=False),
    Column("kind", String(LABEL_LENGTH), nullable=False),
    Column("front", Text, nullable=False),
    Column("back", Text, nullable=False),
    Column("choices", JSON, nullable=False),
    Column("terms", JSON, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("session_id", String(ID_LENGTH), nullable=False),
    Column("text_id", String(LABEL_LENGTH), nullable=False),
    Column("text_title", Text, nullable=False),
    Column("passage_id", String(ID_LENGTH), nullable=False),
    Column("passage", Text, nullable=False),
    Column("read_at", Double),
    Column("features", JSON(none_as_null=True)),
    Column("stage", String(LABEL_LENGTH), nullable=False),
    Column("step", Integer),
    Column("stability", Double),
    Column("difficulty", Double),
    Column("due_at", Double, nullable=False),
    Column("last_at", Double),
    Column("dropped_at", Double),
    Index("cards_by_due", "owner", "due_at"),
    Index("cards_by_session", "session_id"),
)

#: The answers to cards, see `recall.cards.Review`, with the card's schedule before each.
reviews = Table(
    "reviews",
    metadata,
    Column("review_id", String(ID_LENGTH), primary_key=True),
    Column(
        "card_id",
        String(ID_LENGTH),
        ForeignKey("cards.card_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("rating", Integer, nullable=False),
    Column("at", Double, nullable=False),
    Column("delay_s", Double, nullable=False),
    Column("before", JSON, nullable=False),
    Index("reviews_by_card", "card_id", "at"),
)

#: Requests to start a session that may come again, by the hash of who asked under which key.
creations = Table(
    "creations",
    metadata,
    Column("request", String(ID_LENGTH), primary_key=True),
    Column(
        "session_id",
        String(ID_LENGTH),
        ForeignKey("sessions.session_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("digest", String(ID_LENGTH), nullable=False),
    Index("creations_by_session", "session_id"),
)

#: What a door answered when a session ended, word for word, so that it can answer so again. A row
#: may outlive its session: of one that is not kept this is the last that is known, for an hour.
summaries = Table(
    "summaries",
    metadata,
    Column("session_id", String(ID_LENGTH), primary_key=True),
    Column("owner", String(OWNER_LENGTH), nullable=False),
    Column("body", Text, nullable=False),
    Column("forget_at", Double),
)

# A server looks for these again and again, and they are few among all that is stored. A column that
# each save changes is in no index: PostgreSQL would have to change all indexes of the row with it.
index_some("sessions_held", sessions.c.holder, sessions.c.holder != "")
index_some("sessions_active", sessions.c.owner, sessions.c.state == "active")
index_some("sessions_not_kept", sessions.c.session_id, ~sessions.c.kept)
index_some("sessions_deleted", sessions.c.deleted_at, sessions.c.deleted_at.is_not(None))
index_some("texts_not_kept", texts.c.session_id, ~texts.c.kept)
index_some("summaries_to_forget", summaries.c.forget_at, summaries.c.forget_at.is_not(None))
index_some("cards_dropped", cards.c.dropped_at, cards.c.dropped_at.is_not(None))

#: The tables that belong to a session, in the order in which they are filled.
SESSION_TABLES = (timeline, events, answers, views, markers, passages, texts, passage_notes)

#: The tables of review cards, in the order in which they are filled.
CARD_TABLES = (cards, reviews)
