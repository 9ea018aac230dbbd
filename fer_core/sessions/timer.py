"""The study timer: rounds of study with a break after each, as the learner planned them.

Study is measured in seconds of study, which stand still in a pause; a break in seconds of the
clock. Everything follows from the plan, the events and these two times, so the timer is the same
after a reload, in another tab and after a restart.

A round ends with its break: when the learner takes it or leaves it out, or, if nobody answers, as
of the moment at which it was due.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fer_core.affect.breaks import EXPIRES_S, SNOOZE_S, BreakPlan
from fer_core.sessions.events import Event, EventKind

#: Rounds that are counted together, as in the Pomodoro technique (Cirillo, 2006). Its longer break
#: after the fourth is left to the learner: a plan means what was typed.
ROUNDS = 4
#: What a press adds to a round, and to a break. Seconds.
MORE_STUDY_S = SNOOZE_S
MORE_BREAK_S = 60.0
#: A round shorter than this was no round: two rests on end are one. Seconds.
LEAST_ROUND_S = 60.0


class Phase(StrEnum):
    """What the timer shows."""

    FOCUS = "focus"
    DUE = "due"  # the round is over, and its break is not taken yet
    BREAK = "break"
    BREAK_OVER = "break_over"  # the break is over, and the learner is not back yet


@dataclass(frozen=True, slots=True)
class TimerView:
    """The timer at one moment.

    Attributes:
        phase: What it shows.
        left_s: Until this phase ends, seconds; 0 where it waits for the learner.
        over_s: How long it has waited, seconds; 0 before.
        length_s: Of the whole round or break, what was added included, seconds.
        break_s: Of the break that the plan has, seconds.
        turn: Grows with every round.
        round: 1 to `rounds`.
        rounds: How many are counted together.
    """

    phase: Phase
    left_s: float
    over_s: float
    length_s: float
    break_s: float
    turn: int
    round: int
    rounds: int = ROUNDS


@dataclass(slots=True)
class _Break:
    began_at: float
    length_s: float


class StudyTimer:
    """The timer of one session. Not thread-safe: its session locks.

    Times named `active_s` count the seconds of study so far, without pauses and absences; `at` is
    on the session's clock.

    Attributes:
        turn: Grows with every round.

    Args:
        plan: Study and rest in turn.
    """

    def __init__(self, plan: BreakPlan) -> None:
        self.plan = plan
        self.turn = 0
        self._done = 0
        self._from_s = 0.0
        self._length_s = self._focus_s
        self._break: _Break | None = None

    @property
    def _focus_s(self) -> float:
        return 60.0 * self.plan.focus_min

    @property
    def break_s(self) -> float:
        """The length of a break by the plan, seconds."""
        return 60.0 * self.plan.break_min

    @property
    def length_s(self) -> float:
        """The length of this round, what was added included, seconds of study."""
        return self._length_s

    @property
    def on_break(self) -> bool:
        """Whether the learner is in a break, or has not come back from it yet."""
        return self._break is not None

    def left_s(self, active_s: float) -> float:
        """Return the seconds of study until the round ends; 0 when its break is due."""
        self._settle(active_s)
        return max(0.0, self._from_s + self._length_s - active_s)

    def is_due(self, active_s: float) -> bool:
        """Tell whether the round is over and its break is waited for."""
        return not self.on_break and self.left_s(active_s) == 0.0

    def view(self, at: float, active_s: float) -> TimerView:
        """Return what the timer shows at a moment."""
        if self._break is not None:
            length = self._break.length_s
            passed = max(0.0, at - self._break.began_at)
            left, over = max(0.0, length - passed), max(0.0, passed - length)
            phase = Phase.BREAK if left > 0 else Phase.BREAK_OVER
        else:
            left, length = self.left_s(active_s), self._length_s
            over = max(0.0, active_s - self._from_s - length)
            phase = Phase.FOCUS if left > 0 else Phase.DUE
        number = self._done % ROUNDS + 1
        return TimerView(phase, left, over, length, self.break_s, self.turn, number)

    def apply(self, event: Event, active_s: float) -> None:
        """Let an event change the timer: a new one, or a stored one; others change nothing.

        Args:
            event: In the order of time.
            active_s: Seconds of study until it.
        """
        if event.kind is EventKind.BREAK_TAKEN and "rest_s" in event.data:
            self._settle(active_s)
            self._break = _Break(event.at, float(event.data["rest_s"]))
        elif event.kind is EventKind.BREAK_EXTENDED and self._break is not None:
            # From now, where it was over.
            passed = event.at - self._break.began_at
            self._break.length_s = max(self._break.length_s, passed) + MORE_BREAK_S
        elif event.kind is EventKind.FOCUS_EXTENDED:
            self._settle(active_s)
            end = max(self._from_s + self._length_s, active_s)
            self._length_s = end + MORE_STUDY_S - self._from_s
        elif event.kind is EventKind.BREAK_SKIPPED:
            self._settle(active_s)
            self._next_round(active_s)

    def rested(self, active_s: float) -> None:
        """Begin a round after so many seconds of study: a rest is over."""
        self._settle(active_s)
        self._next_round(active_s)

    def _next_round(self, active_s: float) -> None:
        if active_s - self._from_s >= min(LEAST_ROUND_S, self._length_s):
            self._done += 1
        self.turn += 1
        self._break = None
        self._from_s, self._length_s = active_s, self._focus_s

    def _settle(self, active_s: float) -> None:
        """End the rounds whose break nobody answered, as of when it was due."""
        wait_s = min(EXPIRES_S, self._focus_s)
        while not self.on_break and active_s >= self._from_s + self._length_s + wait_s:
            self._next_round(self._from_s + self._length_s)
