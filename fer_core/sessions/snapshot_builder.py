"""Gathers what a session says about one moment from its parts."""

from __future__ import annotations

from fer_core.affect.indicators import Reason
from fer_core.affect.signals import Presence
from fer_core.learner.probes import Probe
from fer_core.sessions.breaks import SessionBreaks
from fer_core.sessions.session_info import Totals
from fer_core.sessions.signals import SignalPipeline
from fer_core.sessions.snapshot import Expression, Indicator, Snapshot, State
from fer_core.sessions.timeline_bucket import TimelineBucket

_STOPPED = {State.ACTIVE: None, State.PAUSED: Reason.PAUSED, State.FINISHED: Reason.FINISHED}


def build_snapshot(
    at: float,
    state: State,
    totals: Totals,
    timed_s: float,
    signals: SignalPipeline,
    last: TimelineBucket | None,
    breaks: SessionBreaks,
    probe: Probe | None,
) -> Snapshot:
    """Return what can be said about a moment.

    Args:
        at: The moment, seconds since the epoch.
        state: Of the session then.
        totals: Of the session until then.
        timed_s: What the timer counts: study, in ranges that the learner excluded too.
        signals: Its signals.
        last: The newest bucket of its timeline.
        breaks: Its breaks.
        probe: The question that is open, if any.
    """
    active, stopped = state is State.ACTIVE, _STOPPED[state]
    face_missing = signals.presence.reason(at)
    notice = stopped or face_missing
    fresh = last if notice is None else None
    usual, estimates = signals.usual(), signals.estimates(at, stopped)
    return Snapshot(
        at=at,
        state=state,
        presence=signals.presence.now(at) if active else Presence.WAITING,
        notice=notice,
        expression=signals.expression(at) if active else Expression(reason=notice),
        valence=fresh.valence if fresh else None,
        valence_band=fresh.valence_band if fresh else None,
        arousal=fresh.arousal if fresh else None,
        comprehension=Indicator(estimates[0], usual[0]),
        stress=Indicator(estimates[1], usual[1]),
        attention=Indicator(estimates[2], usual[2]),
        coverage=signals.coverage.coverage(at) if active else 0.0,
        baseline_progress=signals.baseline_progress,
        elapsed_s=totals.elapsed_s,
        studied_s=totals.studied_s,
        next_break_s=breaks.next_s(timed_s) if active else None,
        timer=breaks.timer(at, timed_s),
        suggestion=breaks.standing(at, timed_s) if active else None,
        probe=probe if active else None,
        frames=signals.frames,
        late_frames=signals.late_frames,
        pulse=signals.pulse.shown(face=face_missing is None) if active else None,
        usual_bpm=signals.pulse.usual_bpm,
        face=fresh.face if fresh else None,
        looks=signals.face.looks(at) if fresh else None,
    )
