"""Numbers that follow faces from frame to frame of one stream."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fer_core.boxes import ious
from fer_core.vision.faces import Box, Detections, Face

#: Overlap from which a box continues a track. Low, because at 5 analyses a second a nodding head
#: moves by half its width.
MIN_IOU = 0.2
#: How long a track waits for its face, in seconds: a hand before the face, a glance aside.
MAX_GAP_S = 2.0


class FaceTracker:
    """Gives each face of a stream a number and keeps it while the face moves.

    Greedy by overlap, strongest overlap first: enough for the few, large, slow faces in front of
    a webcam. A face that is away longer than `MAX_GAP_S` comes back as a new one, on purpose:
    nothing here recognises a person.
    """

    def __init__(self) -> None:
        self._next_id = 1
        self._tracks: dict[int, tuple[Box, float]] = {}

    def update(self, detections: Detections, captured_at: float) -> Detections:
        """Return the detections with `track_id` set on every face.

        Args:
            detections: One frame's faces.
            captured_at: When the frame was captured, in seconds.
        """
        self._tracks = {
            track_id: (box, seen_at)
            for track_id, (box, seen_at) in self._tracks.items()
            if captured_at - seen_at <= MAX_GAP_S
        }
        known = np.array([box.corners for box, _ in self._tracks.values()]).reshape(-1, 1, 4)
        seen = np.array([face.box.corners for face in detections.faces]).reshape(-1, 4)
        overlaps = ious(known, seen)
        pairs = sorted(
            (
                (float(overlaps[row, index]), track_id, index)
                for row, track_id in enumerate(self._tracks)
                for index in range(len(detections.faces))
            ),
            reverse=True,
        )
        assigned: dict[int, int] = {}
        for iou, track_id, index in pairs:
            if iou < MIN_IOU:
                break
            if index not in assigned and track_id not in assigned.values():
                assigned[index] = track_id
        faces: list[Face] = []
        for index, face in enumerate(detections.faces):
            track_id = assigned.get(index) or self._new_id()
            self._tracks[track_id] = (face.box, captured_at)
            faces.append(face.with_track(track_id))
        return replace(detections, faces=tuple(faces))

    def _new_id(self) -> int:
        track_id = self._next_id
        self._next_id += 1
        return track_id
