"""What happens in a session besides time passing; events turn into plain JSON values and back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

#: Events kept in memory; a session of eight hours has a few hundred.
KEPT_EVENTS = 5000


class EventKind(StrEnum):
    """What can happen in a session besides time passing."""

    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"  # the app ended in mid-session; `at` is the last sign
    BASELINE_READY = "baseline_ready"
    PRESENCE = "presence"  # data: presence, until then
    BREAK_SUGGESTED = "break_suggested"
    BREAK_SNOOZED = "break_snoozed"
    BREAK_DISMISSED = "break_dismissed"
    BREAK_TAKEN = "break_taken"  # data: rest_s, planned; none for a look into the distance
    BREAK_EXTENDED = "break_extended"  # by a minute
    BREAK_SKIPPED = "break_skipped"  # the timer's: the next round begins
    FOCUS_EXTENDED = "focus_extended"  # by five minutes
    PROBE_ASKED = "probe_asked"
    PROBE_ANSWERED = "probe_answered"  # data: value, or None when skipped
    ON_PAPER = "on_paper"  # data: on; whether a head bent to the desk counts as at work from now on


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at one moment.

    Attributes:
        sequence: 1, 2, 3, ... within the session.
        at: Seconds since the epoch.
        kind: What happened.
        data: Plain JSON values that belong to it.
    """

    sequence: int
    at: float
    kind: EventKind
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_sign(self) -> bool:
        """Whether the learner did it; commands to the clock aside, which it knows itself."""
        if self.kind is EventKind.PROBE_ANSWERED:
            return self.data["value"] is not None
        return self.kind in (
            EventKind.BREAK_SNOOZED,
            EventKind.BREAK_DISMISSED,
            EventKind.BREAK_TAKEN,
            EventKind.BREAK_EXTENDED,
            EventKind.BREAK_SKIPPED,
            EventKind.FOCUS_EXTENDED,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "sequence": self.sequence,
            "at": self.at,
            "kind": str(self.kind),
            "data": dict(self.data),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Event:
        """Read what `to_dict` wrote."""
        return cls(
            int(data["sequence"]), float(data["at"]), EventKind(data["kind"]), dict(data["data"])
        )


def is_on_paper(events: Iterable[Event]) -> bool:
    """Tell whether the learner had said at the end of these that they study on paper."""
    said = [event.data["on"] for event in events if event.kind is EventKind.ON_PAPER]
    return bool(said and said[-1])


class EventLog:
    """The events of one session, numbered as they come. Not thread-safe: its session locks."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self._count = 0

    def note(self, kind: EventKind, at: float, /, **data: Any) -> Event:
        """Keep that something happens now, and return it as an event."""
        event = Event(self._count + 1, at, kind, data)
        self.keep(event)
        return event

    def keep(self, event: Event) -> None:
        """Keep a stored event of a session that is brought back."""
        self._count = event.sequence
        self._events.append(event)

    def clear(self) -> None:
        """Forget everything; numbering starts anew."""
        self._events.clear()
        self._count = 0

    def after(self, sequence: int = 0) -> list[Event]:
        """Return the events after a sequence number, oldest first."""
        return [event for event in self._events if event.sequence > sequence]
