"""Who is in front of the camera, frame by frame, and whether they are in front of the screen.

A detector slips: a face is missed, or seen twice. What holds for less than a second changes
nothing, nobody is away before five seconds without a face, and being in front of the screen or not
has to hold for five seconds as well. Where in the picture the face stands says nothing: a seat or a
lid that moved is no absence; where the head is turned does, and `face_monitor` tells it. And not to
be seen is not to be away: whoever scrolls or answers is there, however dark the room, and whoever
bent down to the desk reads there.
"""

from __future__ import annotations

import math

from fer_core.affect.indicators import Reason
from fer_core.affect.signals import AWAY_AFTER_S, CARRY_FORWARD_S, Presence, Sample
from fer_core.vision.faces import Detections

#: A missing or second face shorter than this is more often the detector's slip than a change in
#: front of the camera: it gives no sample, and no notice either. Seconds.
SLIP_S = 1.0
#: A face in view, or none, must have held this long to count. Seconds.
FACING_HOLDS_S = 5.0
#: Whose page moved, or who answered, is not away for so long, seen or not. Seconds. A passage is
#: seldom longer, and time that is counted too much says nothing against a reader.
ACTED_HOLDS_S = 120.0

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
        facing: Whether the learner is in front of the screen; None while that cannot be judged.
    """

    def __init__(self) -> None:
        self.last_at: float | None = None
        self.valid_at = -math.inf
        self.facing: bool | None = None
        self._presence = Presence.WAITING
        self._face_at = self._acted_at = self._bent_until = -math.inf
        self._contrary_since: float | None = None

    def begin(self, at: float) -> None:
        """Forget what held before a pause; nobody is away for the time that it took."""
        self._presence = Presence.WAITING
        self._face_at = at
        self.facing = self._contrary_since = None
        self.last_at = None if self.last_at is None else max(self.last_at, at)

    def act(self, at: float) -> None:
        """Note that the learner did something at a moment: scrolled, answered, pressed a key."""
        self._acted_at = max(self._acted_at, at)

    def bend(self, until: float) -> None:
        """Take until when a head that is lost now counts as bent to the desk; -inf: not at all."""
        self._bent_until = until

    def at_work(self, at: float) -> bool:
        """Tell whether somebody who is not seen is at work: pages move, or the head is bent."""
        return self._acts(at) or at < self._bent_until

    def judge(
        self,
        detections: Detections,
        sample: Sample | None,
        start: float,
        at: float,
    ) -> Presence:
        """Return what a frame shows, and judge `facing`.

        Args:
            detections: What was found in the frame.
            sample: Its one usable face, if there is one.
            start: Since when the frame counts, seconds.
            at: When it was captured.
        """
        presence = self._presence_in(detections, sample, start, at)
        if presence in UNJUDGED or (presence is Presence.NO_FACE and self.at_work(at)):
            self.facing = self._contrary_since = None
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
        unseen = at - self._face_at >= AWAY_AFTER_S
        return Presence.AWAY if unseen and not self.at_work(at) else Presence.NO_FACE

    def _acts(self, at: float) -> bool:
        return at - self._acted_at < ACTED_HOLDS_S

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
        if at - self.valid_at <= CARRY_FORWARD_S:
            return None
        return Reason.POOR_LIGHT if self._acts(at) else Reason.NO_FACE
