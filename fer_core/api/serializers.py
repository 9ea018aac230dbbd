"""Sessions of the core as answers of the contract."""

from __future__ import annotations

from collections.abc import Sequence

from fer_core.affect.indicators import Estimate, Reason
from fer_core.api.schemas.face import FaceSignalsOut
from fer_core.api.schemas.feedback import (
    BreakOut,
    FeedbackOut,
    FinishedOut,
    HighlightOut,
    PassageReadingOut,
    StretchOut,
)
from fer_core.api.schemas.sessions import (
    HistoryOut,
    PassageOut,
    Plan,
    SessionOut,
    SessionSummary,
    TextOut,
    TotalsOut,
    VideoOut,
    VideoPartOut,
)
from fer_core.api.schemas.snapshots import (
    ReasonOut,
    SnapshotOut,
    SuggestionOut,
    probabilities_of,
)
from fer_core.api.schemas.study import LostOut, TimelineEstimate, TimelineRow
from fer_core.live.history import SessionHistory
from fer_core.live.registry import SessionRegistry
from fer_core.live.result import sum_up
from fer_core.live.running_session import RunningSession
from fer_core.reading.attribution import PassageReading
from fer_core.reading.highlights import Mark
from fer_core.reading.pace import Pace
from fer_core.reading.playback import lost_moments
from fer_core.sessions.markers import Range, is_left_out
from fer_core.sessions.report import NOTE, Report, Stretch, make_report
from fer_core.sessions.session import StudySession
from fer_core.sessions.snapshot import State
from fer_core.sessions.timeline_bucket import TimelineBucket
from fer_core.storage.history import SessionSummary as StoredSummary
from fer_core.texts.document import Document

MEMORY_ONLY = "In memory only, as was asked for: a restart of this server ends the session."
REREAD = frozenset({Mark.HARD_SAID, Mark.HARD_ESTIMATED, Mark.SKIMMED})
_NO_TEXT = ReasonOut(code="no_text", text="No text is open in this session.")


def summary_of(running: RunningSession, now: float) -> SessionSummary:
    """Describe a session in a list."""
    session = running.session
    return SessionSummary(
        session_id=running.session_id,
        state=session.state.value,
        retention=session.info.retention,
        started_at=session.info.started_at,
        title=session.info.title,
        goal=session.info.goal,
        live=running.runs_here,
        totals=totals_of(session, now),
    )


def stored_summary_of(stored: StoredSummary, now: float) -> SessionSummary:
    """Describe a session of the history in a list; one that was cut off is paused."""
    state = State.PAUSED if stored.is_interrupted(now) else stored.state
    return SessionSummary(
        session_id=stored.session_id,
        state=state.value,
        retention=stored.info.retention,
        started_at=stored.info.started_at,
        title=stored.info.title,
        goal=stored.info.goal,
        live=False,
        totals=TotalsOut(
            elapsed_s=round(stored.elapsed_s, 3),
            active_s=round(stored.active_s, 3),
            studied_s=round(stored.studied_s, 3),
            excluded_s=round(stored.excluded_s, 3),
            away_s=round(stored.away_s, 3),
            valid_s=round(stored.valid_s, 3),
            breaks=stored.breaks,
            frames=stored.frames,
        ),
    )


def details_of(running: RunningSession, sessions: SessionRegistry) -> SessionOut:
    """Describe a session."""
    info, now = running.session.info, sessions.clock()
    document = None if running.reading is None else running.reading.document
    return SessionOut(
        **dict(summary_of(running, now)),
        plan=Plan(focus_min=info.plan.focus_min, break_min=info.plan.break_min),
        consent_version=info.consent_version,
        time_zone=info.time_zone or None,
        text=None if document is None or document.is_video else text_of(document),
        video=video_of(document) if document is not None and document.is_video else None,
        snapshot=SnapshotOut.of(running.session.snapshot(now)),
        history=_history_of(running, sessions),
    )


def _history_of(running: RunningSession, sessions: SessionRegistry) -> HistoryOut:
    if not running.is_stored:
        return HistoryOut(saving=False, message=MEMORY_ONLY)
    status = sessions.history.status
    return HistoryOut(saving=status.saving, message=status.message)


def totals_of(study: StudySession, now: float) -> TotalsOut:
    """Describe a session's times."""
    totals = study.totals(now)
    return TotalsOut(
        elapsed_s=round(totals.elapsed_s, 3),
        active_s=round(totals.active_s, 3),
        studied_s=round(totals.studied_s, 3),
        excluded_s=round(totals.excluded_s, 3),
        away_s=round(totals.away_s, 3),
        valid_s=round(totals.valid_s, 3),
        breaks=totals.breaks,
        frames=totals.frames,
    )


def text_of(document: Document) -> TextOut:
    """Describe an open text."""
    return TextOut(
        text_id=document.text_id,
        title=document.title,
        passages=[
            PassageOut(
                passage_id=passage.passage_id,
                section=passage.section,
                words=round(passage.words, 1),
                text=passage.text,
            )
            for passage in document.passages
        ],
    )


def video_of(document: Document) -> VideoOut:
    """Describe a session's video."""
    return VideoOut(
        title=document.title,
        parts=[
            VideoPartOut(
                passage_id=passage.passage_id,
                start_s=passage.span[0],
                end_s=passage.span[1],
                title=passage.section,
            )
            for passage in document.passages
            if passage.span is not None
        ],
    )


