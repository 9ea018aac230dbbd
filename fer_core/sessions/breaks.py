"""A session's breaks: the timer's and others, and what the learner says to them, each an event."""

from __future__ import annotations

from fer_core.affect.baseline import Baseline
from fer_core.affect.breaks import BreakAdvisor, BreakPlan, BreakRule, Suggestion
from fer_core.face.looks_tracker import Looks
from fer_core.face.tiredness import HeavyEyes
from fer_core.learner.probes import Answer, ProbeKind
from fer_core.sessions.events import Event, EventKind, EventLog
from fer_core.sessions.timer import StudyTimer, TimerView


class SessionBreaks:
    """The timer and the advisor of one session. Not thread-safe: its session locks.

    Times named `active_s` are the seconds of study so far: pauses and absences are left
    out.

    Args:
        plan: Study and rest in turn.
        log: Where suggestions and answers to them are noted.
    """

    def __init__(self, plan: BreakPlan, log: EventLog) -> None:
        self._timer = StudyTimer(plan)
        self._advisor = BreakAdvisor(plan)
        self._log = log
        self._suggested_turn: int | None = None

    def advise(self, at: float, active_s: float) -> None:
        """Suggest a break, if it is time for one."""
        due = self._timer.is_due(active_s)
        if due and self._suggested_turn != self._timer.turn:
            self._suggested_turn = self._timer.turn
            suggestion: Suggestion | None = self._advisor.timer_is_due(
                at, active_s, self._timer.length_s
            )
        else:
            suggestion = self._advisor.advise(at, active_s, self._timer.left_s(active_s))
        if suggestion is not None:
            self._log.note(EventKind.BREAK_SUGGESTED, at, **suggestion.to_dict())

    def standing(self, at: float, active_s: float) -> Suggestion | None:
        """Return the suggestion that stands now, if any: the timer's only while it is due."""
        suggestion = self._advisor.standing(at)
        if suggestion is None or suggestion.rule is not BreakRule.TIMER:
            return suggestion
        if self._timer.is_due(active_s) and self._suggested_turn == self._timer.turn:
            return suggestion
        if self._suggested_turn != self._timer.turn:
            self._advisor.dismiss()  # nobody answered, and the next round runs
        return None

    def timer(self, at: float, active_s: float) -> TimerView:
        """Return what the timer shows."""
        return self._timer.view(at, active_s)

    def next_s(self, active_s: float) -> float:
        """Return the seconds of study until the timer suggests a break."""
        return self._timer.left_s(active_s)

    # What the learner says

    def snooze(self, at: float, active_s: float) -> None:
        """Let the suggestion that stands come back in five minutes."""
        suggestion = self.standing(at, active_s)
        if suggestion is None:
            return
        self._note(EventKind.BREAK_SNOOZED, at, suggestion)
        if suggestion.rule is BreakRule.TIMER:
            self.extend_round(at, active_s)
        else:
            self._advisor.snooze(at)

    def dismiss(self, at: float, active_s: float) -> None:
        """Take the suggestion that stands away; the timer's: the next round begins."""
        suggestion = self.standing(at, active_s)
        if suggestion is None:
            return
        self._note(EventKind.BREAK_DISMISSED, at, suggestion)
        self._advisor.dismiss()
        if suggestion.rule is BreakRule.TIMER:
            self._timer.apply(self._log.note(EventKind.BREAK_SKIPPED, at), active_s)

    def take(self, at: float, active_s: float) -> Event:
        """Note that a break begins, the one that stands or one of the learner's own accord."""
        suggestion = self.standing(at, active_s)
        self._advisor.dismiss()
        data = {} if suggestion is None else {"suggestion_id": suggestion.suggestion_id}
        if suggestion is not None and suggestion.rule is BreakRule.EYES:
            return self._log.note(EventKind.BREAK_TAKEN, at, **data)
        event = self._log.note(EventKind.BREAK_TAKEN, at, rest_s=self._timer.break_s, **data)
        self._timer.apply(event, active_s)
        return event

    def extend_round(self, at: float, active_s: float) -> None:
        """Study for five minutes more before the break."""
        self._timer.apply(self._log.note(EventKind.FOCUS_EXTENDED, at), active_s)

    def extend_break(self, at: float, active_s: float) -> None:
        """Rest for one minute more."""
        if self._timer.on_break:
            self._timer.apply(self._log.note(EventKind.BREAK_EXTENDED, at), active_s)

    def _note(self, kind: EventKind, at: float, suggestion: Suggestion) -> None:
        self._log.note(kind, at, suggestion_id=suggestion.suggestion_id)

    # What the session tells

    def feel(self, at: float, valence: float | None, coverage: float, baseline: Baseline) -> None:
        """Take a second's expression: a face that stays furrowed asks for a break."""
        self._advisor.negative.push(at, valence, coverage, baseline)

    def see(self, at: float, heavy: HeavyEyes | None, looks: Looks | None) -> None:
        """Take why the eyes are heavy at the end of a second, and how the learner looks then.

        None: they are not; it is not known.
        """
        self._advisor.heavy = heavy
        self._advisor.looks.push(at, looks)

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
        self._timer.rested(active_s)

    def restore(self, event: Event, active_s: float) -> None:
        """Take a stored event, of any kind."""
        self._timer.apply(event, active_s)
        if event.kind is EventKind.BREAK_SUGGESTED:
            self._advisor.remember(event.at, active_s)
