"""What a session came to, the same on the page after it, in the history and through the API."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from fer_core.errors import StorageError
from fer_core.live.history import SessionHistory
from fer_core.live.running_session import RunningSession
from fer_core.reading.highlights import Mark
from fer_core.reading.playback import LostMoment, lost_moments
from fer_core.sessions.goal import GoalOutcome
from fer_core.sessions.outcome import (
    EARLIER_COUNTED,
    Outcome,
    SecondLook,
    TextRead,
    Usual,
    second_looks,
    tell_outcome,
)
from fer_core.sessions.report import Report, make_report, session_json
from fer_core.sessions.reread import TO_REREAD
from fer_core.sessions.snapshot import State
from fer_core.storage.store import SessionStore
from fer_core.texts.video import position_text


@dataclass(frozen=True, slots=True)
class SessionResult:
    """A session summed up.

    Attributes:
        report: Its figures.
        outcome: What happened and what to try next, a sentence each.
        goal: Whether its goal was reached, as the learner says; None: not said.
        usual: What the learner's sessions were before; None: fewer than three, or not kept.
        looks: Moments and stretches worth a second look.
        text: How far a text was read; None without one.
    """

    report: Report
    outcome: Outcome
    goal: GoalOutcome | None
    usual: Usual | None
    looks: tuple[SecondLook, ...]
    text: TextRead | None


def sum_up(running: RunningSession, history: SessionHistory, at: float) -> SessionResult:
    """Sum up a session, finished or not.

    Args:
        running: The session.
        history: Where the learner's earlier sessions are.
        at: Now, seconds since the epoch.
    """
    session = running.session
    report = make_report(session, at)
    usual = (
        usual_before(history.store, session.info.started_at, running.owner)
        if running.keep
        else None
    )
    text = text_read(running)
    outcome = tell_outcome(session.info, report, usual, running.goal_outcome, text)
    looks = second_looks(report, session.answers)
    return SessionResult(report, outcome, running.goal_outcome, usual, looks, text)


def whole_json(running: RunningSession, result: SessionResult, at: float) -> str:
    """Return all that is known of a session as one JSON document, what it came to first.

    Args:
        running: The session.
        result: What it came to.
        at: Now, seconds since the epoch.
    """
    words = {
        "happened": result.outcome.happened,
        "next_step": result.outcome.next_step,
        "goal": running.session.info.goal,
        "goal_outcome": None if result.goal is None else str(result.goal),
        "second_looks": [asdict(look) for look in result.looks],
        "usual": None if result.usual is None else asdict(result.usual),
    }
    return session_json(running.session, at, words)


def usual_before(store: SessionStore | None, started_at: float, owner: str = "") -> Usual | None:
    """Return what an owner's finished sessions before a moment usually were; None: not known."""
    if store is None:
        return None
    try:
        earlier = store.sessions(owner=owner, until=started_at, limit=2 * EARLIER_COUNTED)
    except StorageError:
        return None
    return Usual.of(
        [
            (one.studied_s, one.away_s, one.breaks)
            for one in earlier
            if one.state is State.FINISHED and one.studied_s > 0
        ]
    )


def text_read(running: RunningSession) -> TextRead | None:
    """Return how far a session's text was read: from the open text, else from the history."""
    if running.reading is not None:
        result = running.reading.result()
        passages = result.reading.passages
        marks = {highlight.passage_id: highlight.mark for highlight in result.highlights}
    elif running.stored is not None and running.stored.passages:
        passages = tuple(passage.reading for passage in running.stored.passages)
        marks = {
            passage.reading.passage_id: Mark(passage.mark)
            for passage in running.stored.passages
            if passage.mark is not None
        }
    else:
        return None
    spans: tuple[str, ...] = ()
    lost: tuple[LostMoment, ...] = ()
    if running.reading is not None and running.reading.document.is_video:
        spans = tuple(passage.text for passage in running.reading.document.passages)
        lost = lost_moments(running.session.answers, running.session.views)
    numbers = {passage.passage_id: number for number, passage in enumerate(passages, start=1)}
    by_mark = {
        mark: tuple(numbers[name] for name, found in marks.items() if found is mark)
        for mark in TO_REREAD
    }
    return TextRead(
        read=sum(1 for passage in passages if passage.visits),
        passages=len(passages),
        hard=by_mark[Mark.HARD_SAID],
        again=tuple(number for mark in TO_REREAD for number in by_mark[mark]),
        spans=spans,
        lost_at=tuple(position_text(one.video_s) for one in lost if one.video_s is not None),
    )
