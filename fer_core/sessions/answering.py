"""What a learner is asked in a session, and what they answer."""

from __future__ import annotations

from collections.abc import Iterable

from fer_core.affect.indicators import Features
from fer_core.learner.probes import Answer, Probe, ReadPassage
from fer_core.learner.profile import Given
from fer_core.sessions.locked_core import LockedCore
from fer_core.texts.question import Question


class SessionQuestions(LockedCore):
    """Asks, and takes answers; they may come from any thread, and are stored before they count."""

    def next_probe(self, at: float, read: Iterable[ReadPassage] | None = None) -> Probe | None:
        """Return the question to show now: the open one, or a new one if it is time.

        Args:
            at: Now.
            read: The passages read so far, where a text is open; None without a text.
        """
        with self._lock:
            before = self._core.questionnaire.open
            probe = self._core.next_probe(at, read)
        if probe is not None and probe is not before:
            self._on_word()
        return probe

    def use_questions(self, questions: Iterable[Question]) -> None:
        """Take the open text's own questions: the history knows a text by its name only."""
        with self._lock:
            self._core.questionnaire.use(questions)

    def probe(self, probe_id: str) -> Probe | None:
        """Return a question that has been asked, by its name."""
        with self._lock:
            return self._core.questionnaire.asked(probe_id)

    def answer(
        self,
        probe: Probe,
        value: int | None,
        at: float,
        *,
        features: Features | None = None,
        is_correction: bool = False,
        confidence: int | None = None,
    ) -> Answer:
        """Take the learner's answer; a second one to the same question replaces the first.

        Args:
            probe: What was asked.
            value: One of `probe.options`, or None: skipped.
            at: When.
            features: What is known about the passage that the question is about, so that the
                answer can teach the estimates. For questions about the moment it is known here.
            is_correction: Given on the learner's own account; taken after the end too.
            confidence: How sure of it they are, see `Answer`.

        Raises:
            SessionFinished: The session is over, and this is no correction.
            ValueError: The value is not one of the options.
        """
        with self._lock:
            answer = Answer(probe, value, at, is_correction, confidence)
            self._core.answer(answer, features)
        self._on_word()
        return answer

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Every answer so far, in the order in which the questions were answered first."""
        with self._lock:
            return tuple(answer for answer, _ in self._core.questionnaire.examples)

    @property
    def examples(self) -> tuple[tuple[Answer, Features | None], ...]:
        """Every answer with all that was known when it was asked."""
        with self._lock:
            return self._core.questionnaire.examples

    @property
    def given(self) -> tuple[Given, ...]:
        """The same, with the name of this session."""
        return tuple(Given(*one, self.info.session_id) for one in self.examples)
