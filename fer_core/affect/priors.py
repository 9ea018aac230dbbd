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


COMPREHENSION_PRIORS: tuple[Prior, ...] = (
    Prior("intercept", 0.85, 1.0, "a choice"),
    Prior("difficulty", -0.60, 0.5, "a choice"),
    Prior("skimming", -0.80, 0.5, "a choice"),
    Prior("revisits", -0.20, 0.5, "a choice"),
    Prior("away", -0.50, 0.5, "a choice"),
    Prior("negative", -0.25, 0.5, "a choice"),
)
#: Blink rate goes with pressure at r = .03 within a person (SB-SAT), so it is no feature.
STRESS_PRIORS: tuple[Prior, ...] = (
    Prior("intercept", -1.4, 1.0, "a choice"),
    Prior("negative", 0.3, 0.5, "a choice"),
    Prior("motion", 0.3, 0.5, "a choice"),
    Prior("heart_rate", 0.6, 0.5, "a choice"),
)
