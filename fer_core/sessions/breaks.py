"""A session's breaks: what is suggested and what the learner says to it, each kept as an event."""

from __future__ import annotations

from fer_core.affect.breaks import BreakAdvisor, BreakPlan, BreakRule, Suggestion
from fer_core.affect.signals import Baseline
from fer_core.learner.probes import Answer, ProbeKind
from fer_core.sessions.events import Event, EventKind, EventLog


class SessionBreaks:
    """The advisor of one session. Not thread-safe: its session locks.

    Args:
        plan: Study and rest in turn.
        log: Where suggestions and answers to them are noted.
    """

    def __init__(self, plan: BreakPlan, log: EventLog) -> None:
        self._advisor = BreakAdvisor(plan)
        self._log = log

    def advise(self, at: float, active_s: float) -> None:
        """Suggest a break, if it is time for one.

        Args:
            at: Now.
            active_s: Seconds of study so far.
        """
        suggestion = self._advisor.advise(at, active_s)
        if suggestion is not None:
            self._log.note(EventKind.BREAK_SUGGESTED, at, **suggestion.to_dict())

    def standing(self, at: float) -> Suggestion | None:
        """Return the suggestion that stands now, if any."""
        return self._advisor.standing(at)

    def next_s(self, at: float, active_s: float) -> float | None:
        """Return the seconds until the timer suggests a break."""
        return self._advisor.next_break_s(at, active_s)

    def snooze(self, at: float) -> None:
        """Hide the suggestion that stands for five minutes."""
        self._note(EventKind.BREAK_SNOOZED, at, self._advisor.snooze(at))

    def dismiss(self, at: float) -> None:
        """Take the suggestion that stands away."""
        self._note(EventKind.BREAK_DISMISSED, at, self._advisor.dismiss())

    def take(self, at: float) -> None:
        """Note that the suggestion that stands is followed."""
        self._note(EventKind.BREAK_TAKEN, at, self._advisor.dismiss())

    def _note(self, kind: EventKind, at: float, suggestion: Suggestion | None) -> None:
        if suggestion is not None:
            self._log.note(kind, at, suggestion_id=suggestion.suggestion_id)

    def feel(self, at: float, valence: float | None, coverage: float, baseline: Baseline) -> None:
        """Take a second's expression: a face that stays furrowed asks for a break."""
        self._advisor.negative.push(at, valence, coverage, baseline)

    def heard(self, answer: Answer) -> None:
        """Take an answer: high stress, or low clarity twice, asks for a break."""
        if answer.value is None or answer.is_correction:
            return
        if answer.probe.kind is ProbeKind.STRESS:
            self._advisor.answered_stress(answer.answered_at, answer.value)
        elif answer.probe.kind is ProbeKind.CLARITY:
            self._advisor.answered_clarity(answer.answered_at, answer.value)

    def rested(self, active_s: float) -> None:
        """Note that a rest has ended after so many seconds of study."""
        self._advisor.rested(active_s)

    def restore(self, event: Event, active_s: float) -> None:
        """Take a stored event, of any kind."""
        if event.kind is EventKind.BREAK_SUGGESTED:
            self._advisor.remember(event.at, active_s, BreakRule(event.data["rule"]))
