"""From signals to the three estimates: comprehension, stress and attention at one moment.

Pure functions: what was measured and what is known of the learner go in, an estimate or the
reason why there is none comes out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from fer_core.affect.indicators import (
    Basis,
    ComprehensionFeatures,
    Estimate,
    Reason,
    StressFeatures,
    comprehension_features,
)
from fer_core.affect.signals import MIN_COVERAGE
from fer_core.affect.weights import Weights, comprehension_prior, estimate, stress_prior
from fer_core.sessions.coverage import Covered


@dataclass(frozen=True, slots=True)
class EstimatorState:
    """What turns signals into estimates.

    Attributes:
        comprehension: Weights of method B.
        stress: Weights of method C.
        use_camera: False leaves the camera out of comprehension: it has not helped this learner.
        use_camera_for_stress: The same for stress.
        reading: Text and pace of the passage being read, where a text is open.
    """

    comprehension: Weights = field(default_factory=comprehension_prior)
    stress: Weights = field(default_factory=stress_prior)
    use_camera: bool = True
    use_camera_for_stress: bool = True
    reading: ComprehensionFeatures | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What the camera has measured at one moment.

    Attributes:
        reason: Why nothing can be said about the face; None if it can.
        covered: Sums over the last 60 s.
        window_s: How long that window is by now.
        face_seen: Whether there was a face at all since the last long gap.
        negative_z: Negative expression in spreads from the usual; None before face or baseline.
        motion_z: The same for the head's motion.
        pulse: The heart rate as a feature of stress; None where it is not read.
    """

    reason: Reason | None
    covered: Covered
    window_s: float
    face_seen: bool
    negative_z: float | None = None
    motion_z: float | None = None
    pulse: float | None = None

    @property
    def coverage(self) -> float:
        """Share of the window with a usable face, 0..1."""
        return min(1.0, self.covered.valid_s / self.window_s)

    @property
    def missing(self) -> Reason | None:
        """Why the camera cannot enter an estimate; None if it can."""
        if self.reason is not None:
            return self.reason
        if not self.face_seen:
            return Reason.WAITING
        if self.negative_z is None:
            return Reason.BASELINE
        return Reason.COVERAGE if self.coverage < MIN_COVERAGE else None


def live_features(state: EstimatorState, measured: Measured) -> ComprehensionFeatures:
    """Return all that is known for the comprehension estimate, whether it is used or not."""
    reading = state.reading or ComprehensionFeatures()
    if measured.negative_z is None or measured.coverage < MIN_COVERAGE:
        return reading.without_camera()
    # Who reads on the desk is not away.
    covered = measured.covered
    observed, there = covered.observed_s, covered.facing_s + covered.desk_s
    camera = comprehension_features(
        away_share=max(0.0, 1.0 - there / observed) if observed > 0 else None,
        negative_z=measured.negative_z,
    )
    return replace(reading, away=camera.away, negative=camera.negative)


def stress_features(measured: Measured) -> StressFeatures:
    """Return all that is known for the stress estimate, whether it is used or not."""
    if measured.negative_z is None or measured.coverage < MIN_COVERAGE:
        return StressFeatures()
    return StressFeatures(measured.negative_z, measured.motion_z, measured.pulse)


def estimate_comprehension(state: EstimatorState, measured: Measured) -> Estimate:
    """Return the comprehension estimate, 0..100, or why there is none."""
    basis = Basis.ATTENTION if state.reading is None else Basis.TEXT
    if not state.use_camera:
        if state.reading is None:
            if state.comprehension.answers == 0:
                return Estimate.missing(Reason.NO_ANSWERS)
            basis = Basis.ANSWERS
        bare = live_features(state, measured).without_camera()
        return estimate(bare, state.comprehension, basis)
    if (missing := measured.missing) is not None:
        return Estimate.missing(missing)
    return estimate(live_features(state, measured), state.comprehension, basis)


def estimate_stress(state: EstimatorState, measured: Measured) -> Estimate:
    """Return the stress estimate, 0..100, or why there is none."""
    if not state.use_camera_for_stress:
        if state.stress.answers == 0:
            return Estimate.missing(Reason.NO_ANSWERS)
        return estimate(StressFeatures(), state.stress, Basis.ANSWERS)
    if (missing := measured.missing) is not None:
        return Estimate.missing(missing)
    return estimate(stress_features(measured), state.stress)


def estimate_attention(measured: Measured) -> Estimate:
    """Return the share of the last 60 s in front of the screen.

    The interval is what it could be with the seconds in which the camera told nothing: all of them
    elsewhere, or all of them there. Of a minute that was wholly seen there is nothing to doubt.
    """
    if measured.reason not in (None, Reason.NO_FACE, Reason.AWAY):
        return Estimate.missing(measured.reason)
    observed, facing = measured.covered.observed_s, measured.covered.facing_s
    if observed < MIN_COVERAGE * measured.window_s:
        return Estimate.missing(Reason.COVERAGE)
    unseen = max(0.0, measured.window_s - observed)
    window = observed + unseen
    return Estimate(
        value=100.0 * min(1.0, facing / observed),
        low=100.0 * min(1.0, facing / window),
        high=100.0 * min(1.0, (facing + unseen) / window),
    )
