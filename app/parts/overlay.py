"""Where faces are drawn between two analyses: boxes that glide with the face.

The camera shows twice as many frames as are analysed, and each analysis is a few frames old when
it arrives. Policy only: times come in as arguments, no picture is touched.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from fer_core.vision.faces import Box, Detections, Face, FaceMarks

#: How fast a shown box closes in on where its face is believed to be. Seconds.
GLIDE_HALF_LIFE_S = 0.06
#: How fast the believed speed follows the measured one; boxes jitter by a pixel or two. Seconds.
SPEED_HALF_LIFE_S = 0.15
#: A face is believed to keep its speed this long after it was last seen. Seconds.
LOOK_AHEAD_S = 0.2
#: Nothing is drawn for an analysis that is older than this: at one a second, the least that a busy
#: machine gives, each is up to a second and a half old before the next one comes. Seconds.
STALE_S = 2.0


@dataclass(slots=True)
class _Track:
    """One face as it is followed."""

    face: Face
    seen_at: float
    box: np.ndarray
    shown: np.ndarray
    shown_at: float
    speed: np.ndarray = field(default_factory=lambda: np.zeros(4))


class FaceGlide:
    """Follows the faces of one stream. Not thread-safe: its camera locks."""

    def __init__(self) -> None:
        self._tracks: dict[int, _Track] = {}
        self._updated_at = -np.inf

    def update(self, detections: Detections, captured_at: float) -> None:
        """Take an analysis.

        Args:
            detections: Faces with track ids.
            captured_at: When the frame was captured, seconds.
        """
        if captured_at <= self._updated_at:
            return
        self._updated_at = captured_at
        tracks: dict[int, _Track] = {}
        for index, face in enumerate(detections.faces):
            # Without a number a face is followed by its place in the list, largest first.
            key = face.track_id if face.track_id is not None else -index
            track = self._tracks.get(key)
            box = np.array(face.box, dtype=np.float64)
            if track is None:
                track = _Track(face, captured_at, box, box, captured_at)
            else:
                self._follow(track, face, box, captured_at)
            tracks[key] = track
        self._tracks = tracks

    @staticmethod
    def _follow(track: _Track, face: Face, box: np.ndarray, at: float) -> None:
        passed = at - track.seen_at
        measured = (box - track.box) / passed
        share = 1.0 - 2.0 ** (-passed / SPEED_HALF_LIFE_S)
        track.speed = track.speed + share * (measured - track.speed)
        track.face, track.box, track.seen_at = face, box, at

    def faces(self, at: float, *, with_marks: bool = True) -> tuple[Face, ...]:
        """Return the faces where they are at this moment, largest first.

        Args:
            at: Of the frame to draw on, seconds; moments come in the order of time.
            with_marks: Whether their points are wanted, too.
        """
        if at - self._updated_at > STALE_S:
            return ()
        shown = []
        for track in self._tracks.values():
            ahead = min(max(at - track.seen_at, 0.0), LOOK_AHEAD_S)
            target = track.box + track.speed * ahead
            share = 1.0 - 2.0 ** (-max(at - track.shown_at, 0.0) / GLIDE_HALF_LIFE_S)
            track.shown = track.shown + share * (target - track.shown)
            track.shown_at = at
            x, y, width, height = (float(value) for value in track.shown)
            box = Box(x, y, max(1.0, width), max(1.0, height))
            marks = _moved(track.face, box) if with_marks else None
            shown.append(replace(track.face, box=box, marks=marks))
        return tuple(sorted(shown, key=lambda face: face.box.area, reverse=True))


def mirrored(faces: tuple[Face, ...], width: int) -> tuple[Face, ...]:
    """Return the faces of the same picture seen in a mirror `width` pixels wide."""
    return tuple(
        replace(
            face,
            box=face.box._replace(x=width - face.box.x - face.box.width),
            marks=None if face.marks is None else face.marks.mirrored(width),
        )
        for face in faces
    )


def _moved(face: Face, box: Box) -> FaceMarks | None:
    """Return a face's points where they are when its box has glided there."""
    if face.marks is None:
        return None
    scale = (box.width / max(face.box.width, 1.0), box.height / max(face.box.height, 1.0))
    points = (face.marks.points - face.box[:2]) * scale + box[:2]
    return replace(face.marks, points=points)