def row_of(row: TimelineBucket, excluded: Sequence[Range]) -> TimelineRow:
    """Describe a stretch of the timeline; the learner excluded the ranges given."""
    return TimelineRow(
        at=row.at,
        width_s=row.width_s,
        presence=str(row.presence),
        coverage=min(1.0, round(row.coverage, 4)),
        shares=probabilities_of(row.shares),
        valence=_rounded(row.valence),
        valence_band=_rounded(row.valence_band),
        arousal=_rounded(row.arousal),
        comprehension=estimate_of(row.comprehension),
        stress=estimate_of(row.stress),
        attention=estimate_of(row.attention),
        face=FaceSignalsOut.of(row.face),
        excluded=is_left_out(row, excluded),
    )


def estimate_of(estimate: Estimate) -> TimelineEstimate:
    """Describe an estimate in short."""
    return TimelineEstimate(
        value=_rounded(estimate.value, 2),
        low=_rounded(estimate.low, 2),
        high=_rounded(estimate.high, 2),
        reason=None if estimate.reason is None else str(estimate.reason),
    )


def feedback_of(running: RunningSession, now: float, report: Report | None = None) -> FeedbackOut:
    """Gather break advice and passages to reread, each with its evidence."""
    session = running.session
    report = report or make_report(session, now)
    snapshot = session.snapshot(now)
    highlights, passages, own_wpm = _reading_of(running)
    return FeedbackOut(
        next_break_s=_rounded(snapshot.next_break_s, 1),
        suggestion=SuggestionOut.of(snapshot.suggestion),
        breaks=[
            BreakOut(at=item.at, rule=item.rule, evidence=item.evidence, outcome=item.outcome)
            for item in report.suggestions
        ],
        highlights=highlights,
        passages=passages,
        lost=[
            LostOut(at=one.at, passage_id=one.passage_id, video_s=_rounded(one.video_s))
            for one in lost_moments(session.answers, session.views)
        ],
        own_wpm=own_wpm,
        reading_reason=_reading_reason(running, passages),
        answered=report.answered,
        skipped=report.skipped,
        camera=report.camera,
        note=NOTE,
    )


def _reading_of(
    running: RunningSession,
) -> tuple[list[HighlightOut], list[PassageReadingOut], float | None]:
    if running.reading is None:
        return _stored_reading_of(running)
    result = running.reading.result()
    reading, estimates = result.reading, result.estimates
    highlights = [
        _highlight_of(highlight.passage_id, highlight.mark, highlight.why)
        for highlight in result.highlights
    ]
    passages = [
        _passage_of(passage, estimates.get(passage.passage_id))
        for passage in reading.passages
        if passage.seen
    ]
    return highlights, passages, round(reading.own.wpm, 1)


def _stored_reading_of(
    running: RunningSession,
) -> tuple[list[HighlightOut], list[PassageReadingOut], float | None]:
    """Describe how a text was read whose words are gone: only figures are kept."""
    passages = () if running.stored is None else running.stored.passages
    highlights = [
        _highlight_of(passage.reading.passage_id, Mark(passage.mark), passage.why or "")
        for passage in passages
        if passage.mark is not None
    ]
    seen = [
        _passage_of(passage.reading, passage.estimate)
        for passage in passages
        if passage.reading.seen
    ]
    if not passages:
        return highlights, seen, None
    return highlights, seen, round(Pace.of(running.session.profile.paces_wpm).wpm, 1)


def _highlight_of(passage_id: str, mark: Mark, why: str) -> HighlightOut:
    return HighlightOut(
        passage_id=passage_id,
        mark=mark.value,
        label=mark.label,
        icon=mark.icon,
        pattern=mark.pattern,
        why=why,
        reread=mark in REREAD,
    )


def _passage_of(reading: PassageReading, estimate: Estimate | None) -> PassageReadingOut:
    return PassageReadingOut(
        passage_id=reading.passage_id,
        words=round(reading.words, 1),
        seconds=round(reading.seconds, 1),
        away_seconds=round(reading.away_seconds, 1),
        visits=reading.visits,
        wpm=_rounded(reading.wpm, 1),
        comprehension=None if estimate is None else estimate_of(estimate),
    )


def _reading_reason(running: RunningSession, passages: list[PassageReadingOut]) -> ReasonOut | None:
    if running.reading is None and not passages:
        return _NO_TEXT
    if not passages:
        return ReasonOut(code=str(Reason.WAITING), text="No passage was on the screen yet.")
    return None


def finished_of(running: RunningSession, history: SessionHistory) -> FinishedOut:
    """Sum up a finished session, as of its end."""
    session = running.session
    started_at = session.info.started_at
    finished_at = started_at + session.totals(started_at).elapsed_s
    result = sum_up(running, history, finished_at)
    report = result.report
    return FinishedOut(
        session_id=running.session_id,
        retention=session.info.retention,
        started_at=started_at,
        finished_at=finished_at,
        happened=result.outcome.happened,
        next_step=result.outcome.next_step,
        totals=totals_of(session, finished_at),
        hardest=_stretch_of(report.hardest),
        best=_stretch_of(report.best),
        stretches_note=report.stretches_note,
        feedback=feedback_of(running, finished_at, report),
    )


def _stretch_of(stretch: Stretch | None) -> StretchOut | None:
    if stretch is None:
        return None
    return StretchOut(
        start=stretch.start, end=stretch.end, comprehension=round(stretch.comprehension, 1)
    )


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)
