"""Break suggestions: when to suggest a rest, and on what evidence. Method E.

The timer is the primary rule: systematic breaks leave learners less tired at the same completion
(n = 87). The others bring a break forward or ask for a look into the distance. What a break
promises is modest: vigour (d = .36) and fatigue (d = .35); performance not significantly.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fer_core.affect.sustained import HOLDS_FOR_S, LooksStretch, NegativeStretch
from fer_core.face.tiredness import HeavyEyes

#: Least time from any suggestion to one that is not the timer's own, seconds.
MIN_GAP_S = 15 * 60.0
#: Time between two looks into the distance, seconds of study.
EYES_EVERY_S = 20 * 60.0
#: What a short break is for.
MOVE = "A short break may help: stand up and move a little."
#: Answers that speak for a break.
STRESSED_FROM = 7
UNCLEAR_UP_TO = 2
#: An answer that came while no suggestion was allowed counts this long. Seconds.
ANSWER_HOLDS_S = 5 * 60.0
#: A snoozed suggestion comes back after this long; one that nobody answers goes away. Seconds.
SNOOZE_S = 5 * 60.0
EXPIRES_S = 10 * 60.0
#: A pause or absence from here on is a rest, and the focus timer starts anew. Seconds.
REST_S = 2 * 60.0


@dataclass(frozen=True, slots=True)
class BreakPlan:
    """Minutes of study and of rest in turn. 25/5 unless the learner chooses otherwise.

    Raises:
        ValueError: Focus is not 1..180 minutes, or the break not 1..60.
    """

    focus_min: float = 25.0
    break_min: float = 5.0

    def __post_init__(self) -> None:
        if not 1 <= self.focus_min <= 180:
            raise ValueError("study between 1 and 180 minutes at a stretch")
        if not 1 <= self.break_min <= 60:
            raise ValueError("rest between 1 and 60 minutes")


class BreakRule(StrEnum):
    """Why a break is suggested."""

    TIMER = "timer"
    ANSWERS = "answers"
    NEGATIVE = "negative"
    LOOKS = "looks"
    EYES = "eyes"
    TIRED = "tired"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A break suggested to the learner.

    Attributes:
        suggestion_id: Unique within its session.
        rule: Why.
        at: When, in seconds on the session's clock.
        advice: What to do, one sentence.
        evidence: On what grounds, one sentence; never a claim about what the learner feels.
        rest_s: How long a rest is suggested, seconds.
    """

    suggestion_id: str
    rule: BreakRule
    at: float
    advice: str
    evidence: str
    rest_s: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "suggestion_id": self.suggestion_id,
            "rule": str(self.rule),
            "at": self.at,
            "advice": self.advice,
            "evidence": self.evidence,
            "rest_s": self.rest_s,
        }


@dataclass(frozen=True, slots=True)
class _Evidence:
    rule: BreakRule
    advice: str
    text: str
    rest_s: float


