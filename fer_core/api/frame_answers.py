"""What a session's frames were answered, so that one that is sent again gets the same answer."""

from __future__ import annotations

import threading
from collections import OrderedDict

from fer_core.vision.faces import Detections
from fer_core.vision.follower import FaceFollower
from fer_core.vision.tracker import FaceTracker

#: Answers kept for frames that are sent again. One request is in flight, so a few suffice.
KEPT_ANSWERS = 16


class FrameAnswers:
    """The frames of one session over HTTP: their order, their answers, their faces' numbers.

    Attributes:
        lock: To be held while a frame goes through tracker and session: frames keep their order.
        follower: Knows where the session's faces were.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.follower = FaceFollower()
        self._answers: OrderedDict[str, bytes] = OrderedDict()
        self._tracker = FaceTracker()
        self._newest = float("-inf")

    def number(self, detections: Detections, captured_at: float) -> Detections:
        """Return the detections with the faces' numbers; the caller holds `lock`.

        A frame out of order enters nothing, the numbering of faces included.

        Args:
            detections: What was found in the frame.
            captured_at: When it was captured, seconds since the epoch.
        """
        if captured_at <= self._newest:
            return detections
        self._newest = captured_at
        return self._tracker.update(detections, captured_at)

    def find(self, frame_id: str | None) -> bytes | None:
        """Return what a frame of this name was answered, if it is still known."""
        return None if frame_id is None else self._answers.get(frame_id)

    def keep(self, frame_id: str | None, answer: bytes) -> None:
        """Keep an answer for a frame that may be sent again; the caller holds `lock`."""
        if frame_id is None:
            return
        self._answers[frame_id] = answer
        while len(self._answers) > KEPT_ANSWERS:
            self._answers.popitem(last=False)
