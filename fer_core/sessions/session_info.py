"""What is fixed about a session from its start, and what it amounts to so far."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any, Literal

from fer_core.affect.breaks import BreakPlan

#: keep: stays in the history. none: is stored while it runs, then removed. memory: never stored.
Retention = Literal["keep", "none", "memory"]


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """What is fixed when a session starts.

    Attributes:
        session_id: Unique.
        started_at: Seconds since the epoch.
        title: The learner's name for it.
        goal: What the learner wants to reach; may be empty.
        plan: Study and rest in turn.
        consent_version: Version of the text that the learner agreed to.
        consent_at: When they did, seconds since the epoch, where that is known; it is stored with
            the event of the start.
        keep: Whether it stays in the history after its end.
        memory_only: It is never stored, and ends with this process. Without this and without
            `keep` it is stored while it runs, so that a restart loses nothing, and then removed.
        time_zone: The learner's, an IANA name such as "Europe/Berlin"; empty: not known.

    Raises:
        ValueError: It is to be kept in memory only.
    """

    session_id: str
    started_at: float
    title: str = ""
    goal: str = ""
    plan: BreakPlan = field(default_factory=BreakPlan)
    consent_version: str = ""
    keep: bool = True
    consent_at: float | None = None
    memory_only: bool = False
    time_zone: str = ""

    def __post_init__(self) -> None:
        if self.keep and self.memory_only:
            raise ValueError("what stays in memory only is not kept")

    @property
    def retention(self) -> Retention:
        """What becomes of it, in one word."""
        return "memory" if self.memory_only else "keep" if self.keep else "none"

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "session_id": self.session_id,
            "started_at": self.started_at,
            "title": self.title,
            "goal": self.goal,
            "plan": {"focus_min": self.plan.focus_min, "break_min": self.plan.break_min},
            "consent_version": self.consent_version,
            "keep": self.keep,
            "time_zone": self.time_zone,
        }


@dataclass(frozen=True, slots=True)
class Totals:
    """What a session amounts to so far, whole, however much of the timeline is still in memory.

    Attributes:
        elapsed_s: From start to now or the end, pauses included.
        active_s: Not paused.
        studied_s: Not paused, not away, and not in an excluded range.
        away_s: Away from the camera.
        valid_s: With exactly one usable face.
        observed_s: With pictures from a camera that is on, and nobody else in view.
        shares: Mean share of each class over the time with a face; None without any.
        breaks: Rests taken.
        frames: Pictures taken in.
        excluded_s: Of the active time, what lies in ranges that the learner excluded. Away, valid
            and observed time and the shares are those outside of them.
    """

    elapsed_s: float
    active_s: float
    studied_s: float
    away_s: float
    valid_s: float
    observed_s: float
    shares: tuple[float, ...] | None
    breaks: int
    frames: int
    excluded_s: float = 0.0


def new_session_id() -> str:
    """Return a name for a session that cannot be guessed."""
    return secrets.token_urlsafe(16)
