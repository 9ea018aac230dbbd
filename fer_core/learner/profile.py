"""What is known of a learner when a session starts: the one thing earlier sessions hand to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from fer_core.affect.baseline import Baseline
from fer_core.affect.indicators import Features
from fer_core.affect.weights import Weights, comprehension_prior, stress_prior
from fer_core.learner.confidence import OwnCalibration, own_calibration
from fer_core.learner.evaluation import Evaluation, evaluate, evaluate_stress
from fer_core.learner.personalise import Example, learn
from fer_core.learner.probes import Answer, ProbeKind


class Given(NamedTuple):
    """An answer from the history.

    Attributes:
        answer: What was said.
        features: All that was known when it was asked; None: nothing.
        session_id: In which session.
    """

    answer: Answer
    features: Features | None
    session_id: str = ""


class UsualLevels(NamedTuple):
    """Means of the three indicators, 0..100, in the latest sessions that had them."""

    comprehension: tuple[float, ...] = ()
    stress: tuple[float, ...] = ()
    attention: tuple[float, ...] = ()


#: Of somebody new.
NO_LEVELS = UsualLevels()


def examples_of(given: Iterable[Given]) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    """Return what answers teach about comprehension, and what about stress.

    Skipped ones and those about which nothing was known teach nothing.
    """
    comprehension: list[Example] = []
    stress: list[Example] = []
    for answer, features, session_id in given:
        if answer.target is None or features is None:
            continue
        at_random = answer.probe.chosen_at_random and not answer.is_correction
        example = Example(features, answer.target, answer.weight, session_id, at_random)
        (stress if answer.probe.kind is ProbeKind.STRESS else comprehension).append(example)
    return tuple(comprehension), tuple(stress)


@dataclass(frozen=True, slots=True)
class LearnerProfile:
    """What is known of a learner. Made without arguments it is that of somebody new.

    Attributes:
        baseline: How their signals usually are; None until it is known.
        baseline_at: When it was learnt, seconds since the epoch.
        comprehension: Weights of the comprehension estimate; the prior without answers.
        stress: The same for stress.
        evaluation: How good the estimates of comprehension were, and what the camera added.
        stress_evaluation: The same for stress.
        examples: The answers about understanding, oldest first.
        stress_examples: Those about stress.
        paces_wpm: Words a minute on passages that were read, the latest first.
        calibration: How sure they were of answers, and how often they were right.
        usual: What the three indicators were in the latest sessions.
        answers_from: Answers before this moment do not count: the last reset, or 0.
    """

    baseline: Baseline | None = None
    baseline_at: float | None = None
    comprehension: Weights = field(default_factory=comprehension_prior)
    stress: Weights = field(default_factory=stress_prior)
    evaluation: Evaluation = field(default_factory=lambda: evaluate(()))
    stress_evaluation: Evaluation = field(default_factory=lambda: evaluate_stress(()))
    examples: tuple[Example, ...] = ()
    stress_examples: tuple[Example, ...] = ()
    paces_wpm: tuple[float, ...] = ()
    calibration: OwnCalibration = field(default_factory=lambda: own_calibration(()))
    usual: UsualLevels = NO_LEVELS
    answers_from: float = 0.0

    @property
    def use_camera(self) -> bool:
        """Whether what the camera saw enters the estimate of comprehension."""
        return self.evaluation.uses_camera

    @property
    def use_camera_for_stress(self) -> bool:
        """Whether what the camera saw enters the estimate of stress."""
        return self.stress_evaluation.uses_camera

    @classmethod
    def from_answers(
        cls,
        answers: Iterable[Given],
        *,
        baseline: Baseline | None = None,
        baseline_at: float | None = None,
        paces_wpm: Iterable[float] = (),
        usual: UsualLevels = NO_LEVELS,
        answers_from: float = 0.0,
    ) -> LearnerProfile:
        """Learn the weights from answers, and judge the estimates on them.

        Args:
            answers: Oldest first.
            baseline: See the class, as all that follow.
            baseline_at: The same.
            paces_wpm: The same.
            usual: The same.
            answers_from: The same.
        """
        given = tuple(answers)
        comprehension, stress = examples_of(given)
        return cls(
            baseline=baseline,
            baseline_at=baseline_at,
            comprehension=learn(comprehension_prior(), comprehension),
            stress=learn(stress_prior(), stress),
            evaluation=evaluate(comprehension),
            stress_evaluation=evaluate_stress(stress),
            examples=comprehension,
            stress_examples=stress,
            paces_wpm=tuple(paces_wpm),
            calibration=own_calibration([one.answer for one in given]),
            usual=usual,
            answers_from=answers_from,
        )
