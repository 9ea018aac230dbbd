"""Who is in front of the camera, frame by frame, and whether they face the screen.

A detector slips: a face is missed, or seen twice. What holds for less than a second changes
nothing, nobody is away before five seconds without a face, and facing the screen or not has to
hold for five seconds as well.
"""

from __future__ import annotations

import math

from fer_core.affect.indicators import Reason
from fer_core.affect.signals import (
    AWAY_AFTER_S,
    CARRY_FORWARD_S,
    Baseline,
    Channel,
    Presence,
    Sample,
)
from fer_core.vision.faces import Detections

#: A missing or second face shorter than this is more often the detector's slip than a change in
#: front of the camera: it gives no sample, and no notice either. Seconds.
SLIP_S = 1.0
#: Facing the screen or not must have held this long to count. Seconds.
FACING_HOLDS_S = 5.0
#: Spreads from the own usual place and size that still count as facing the screen.
FACING_SPREADS = 3.0

#: What the camera shows when attention cannot be judged.
UNJUDGED = frozenset({Presence.CAMERA_OFF, Presence.SEVERAL_FACES})

_REASONS = {
    Presence.WAITING: Reason.WAITING,
    Presence.AWAY: Reason.AWAY,
    Presence.CAMERA_OFF: Reason.CAMERA_OFF,
    Presence.NO_PICTURES: Reason.NO_PICTURES,
    Presence.SEVERAL_FACES: Reason.SEVERAL_FACES,
}


class PresenceTracker:
    """Follows presence and attention through the frames of one session.

    For each frame, in the order of time: `judge` says what it shows, and `note` keeps that once
    the time before the frame has been booked.

    Attributes:
        last_at: When the last frame was captured, seconds; None before the first.
        valid_at: When exactly one usable face was last seen; -inf before.
        facing: Whether the learner faces the screen; None while that cannot be judged.
    """

    def __init__(self) -> None:
        self.last_at: float | None = None
        self.valid_at = -math.inf
        self.facing: bool | None = None
        self._presence = Presence.WAITING
        self._face_at = -math.inf
        self._contrary_since: float | None = None

    def begin(self, at: float) -> None:
        """Forget what held before a pause; nobody is away for the time that it took."""
        self._presence = Presence.WAITING
        self._face_at = at
        self.facing = self._contrary_since = None
        self.last_at = None if self.last_at is None else max(self.last_at, at)

    def judge(
        self,
        detections: Detections,
        sample: Sample | None,
        start: float,
        at: float,
        baseline: Baseline | None,
    ) -> Presence:
        """Return what a frame shows, and judge `facing`.

        Args:
            detections: What was found in the frame.
            sample: Its one usable face, if there is one.
            start: Since when the frame counts, seconds.
            at: When it was captured.
            baseline: The learner's usual place and size; None while it is not known.
        """
        presence = self._presence_in(detections, sample, start, at)
        if presence in UNJUDGED:
            self.facing = self._contrary_since = None
        elif sample is not None:
            self._judge_facing(is_in_usual_place(sample, baseline), start, at)
        else:
            # A face without a sample is a slip of the detector.
            self._judge_facing(presence is Presence.FACE, start, at)
        return presence

    def note(self, presence: Presence, sample: Sample | None, at: float) -> None:
        """Keep what a frame has shown."""
        self._presence, self.last_at = presence, at
        if sample is not None:
            self.valid_at = at

    def restore(self, at: float, *, valid: bool) -> None:
        """Take a stretch of an interrupted session that ended at this moment."""
        self.last_at = at
        if valid:
            self.valid_at = at

    def _presence_in(
        self, detections: Detections, sample: Sample | None, start: float, at: float
    ) -> Presence:
        if detections.blank:
            self._face_at = at
            return Presence.CAMERA_OFF
        if sample is not None:
            self._face_at = at
            return Presence.FACE
        if at - self.valid_at < SLIP_S and self._presence is Presence.FACE:
            return Presence.FACE
        if len(detections.faces) > 1:
            self._face_at = at
            return Presence.SEVERAL_FACES
        if self.last_at is not None and at - self.last_at > CARRY_FORWARD_S:
            # Nobody is away for a time in which no pictures came.
            self._face_at = max(self._face_at, start)
        return Presence.AWAY if at - self._face_at >= AWAY_AFTER_S else Presence.NO_FACE

    def _judge_facing(self, inside: bool, start: float, at: float) -> None:
        if self.facing is None:
            self.facing = inside
        elif inside == self.facing:
            self._contrary_since = None
        elif self._contrary_since is None:
            self._contrary_since = start
        if self._contrary_since is not None and at - self._contrary_since >= FACING_HOLDS_S:
            self.facing, self._contrary_since = inside, None

    # What can be said

    def now(self, at: float) -> Presence:
        """Return what the camera shows at this moment."""
        if self.last_at is None or self._presence is Presence.WAITING:
            return Presence.WAITING
        return Presence.NO_PICTURES if at - self.last_at > CARRY_FORWARD_S else self._presence

    def reason(self, at: float, presence: Presence | None = None) -> Reason | None:
        """Return why nothing can be said about the face at a moment; None if it can.

        Args:
            at: The moment, seconds.
            presence: What the camera showed then; what it shows now without it.
        """
        presence = self.now(at) if presence is None else presence
        if presence in _REASONS:
            return _REASONS[presence]
        return Reason.NO_FACE if at - self.valid_at > CARRY_FORWARD_S else None


def is_in_usual_place(sample: Sample, baseline: Baseline | None) -> bool:
    """Tell whether a face is where, and as large as, it usually is; yes without a baseline."""
    if baseline is None:
        return True
    measured = (
        (Channel.CENTRE_X, sample.centre_x),
        (Channel.CENTRE_Y, sample.centre_y),
        (Channel.SIZE, sample.size),
    )
    return all(
        abs(value - baseline.usual[channel].median)
        <= FACING_SPREADS * baseline.usual[channel].spread
        for channel, value in measured
    )
