"""Saving a running session as it goes: what is new since the last time, in one transaction.

The writer reads from the session, never the other way round, so nothing that happens to
the disk reaches the video. What could not be saved stays in the session, whose memory is
bounded by itself, and goes with the next attempt.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, exists, func, insert, or_, select, update

from fer_core.affect.indicators import Features
from fer_core.learner.probes import Answer
from fer_core.reading.visibility import View
from fer_core.sessions.markers import MarkerKind
from fer_core.sessions.snapshot import State
from fer_core.storage.follower import Follower, Progress
from fer_core.storage.queries import LINES_AT_ONCE, insert_rows
from fer_core.storage.records import (
    INDICATORS,
    answer_to_row,
    bucket_to_row,
    document_to_row,
    event_to_row,
    marker_to_row,
    view_to_row,
)
from fer_core.storage.requests import keep_creation, take_hold
from fer_core.storage.tables import answers, events, markers, sessions, texts, timeline, views

#: The session's means are taken anew this often while it runs, and when it stops. Seconds.
MEANS_EVERY_S = 60.0


class SessionLost(Exception):
    """The session was saved before and is no longer there, or another process runs it now."""


def save(connection: Connection, follower: Follower, now: float, holder: str) -> Progress:
    """Write what is new in a session.

    Nothing in the follower changes; pass what is returned to `advance` after the commit.

    Args:
        connection: In a writing transaction.
        follower: The session and how far it was saved.
        now: Seconds since the epoch.
        holder: This process, see `storage.holders`.

    Raises:
        SessionLost: It was erased since it was last saved, or another process runs it.
    """
    session, session_id = follower.session, follower.session_id
    state = session.state
    _save_session(connection, follower, state, now, holder)

    rows = session.rows(follower.rows_until)
    if rows:
        connection.execute(
            delete(timeline).where(timeline.c.session_id == session_id, timeline.c.at >= rows[0].at)
        )
        insert_rows(connection, timeline, [bucket_to_row(session_id, bucket) for bucket in rows])
    new_events = session.events(follower.last_event)
    if new_events:
        connection.execute(
            delete(events).where(
                events.c.session_id == session_id, events.c.sequence > follower.last_event
            )
        )
        insert_rows(connection, events, [event_to_row(session_id, event) for event in new_events])
    given = session.examples
    _save_answers(connection, follower, given)
    document = follower.unsaved_document
    if document is not None:
        connection.execute(delete(texts).where(texts.c.session_id == session_id))
        row = document_to_row(session_id, document, kept=follower.keeps_text)
        insert_rows(connection, texts, [row])
    seen = session.views
    _save_views(connection, follower, seen)

    marked = session.markers.all()
    is_marked_anew = marked != follower.markers
    if is_marked_anew:
        connection.execute(delete(markers).where(markers.c.session_id == session_id))
        insert_rows(connection, markers, [marker_to_row(session_id, one) for one in marked])

    means_at = follower.means_at
    if is_marked_anew or state is not State.ACTIVE or now - means_at >= MEANS_EVERY_S:
        _save_means(connection, session_id)
        means_at = now
    return Progress(
        rows_until=rows[-1].at + rows[-1].width_s if rows else follower.rows_until,
        last_event=new_events[-1].sequence if new_events else follower.last_event,
        answers={answer.probe.probe_id: answer for answer, _ in given},
        views=seen,
        markers=marked,
        means_at=means_at,
        document=document,
    )


def continue_stored(connection: Connection, follower: Follower, now: float, holder: str) -> None:
    """Set a follower to where the database stands, for a session that was restored from it.

    Raises:
        SessionLost: It was saved before and is no longer there, or another process runs it.
    """
    session_id = follower.session_id
    held = select(sessions.c.holder, sessions.c.fence).where(sessions.c.session_id == session_id)
    stored = connection.execute(held).first()
    if stored is None:
        if follower.is_stored:
            raise SessionLost
        return
    if stored.holder != holder:
        if not take_hold(connection, session_id, "", holder, now):
            raise SessionLost
        stored = connection.execute(held).one()
    follower.is_new, follower.fence = False, stored.fence
    follower.rows_until = connection.scalar(
        select(func.max(timeline.c.at + timeline.c.width_s)).where(
            timeline.c.session_id == session_id
        )
    )
    follower.last_event = (
        connection.scalar(
            select(func.max(events.c.sequence)).where(events.c.session_id == session_id)
        )
        or 0
    )


def _save_session(
    connection: Connection, follower: Follower, state: State, now: float, holder: str
) -> None:
    info = follower.session.info
    # Up to the last sign: if the process dies now, nobody knows of more.
    known_until = follower.session.last_sign if state is State.ACTIVE else now
    totals = follower.session.totals(known_until)
    text = follower.text
    live: dict[str, Any] = {
        "saved_until": now,
        "state": str(state),
        "elapsed_s": totals.elapsed_s,
        "active_s": totals.active_s,
        "studied_s": totals.studied_s,
        "away_s": totals.away_s,
        "valid_s": totals.valid_s,
        "observed_s": totals.observed_s,
        "breaks": totals.breaks,
        "frames": totals.frames,
        "excluded_s": totals.excluded_s,
        "markers": len(follower.session.markers.all()),
    }
    if state is State.FINISHED:
        live["holder"] = ""  # what is over is run by nobody
    if text is not None:
        live |= {
            "text_id": text.text_id,
            "text_title": clean(text.title),
            "text_words": text.words,
            "material": "video" if text.is_video else None,
        }
    if not follower.is_new:
        # Title and note belong to the learner, who may have changed them meanwhile.
        done = connection.execute(
            update(sessions)
            .where(
                sessions.c.session_id == follower.session_id,
                sessions.c.holder == holder,
                sessions.c.fence == follower.fence,
            )
            .values(live)
        )
        if done.rowcount == 0:
            raise SessionLost
        return
    connection.execute(
        insert(sessions).values(
            {
                "session_id": follower.session_id,
                "owner": follower.owner,
                "kept": info.keep,
                "holder": holder,
                "fence": follower.fence,
                "started_at": info.started_at,
                "title": clean(info.title),
                "goal": clean(info.goal),
                "note": "",
                "focus_min": info.plan.focus_min,
                "break_min": info.plan.break_min,
                "consent_version": info.consent_version,
                "time_zone": info.time_zone,
                "text_id": "",
                "text_title": "",
                "marked": [],
                **live,
            }
        )
    )
    if follower.creation is not None:
        keep_creation(connection, follower.session_id, follower.creation)


def _save_answers(
    connection: Connection, follower: Follower, given: tuple[tuple[Answer, Features | None], ...]
) -> None:
    rows = [
        answer_to_row(follower.session_id, position, answer, features)
        for position, (answer, features) in enumerate(given)
        if follower.answers.get(answer.probe.probe_id) is not answer
    ]
    for row in rows:
        connection.execute(
            delete(answers).where(
                answers.c.session_id == follower.session_id,
                answers.c.probe_id == row["probe_id"],
            )
        )
    insert_rows(connection, answers, rows)


def _save_views(connection: Connection, follower: Follower, seen: tuple[View, ...]) -> None:
    before = follower.views
    changed = [
        position
        for position, view in enumerate(seen)
        if position >= len(before) or before[position] is not view
    ]
    for start in range(0, len(changed), LINES_AT_ONCE):
        connection.execute(
            delete(views).where(
                views.c.session_id == follower.session_id,
                views.c.position.in_(changed[start : start + LINES_AT_ONCE]),
            )
        )
    insert_rows(
        connection,
        views,
        [view_to_row(follower.session_id, position, seen[position]) for position in changed],
    )


def _save_means(connection: Connection, session_id: str) -> None:
    """Take the means of the three indicators over the rows that count and have them, by length."""
    middle = timeline.c.at + timeline.c.width_s / 2
    is_excluded = exists().where(
        markers.c.session_id == session_id,
        markers.c.kind == str(MarkerKind.EXCLUDED),
        markers.c.at <= middle,
        or_(markers.c.until.is_(None), middle < markers.c.until),
    )
    columns = []
    for name in INDICATORS:
        value = timeline.c[name]
        weight = func.sum(timeline.c.width_s).filter(value.is_not(None))
        for end in ("", "_low", "_high"):
            total = func.sum(timeline.c[name + end] * timeline.c.width_s)
            columns.append((total / func.nullif(weight, 0)).label(name + end))
    means = (
        connection.execute(
            select(*columns).where(timeline.c.session_id == session_id, ~is_excluded)
        )
        .mappings()
        .one()
    )
    connection.execute(
        update(sessions).where(sessions.c.session_id == session_id).values(dict(means))
    )


def clean(words: str) -> str:
    """Return words without the one character that PostgreSQL cannot store."""
    return words.replace("\x00", "")
