"""Numbers that follow faces through a video, by where they are and how they move.

Nothing here recognises a person: who leaves the picture for longer than `MAX_GAP_S` comes back
under a new number. Faces that cross keep theirs, because each is looked for where its motion takes
it, and who is covered for a moment is waited for there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fer_core.vision.faces import Box, Detections, Face

#: How long a number waits for its face, in seconds.
MAX_GAP_S = 2.0
#: Weight of the newest step in a face's speed: one box that jitters does not turn it around.
SPEED_WEIGHT = 0.5
#: A face that is not seen is taken to slow down; after this long it would stand. Seconds.
COASTING_S = 1.0
#: Farthest from the expected place that a face is still the same, in its own heights.
MAX_DISTANCE = 1.0
#: Largest ratio of two heights of one face from look to look.
MAX_RATIO = 1.8


@dataclass(frozen=True, slots=True)
class Track:
    """A face that is followed.

    Attributes:
        number: 1, 2, 3, ... in the order in which they were first seen.
        box: Where it was last.
        speed: Of its centre, in pixels a second: x, y.
        seen_at: When it was last seen, in seconds.
    """

    number: int
    box: Box
    speed: tuple[float, float]
    seen_at: float

    def expected(self, at: float) -> tuple[float, float]:
        """Return where its centre should be at a moment, in pixels."""
        gap = at - self.seen_at
        # The integral of a speed that falls to zero over COASTING_S.
        way = min(gap, COASTING_S)
        way -= way * way / (2 * COASTING_S) if gap > 0.3 else 0.0
        x, y = self.box.centre
        return x + self.speed[0] * way, y + self.speed[1] * way


class FaceNumbers:
    """Gives each face of a video its number. Not thread-safe."""

    def __init__(self) -> None:
        self._tracks: list[Track] = []
        self._count = 0

    @property
    def count(self) -> int:
        """How many numbers have been given."""
        return self._count

    def update(self, detections: Detections, at: float) -> Detections:
        """Return a frame's faces with their numbers as `track_id`.

        Args:
            detections: The next frame's faces.
            at: Its time, in seconds; later than that of the frame before.
        """
        tracks = [track for track in self._tracks if at - track.seen_at <= MAX_GAP_S]
        faces = detections.faces
        costs = sorted(
            (cost, t, f)
            for t, track in enumerate(tracks)
            for f, face in enumerate(faces)
            if (cost := _distance(track, face.box, at)) is not None
        )
        matched: dict[int, int] = {}
        for _, t, f in costs:
            if f not in matched and t not in matched.values():
                matched[f] = t
        numbered = []
        for f, face in enumerate(faces):
            if f in matched:
                track = tracks[matched[f]] = _moved(tracks[matched[f]], face, at)
            else:
                track = self._new(face, at)
                tracks.append(track)
            numbered.append(face.with_track(track.number))
        self._tracks = tracks
        return replace(detections, faces=tuple(numbered))

    def _new(self, face: Face, at: float) -> Track:
        self._count += 1
        return Track(self._count, face.box, (0.0, 0.0), at)


def _moved(track: Track, face: Face, at: float) -> Track:
    gap = max(at - track.seen_at, 1e-3)
    step = np.subtract(face.box.centre, track.box.centre) / gap
    x, y = SPEED_WEIGHT * step + (1 - SPEED_WEIGHT) * np.array(track.speed)
    return Track(track.number, face.box, (float(x), float(y)), at)


def _distance(track: Track, box: Box, at: float) -> float | None:
    """Return how far a box is from where a face is expected, in its heights; None: too far."""
    height = max(1.0, (track.box.height + box.height) / 2)
    ratio = box.height / max(1.0, track.box.height)
    if not 1 / MAX_RATIO <= ratio <= MAX_RATIO:
        return None
    x, y = track.expected(at)
    distance = float(np.hypot(box.centre[0] - x, box.centre[1] - y)) / height
    # Where it was is as good a guess as where it should be: people stop.
    stood = float(np.hypot(*np.subtract(box.centre, track.box.centre))) / height
    allowed = MAX_DISTANCE * (1.0 + min(1.0, at - track.seen_at))
    return distance if min(distance, stood) <= allowed else None
