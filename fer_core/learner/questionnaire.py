"""A session's questions: the one that is open, those answered, and what the answers teach."""

from __future__ import annotations

from collections.abc import Iterable

from fer_core.affect.indicators import Features
from fer_core.affect.weights import Weights, comprehension_prior, stress_prior
from fer_core.learner.personalise import learn
from fer_core.learner.probes import Answer, Probe, ProbeSchedule, ReadPassage
from fer_core.learner.profile import Given, examples_of
from fer_core.texts.question import Question

#: A question that nobody answers goes away, as skipped. Seconds.
PROBE_EXPIRES_S = 120.0


class Questionnaire:
    """Asks one question at a time and learns from the answers. Not thread-safe: its session locks.

    Args:
        started_at: Start of the session, seconds since the epoch.
        questions: The open text's own questions.
        seed: Makes the choice of questions repeatable.
        comprehension: What was believed before this session; the prior without it.
        stress: The same.
    """

    def __init__(
        self,
        started_at: float,
        questions: Iterable[Question] = (),
        seed: int | None = None,
        *,
        comprehension: Weights | None = None,
        stress: Weights | None = None,
    ) -> None:
        self.open: Probe | None = None
        self._questions = tuple(questions)
        self._seed = seed
        self._schedule = ProbeSchedule(started_at, self._questions, seed)
        self._comprehension = comprehension or comprehension_prior()
        self._stress = stress or stress_prior()
        self._asked: dict[str, tuple[Probe, Features | None]] = {}
        self._answers: dict[str, tuple[Answer, Features | None]] = {}

    def use(self, questions: Iterable[Question]) -> None:
        """Take the open text's own questions from here on."""
        self._questions = tuple(questions)
        self._schedule.use(self._questions)

    def expired(self, at: float) -> bool:
        """Tell whether the open question has waited for too long."""
        return self.open is not None and at - self.open.asked_at >= PROBE_EXPIRES_S

    def next(self, at: float, read: Iterable[ReadPassage] | None) -> Probe | None:
        """Return a question that is new now, if it is time and none is open.

        Args:
            at: Now.
            read: The passages read so far, where a text is open; None without a text.
        """
        if self.open is not None:
            return None
        self.open = self._schedule.next(at, None if read is None else tuple(read))
        return self.open

    def remember(self, probe: Probe, features: Features | None) -> None:
        """Keep what was known at the moment of asking, for learning from the answer."""
        self._asked[probe.probe_id] = probe, features

    def asked(self, probe_id: str) -> Probe | None:
        """Return a question that has been asked, by its name."""
        asked = self._asked.get(probe_id)
        return None if asked is None else asked[0]

    def take(self, answer: Answer, features: Features | None = None) -> bool:
        """Take an answer; a second one to the same question replaces the first.

        Args:
            answer: To any question, also one that the learner put themselves.
            features: What is known now; what was known at the asking without it.

        Returns:
            Whether it says something new.
        """
        probe = answer.probe
        known = self._asked.get(probe.probe_id, (probe, None))[1]
        before = self._answers.get(probe.probe_id)
        self._answers[probe.probe_id] = answer, features or known
        if self.open is not None and self.open.probe_id == probe.probe_id:
            self.open = None
        if probe.passage_id is not None:
            self._schedule.answered(probe.passage_id)
        said = None if before is None else (before[0].value, before[0].confidence)
        return said != (answer.value, answer.confidence)

    @property
    def examples(self) -> tuple[tuple[Answer, Features | None], ...]:
        """Every answer with what was known, in the order of the first answers."""
        return tuple(self._answers.values())

    def learnt(self) -> tuple[Weights, Weights]:
        """Return comprehension and stress, fitted to all answers from what was believed before."""
        comprehension, stress = examples_of(Given(*one) for one in self._answers.values())
        return learn(self._comprehension, comprehension), learn(self._stress, stress)

    def restore(self, answers: Iterable[tuple[Answer, Features | None]], at: float) -> None:
        """Bring back the answers of an interrupted session that ended at this moment."""
        self._answers |= {answer.probe.probe_id: (answer, known) for answer, known in answers}
        self._schedule = ProbeSchedule(at, self._questions, self._seed, asked=len(self._answers))
        for answer, _ in self._answers.values():
            if answer.probe.passage_id is not None:
                self._schedule.answered(answer.probe.passage_id)

    def restore_asked(self, probe: Probe, at: float) -> None:
        """Bring back a question that was asked before an interruption, after `restore`.

        Args:
            probe: The question; the earlier ones first.
            at: When the session was interrupted, seconds since the epoch.
        """
        known = self._answers.get(probe.probe_id)
        self._asked[probe.probe_id] = probe, None if known is None else known[1]
        if known is None:
            self._schedule.count_asked()
            if probe.passage_id is not None:
                self._schedule.answered(probe.passage_id)
            if at - probe.asked_at < PROBE_EXPIRES_S:
                self.open = probe
