"""Points of a face that stand still while the face does, from frame to frame of one stream."""

from __future__ import annotations

from dataclasses import replace

from fer_core.vision.faces import Box, Detections
from fer_core.vision.one_euro import OneEuroFilter

#: The filter's cut-off at rest, hertz, and how fast it opens, in hertz per face size a second.
#: Points of a face that sits still then shake by .06 % of the eye distance instead of .24, and
#: trail a head that moves by half its size a second by 3 pixels.
LEAST_HZ, PER_SPEED = 0.5, 3.8
#: Overlap with the last face below which it is another one.
SAME_FACE_IOU = 0.2


class SteadyMarks:
    """Filters the points of a stream's largest face; shapes and eyes stay as they were seen.

    A blink is over in three frames, so what tells it is not filtered.
    """

    def __init__(self) -> None:
        self._filter = OneEuroFilter(LEAST_HZ, PER_SPEED)
        self._box: Box | None = None

    def steadied(self, detections: Detections, captured_at: float) -> Detections:
        """Return the same detections with steady points.

        Args:
            detections: Of one frame; frames come in the order of time.
            captured_at: When it was captured, seconds.
        """
        face = detections.faces[0] if detections.faces else None
        if face is None or (marks := face.marks) is None:
            return detections
        if self._box is None or self._box.iou(face.box) < SAME_FACE_IOU:
            self._filter.reset()
        self._box = face.box
        size = max(face.box.width, face.box.height, 1.0)
        points = self._filter.push(marks.points, captured_at, size)
        steady = replace(face, marks=replace(marks, points=points))
        return replace(detections, faces=(steady, *detections.faces[1:]))
