"""How the history speaks of moments, estimates and states."""

from __future__ import annotations

from datetime import UTC, datetime

from app.parts.clock import now
from app.parts.due import browser_zone
from fer_core.affect.indicators import Estimate
from fer_core.sessions.snapshot import State
from fer_core.storage.history import SessionSummary


def when(at: float) -> str:
    """Return a moment on the learner's clock."""
    return datetime.fromtimestamp(at, UTC).astimezone(browser_zone()).strftime("%d %b %Y, %H:%M")


def in_words(estimate: Estimate | None) -> str:
    """Return an estimate with its interval, or that there is none."""
    if estimate is None or estimate.value is None or estimate.low is None or estimate.high is None:
        return "no estimate"
    return f"{estimate.value:.0f} ({estimate.low:.0f} to {estimate.high:.0f})"


def state_of(session: SessionSummary) -> str:
    """Return why a session is not finished, in words; empty where it is."""
    if session.state is State.FINISHED:
        return ""
    return "not finished" if session.is_interrupted(now()) else "still running"
