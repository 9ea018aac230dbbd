"""What is known of a learner when a session starts: the one thing earlier sessions hand to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from fer_core.affect.indicators import (
    Coefficients,
    ComprehensionFeatures,
    Features,
    comprehension_prior,
    stress_prior,
)
from fer_core.affect.signals import Baseline
from fer_core.learner.evaluation import ComprehensionExample, Evaluation, evaluate
from fer_core.learner.personalise import Example, personalise
from fer_core.learner.probes import Answer, ProbeKind


def _no_evaluation() -> Evaluation:
    return evaluate(())


@dataclass(frozen=True, slots=True)
class LearnerProfile:
    """What is known of a learner. Made without arguments it is that of somebody new.

    Attributes:
        baseline: How their signals usually are; None until it is known.
        baseline_at: When it was learnt, seconds since the epoch.
        comprehension: Coefficients of the comprehension estimate; the prior without answers.
        stress: The same for stress.
        evaluation: How good the estimates were so far, and what the camera added.
        examples: The answers about understanding, oldest first.
        paces_wpm: Words a minute on passages that were read, the latest first.
        answers_from: Answers before this moment do not count: the last reset, or 0.
    """

    baseline: Baseline | None = None
    baseline_at: float | None = None
    comprehension: Coefficients = field(default_factory=comprehension_prior)
    stress: Coefficients = field(default_factory=stress_prior)
    evaluation: Evaluation = field(default_factory=_no_evaluation)
    examples: tuple[ComprehensionExample, ...] = ()
    paces_wpm: tuple[float, ...] = ()
    answers_from: float = 0.0

    @property
    def use_camera(self) -> bool:
        """Whether what the camera saw enters comprehension and stress."""
        return self.evaluation.uses_camera

    @classmethod
    def from_answers(
        cls,
        answers: Iterable[tuple[Answer, Features | None]],
        *,
        baseline: Baseline | None = None,
        baseline_at: float | None = None,
        paces_wpm: Iterable[float] = (),
        answers_from: float = 0.0,
    ) -> LearnerProfile:
        """Learn the coefficients from answers, and judge the estimates on them.

        Args:
            answers: With what was known when they were asked, oldest first. Skipped ones and
                those about which nothing was known teach nothing.
            baseline: See the class, as all that follow.
            baseline_at: The same.
            paces_wpm: The same.
            answers_from: The same.
        """
        understood: list[ComprehensionExample] = []
        stress: list[Example] = []
        for answer, features in answers:
            if answer.target is None or features is None:
                continue
            if isinstance(features, ComprehensionFeatures):
                understood.append(ComprehensionExample(features, answer.target, answer.weight))
            elif answer.probe.kind is ProbeKind.STRESS:
                stress.append(Example(features, answer.target, answer.weight))
        return cls(
            baseline=baseline,
            baseline_at=baseline_at,
            comprehension=personalise(comprehension_prior(), [Example(*one) for one in understood]),
            stress=personalise(stress_prior(), stress),
            evaluation=evaluate(understood),
            examples=tuple(understood),
            paces_wpm=tuple(paces_wpm),
            answers_from=answers_from,
        )
