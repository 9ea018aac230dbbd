"""A session's clock: running, paused or over, and how much of the time counts as study.

Every change is an event, and `SessionClock.apply` is the only place where one takes effect: for a
command that has just been given, and for the stored events of a session that is brought back.

Time without any sign of the learner never counts. A sign is a picture from a camera that is on, a
report of what was on the screen, an answer or a command. After a silence that is too long the
session is paused as of the last sign, whenever that is noticed: by the next sign, or by somebody
who looks (`silent`). A computer's clock that jumps adds nothing: ahead is a silence, back is no
time at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from fer_core.affect.breaks import REST_S
from fer_core.sessions.events import Event, EventKind
from fer_core.sessions.snapshot import State

#: A silence longer than this is no study: a closed lid, a lost connection, an empty chair with the
#: camera off. Shorter ones count: a page that is loaded anew, a tab in the background. Seconds.
SILENT_AFTER_S = 180.0

_STOPS = {
    EventKind.PAUSED: State.PAUSED,
    EventKind.INTERRUPTED: State.PAUSED,
    EventKind.FINISHED: State.FINISHED,
}


class SessionClock:
    """The state of one session and its time. Not thread-safe: its session locks.

    Attributes:
        state: Active, paused or finished.
        since: When that began, seconds since the epoch.
        interrupted: It is paused because its process ended, not because somebody wanted so.
        last_sign: When the learner was last known to be there; while paused, when it was paused.
        breaks: Breaks taken so far, and pauses that were long enough for a rest.

    Args:
        started_at: Start of the session, seconds since the epoch. It is the first sign.
        rest_s: A pause from here on is a rest, seconds.
    """

    def __init__(self, started_at: float, rest_s: float = REST_S) -> None:
        self.state = State.ACTIVE
        self.since = started_at
        self.interrupted = False
        self.last_sign = started_at
        self.breaks = 0
        self._rest_s = rest_s
        self._on_break = False
        self._active_before_s = 0.0
        self._stretches: list[tuple[float, float]] = []

    def apply(self, event: Event) -> bool:
        """Let an event change the state; events that do not concern the clock change nothing.

        Args:
            event: Any event. A stop that is earlier than the start before it happens at that start.

        Returns:
            Whether it ends a break, or a pause that was long enough for a rest.
        """
        if event.kind is EventKind.RESUMED and self.state is State.PAUSED:
            on_break, self._on_break = self._on_break, False
            # While the program was away nobody knows what was done: that is no rest.
            rested = on_break or (event.at - self.since >= self._rest_s and not self.interrupted)
            self.breaks += rested and not on_break
            self._enter(State.ACTIVE, event.at)
            self.interrupted = False
            return rested
        if event.kind is EventKind.BREAK_TAKEN and "rest_s" in event.data:
            # It counts from its beginning: who finishes in a break has taken it.
            self.breaks += self.state is State.ACTIVE
            self._on_break = self.state is State.ACTIVE
        if event.kind in _STOPS and self.state is not State.FINISHED:
            self._active_before_s = self.active_until(event.at)
            if self.state is State.ACTIVE and event.at > self.since:
                self._stretches.append((self.since, event.at))
            self._enter(_STOPS[event.kind], max(event.at, self.since))
            self.interrupted = event.kind is EventKind.INTERRUPTED
        return False

    def _enter(self, state: State, at: float) -> None:
        self.state, self.since, self.last_sign = state, at, at

    def sign(self, at: float) -> None:
        """Note that the learner was there at a moment; ask `silent` first."""
        if self.state is State.ACTIVE:
            self.last_sign = max(self.last_sign, at)

    def silent(self, at: float) -> bool:
        """Tell whether it runs although nothing came from the learner for too long."""
        return self.state is State.ACTIVE and at - self.last_sign > SILENT_AFTER_S

    def end(self, at: float) -> float:
        """Return until when the session reaches: to a moment, or to its end."""
        return self.since if self.state is State.FINISHED else max(at, self.since)

    def active_s(self, at: float) -> float:
        """Return the seconds of study up to a moment: pauses and long silences left out."""
        return self.active_until(self.last_sign if self.silent(at) else at)

    def active_within(self, ranges: Sequence[tuple[float, float]], at: float) -> float:
        """Return the seconds of study up to a moment that lie in ranges without overlaps."""
        until = self.last_sign if self.silent(at) else at
        running = [(self.since, until)] if self.state is State.ACTIVE else []
        return sum(
            max(0.0, min(end, range_end) - max(start, range_start))
            for start, end in (*self._stretches, *running)
            for range_start, range_end in ranges
        )

    def active_until(self, at: float) -> float:
        """Return the seconds outside pauses up to a moment at which the learner was there."""
        if self.state is not State.ACTIVE:
            return self._active_before_s
        return self._active_before_s + max(0.0, at - self.since)