class BreakAdvisor:
    """Suggests the timer's breaks when they are due, others at most once in 15 minutes.

    Not thread-safe: its session locks. Times named `at` are on the session's clock; `active_s`
    counts the seconds of study so far, pauses and absences left out; `timer_left_s` those until the
    timer's break is due.

    The timer is the learner's own and is never held up. The look into the distance gives way to a
    timer that is due within 15 minutes, and to a negative stretch that may be in the making, as it
    would silence that for 15 minutes.
    """

    def __init__(self, plan: BreakPlan) -> None:
        self.plan = plan
        self.negative = NegativeStretch()
        self.looks = LooksStretch()
        self.heavy: HeavyEyes | None = None
        self._eyes_from_s = 0.0
        self._last_at: float | None = None
        self._standing: Suggestion | None = None
        self._hidden_until: float | None = None
        self._shown_at = 0.0
        self._count = 0
        self._unclear_running = 0
        self._answer: tuple[float, str] | None = None

    def answered_stress(self, at: float, value: int) -> None:
        """Take an answer of 0..10 to "How stressed are you now?"."""
        if value >= STRESSED_FROM:
            self._answer = at, f"You rated your stress {value} out of 10."

    def answered_clarity(self, at: float, value: int) -> None:
        """Take an answer of 1..5 to "How clear is it?"."""
        self._unclear_running = self._unclear_running + 1 if value <= UNCLEAR_UP_TO else 0
        if self._unclear_running >= 2:
            self._answer = at, f"Twice running you rated it {UNCLEAR_UP_TO} or less out of 5."

    def rested(self, active_s: float) -> None:
        """Start anew after a rest."""
        self._eyes_from_s = active_s
        self._unclear_running = 0
        self._answer = None
        self._standing = None
        self.heavy = None
        self.negative.clear()
        self.looks.clear()

    def standing(self, at: float) -> Suggestion | None:
        """Return the suggestion to show now, if any; the timer's stands until it is taken away."""
        if self._standing is None:
            return None
        if self._hidden_until is not None:
            if at < self._hidden_until:
                return None
            self._hidden_until, self._shown_at = None, at
        if self._standing.rule is not BreakRule.TIMER and at - self._shown_at >= EXPIRES_S:
            self._standing = None
        return self._standing

    def snooze(self, at: float) -> Suggestion | None:
        """Hide the standing suggestion for five minutes and return it."""
        if self._standing is not None:
            self._hidden_until = at + SNOOZE_S
        return self._standing

    def dismiss(self) -> Suggestion | None:
        """Take the standing suggestion away for good and return it."""
        gone, self._standing, self._hidden_until = self._standing, None, None
        return gone

    def timer_is_due(self, at: float, active_s: float, studied_s: float) -> Suggestion:
        """Suggest the timer's break and return that.

        Args:
            at: Now.
            active_s: See the class.
            studied_s: The length of the round that has ended, seconds of study.
        """
        minutes = "1 minute" if studied_s < 90 else f"{studied_s / 60:.0f} minutes"
        evidence = _Evidence(
            BreakRule.TIMER,
            f"Time for a {self.plan.break_min:g}-minute break.",
            f"You have studied for {minutes}, as you planned.",
            60.0 * self.plan.break_min,
        )
        return self._suggest(evidence, at, active_s)

    def advise(self, at: float, active_s: float, timer_left_s: float) -> Suggestion | None:
        """Return a suggestion besides the timer's that is new now, or None; about once a second."""
        if self._last_at is not None and at - self._last_at < MIN_GAP_S:
            return None
        evidence = (
            self._answers(at)
            or self._tired()
            or self._looks()
            or self._low()
            or self._eyes(active_s, timer_left_s)
        )
        return None if evidence is None else self._suggest(evidence, at, active_s)

    def _suggest(self, evidence: _Evidence, at: float, active_s: float) -> Suggestion:
        self.remember(at, active_s)
        suggestion = Suggestion(
            f"b{self._count}", evidence.rule, at, evidence.advice, evidence.text, evidence.rest_s
        )
        self._shown_at = at
        self._standing, self._hidden_until = suggestion, None
        return suggestion

    def remember(self, at: float, active_s: float) -> None:
        """Count a suggestion made at this moment; also brings one back after a restart."""
        self._count += 1
        self._last_at = at
        self._answer = None
        self._eyes_from_s = active_s
        self.negative.clear()
        self.looks.clear()

    def _answers(self, at: float) -> _Evidence | None:
        if self._answer is None or at - self._answer[0] > ANSWER_HOLDS_S:
            return None
        return _Evidence(
            BreakRule.ANSWERS,
            MOVE,
            self._answer[1],
            60.0 * self.plan.break_min,
        )

    def _tired(self) -> _Evidence | None:
        if self.heavy is None:
            return None
        return _Evidence(
            BreakRule.TIRED,
            "Your eyes look heavy: stand up, or take a short nap.",
            self.heavy.evidence,
            60.0 * self.plan.break_min,
        )

    def _looks(self) -> _Evidence | None:
        length, look = self.looks.length_s, self.looks.look
        if length < HOLDS_FOR_S or look is None:
            return None
        return _Evidence(
            BreakRule.LOOKS,
            MOVE,
            f"To an onlooker you looked {look.words} than usual for {length / 60:.0f} minutes, "
            f"coverage {100 * self.looks.mean_coverage:.0f} %.",
            60.0 * self.plan.break_min,
        )

    def _low(self) -> _Evidence | None:
        length = self.negative.length_s
        if length < HOLDS_FOR_S:
            return None
        return _Evidence(
            BreakRule.NEGATIVE,
            MOVE,
            f"Expression leaned negative for {length / 60:.0f} minutes, "
            f"coverage {100 * self.negative.mean_coverage:.0f} %.",
            60.0 * self.plan.break_min,
        )

    def _eyes(self, active_s: float, timer_left_s: float) -> _Evidence | None:
        if active_s - self._eyes_from_s < EYES_EVERY_S:
            return None
        in_the_making = self.negative.length_s > 0 or self.looks.length_s > 0
        if timer_left_s < MIN_GAP_S or in_the_making:
            return None
        return _Evidence(
            BreakRule.EYES,
            "Rest your eyes: look at something 6 metres away for 20 seconds.",
            f"{EYES_EVERY_S / 60:.0f} minutes of study since the last rest or reminder.",
            20.0,
        )
