"""What each feature counts before a learner's first answer, and where that number is from."""

from __future__ import annotations

from typing import NamedTuple


class Prior(NamedTuple):
    """One weight before any answer.

    Attributes:
        name: Of the feature.
        mean: In logits per unit of the feature.
        sd: How unsure that is.
        source: Where it is from.
    """

    name: str
    mean: float
    sd: float
    source: str


#: The sets of readers are those of `benchmarks/readers.py`; "+-" is a standard error.
COMPREHENSION_PRIORS: tuple[Prior, ...] = (
    Prior(
        "intercept",
        0.85,
        1.0,
        "the mean of what five sets of readers answered right, in logits: OneStop 1.5, CopCo 1.7, "
        "PoTeC .6, web pages .5 where nothing was skimmed, SB-SAT .2; they differ by .7",
    ),
    Prior(
        "difficulty",
        -0.40,
        0.2,
        "OneStop -.45 +- .04, web pages -.14 +- .14, SB-SAT -.15 +- .14, weighted by precision",
    ),
    Prior(
        "skimming",
        -0.60,
        0.3,
        "web pages -.55 +- .09; in the laboratory, where nobody skims, SB-SAT +.1 +- .2",
    ),
    Prior("revisits", 0.0, 0.3, "no effect found: web pages -.5 +- .4"),
    Prior("away", -0.30, 0.3, "a choice: no set of readers has it"),
    Prior("negative", -0.10, 0.3, "a choice: no set of readers has it"),
)
#: Blink rate goes with pressure at r = .03 within a person (SB-SAT), so it is no feature.
STRESS_PRIORS: tuple[Prior, ...] = (
    Prior("intercept", -1.4, 1.0, "a choice: few learners are stressed most of the time"),
    Prior("negative", 0.3, 0.5, "a choice: no set of learners has it"),
    Prior("motion", 0.3, 0.5, "a choice: no set of learners has it"),
    Prior("heart_rate", 0.6, 0.5, "a choice: no set of learners has it"),
)
