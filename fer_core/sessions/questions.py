"""A session's questions: asked in time, answered and learnt from, each kept as an event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace

from fer_core.affect.indicators import Features
from fer_core.learner.probes import Answer, Probe, ProbeKind, ReadPassage
from fer_core.learner.questionnaire import Questionnaire
from fer_core.sessions.breaks import SessionBreaks
from fer_core.sessions.estimates import live_features, stress_features
from fer_core.sessions.events import Event, EventKind, EventLog
from fer_core.sessions.signals import SignalPipeline
from fer_core.texts.question import Question


class SessionQuestions:
    """Stands between the questionnaire and the rest of a session. Not thread-safe.

    Args:
        questionnaire: Chooses the questions and holds the answers.
        signals: What was measured is remembered with each question; answers teach its estimates.
        breaks: Some answers ask for a break.
        log: Where questions and answers are noted.
    """

    def __init__(
        self,
        questionnaire: Questionnaire,
        signals: SignalPipeline,
        breaks: SessionBreaks,
        log: EventLog,
    ) -> None:
        self._questionnaire = questionnaire
        self._signals = signals
        self._breaks = breaks
        self._log = log

    def next(self, at: float, read: Iterable[ReadPassage] | None, *, quiet: bool) -> Probe | None:
        """Return the question that is open: a new one if it is time and nothing speaks against it.

        Args:
            at: Now.
            read: The passages read so far, where a text is open; None without a text.
            quiet: Ask nothing new now.
        """
        if self._questionnaire.expired(at):
            self.skip_open(at)
        if not quiet and (new := self._questionnaire.next(at, read)) is not None:
            self.ask(new, at)
        return self._questionnaire.open

    def ask(self, probe: Probe, at: float) -> None:
        """Remember what is measured at the moment of asking."""
        features: Features | None = None
        if probe.kind is ProbeKind.STRESS:
            features = stress_features(self._signals.measured(at))
        elif probe.passage_id is None:
            features = live_features(self._signals.state, self._signals.measured(at))
        self._questionnaire.remember(probe, features)
        self._log.note(
            EventKind.PROBE_ASKED,
            at,
            probe_id=probe.probe_id,
            probe_kind=str(probe.kind),
            passage_id=probe.passage_id,
            prompt=probe.prompt,
            chosen_at_random=probe.chosen_at_random,
            question=None if probe.question is None else asdict(probe.question),
        )

    def restore(self, events: Iterable[Event], at: float) -> None:
        """Bring back the questions that were asked: one that waits can still be answered.

        What was measured at the moment of asking is not known any more.

        Args:
            events: All of the session so far.
            at: The latest moment that is known of it.
        """
        for event in events:
            # Up to version 1.0 the words of a question were not in its event.
            if event.kind is EventKind.PROBE_ASKED and "prompt" in event.data:
                self._questionnaire.restore_asked(_probe_of(event), at)

    def skip_open(self, at: float) -> None:
        """Let the open question go, as skipped."""
        if self._questionnaire.open is not None:
            self.take(Answer(self._questionnaire.open, None, at))

    def take(
        self, answer: Answer, features: Features | None = None, *, after_end: bool = False
    ) -> None:
        """Take an answer and learn from it; one that says nothing new changes nothing.

        Args:
            answer: To any question.
            features: What is known now; what was known at the asking without it.
            after_end: The session is over: its end stays the last event.
        """
        if self._questionnaire.take(answer, features):
            self.learn()
            if not after_end:
                self._note_answer(answer)

    def learn(self) -> None:
        """Let all answers so far teach the estimates."""
        comprehension, stress = self._questionnaire.learnt()
        self._signals.state = replace(
            self._signals.state, comprehension=comprehension, stress=stress
        )

    def _note_answer(self, answer: Answer) -> None:
        probe = answer.probe
        self._log.note(
            EventKind.PROBE_ANSWERED,
            answer.answered_at,
            probe_id=probe.probe_id,
            probe_kind=str(probe.kind),
            passage_id=probe.passage_id,
            value=answer.value,
        )
        self._breaks.heard(answer)


def _probe_of(event: Event) -> Probe:
    """Return the question whose asking was noted."""
    asked = event.data
    question = asked["question"]
    return Probe(
        asked["probe_id"],
        ProbeKind(asked["probe_kind"]),
        event.at,
        asked["prompt"],
        asked["passage_id"],
        question and Question(**{**question, "choices": tuple(question["choices"])}),
        asked["chosen_at_random"],
    )
