"""How well the learner knows what they know: how sure they were, and how often they were right.

Of exam readers, how sure they were told right from wrong better than anything that was measured on
them (SB-SAT: AUC .65, 95 % interval .59 to .69, 95 readers).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fer_core.learner.probes import CONFIDENCE_LABELS, SURE, Answer

#: Fewer answers of one kind say nothing about it.
LEAST_ANSWERS = 5


@dataclass(frozen=True, slots=True)
class Sureness:
    """The answers that were given with one degree of confidence.

    Attributes:
        confidence: 1 (a guess) to 3 (sure).
        answers: How many.
        right: How many of them were right.
    """

    confidence: int
    answers: int
    right: int

    @property
    def label(self) -> str:
        return CONFIDENCE_LABELS[self.confidence]

    @property
    def share(self) -> float | None:
        """Share that was right, 0..1; None of fewer than five answers."""
        return self.right / self.answers if self.answers >= LEAST_ANSWERS else None


@dataclass(frozen=True, slots=True)
class OwnCalibration:
    """How sure the learner was, against how often they were right.

    Attributes:
        by_confidence: One entry for each degree, from a guess to sure.
        sure_but_wrong: The answers that were sure and wrong, the latest first.
    """

    by_confidence: tuple[Sureness, ...]
    sure_but_wrong: tuple[Answer, ...]

    @property
    def answers(self) -> int:
        """How many questions were answered with a confidence."""
        return sum(one.answers for one in self.by_confidence)

    @property
    def sentence(self) -> str:
        """What the page says about it."""
        sure = self.by_confidence[SURE - 1]
        if sure.answers < LEAST_ANSWERS:
            missing = LEAST_ANSWERS - sure.answers
            more = f"{missing} more answer{'s' if missing != 1 else ''}"
            return (
                f"How well you know what you know can be told after {more} to the text's own "
                "questions of which you say that you are sure."
            )
        wrong = sure.answers - sure.right
        return (
            f"Of {sure.answers} answers of which you were sure, {sure.right} were right and "
            f"{wrong} wrong."
        )


def own_calibration(answers: Sequence[Answer]) -> OwnCalibration:
    """Sum up the answers to questions that came with a confidence.

    Args:
        answers: In the order given; others are left out.
    """
    told = [
        answer
        for answer in answers
        if answer.confidence is not None and answer.probe.question is not None
    ]
    counted = tuple(
        Sureness(
            degree,
            sum(answer.confidence == degree for answer in told),
            sum(answer.confidence == degree and answer.target == 1.0 for answer in told),
        )
        for degree in sorted(CONFIDENCE_LABELS)
    )
    wrong = [answer for answer in told if answer.confidence == SURE and answer.target == 0.0]
    return OwnCalibration(counted, tuple(reversed(wrong)))
