"""What was found in a video, frame by frame, in little memory: 48 bytes for each face."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from fer_core.emotions import LABELS
from fer_core.vision.faces import Box, Face

#: Numbers kept of a face: its own number, box, confidence, probabilities.
_COLUMNS = 1 + 4 + 1 + len(LABELS)


@dataclass
class FrameTable:
    """The analysed frames of a video, in the order of time.

    Attributes:
        unsure_below: The model's threshold under which no expression is named.
        times: Of each frame, in seconds from the start.
    """

    unsure_below: float = 0.0
    times: array[float] = field(default_factory=lambda: array("d"))
    _ends: array[int] = field(default_factory=lambda: array("q"))
    _rows: array[float] = field(default_factory=lambda: array("f"))

    def append(self, at: float, faces: tuple[Face, ...]) -> None:
        """Add the next frame."""
        for face in faces:
            self._rows.extend(
                (face.track_id or 0, *face.box, face.confidence, *face.probabilities.tolist())
            )
            self.unsure_below = face.unsure_below
        self.times.append(at)
        self._ends.append(len(self._rows) // _COLUMNS)

    def __len__(self) -> int:
        return len(self.times)

    @property
    def face_count(self) -> int:
        """How many faces all frames have together."""
        return len(self._rows) // _COLUMNS

    def faces(self, index: int) -> tuple[Face, ...]:
        """Return the faces of a frame, largest first, with their numbers."""
        start = self._ends[index - 1] if index else 0
        rows = np.array(self._rows[start * _COLUMNS : self._ends[index] * _COLUMNS])
        return tuple(
            Face(
                Box(*(float(value) for value in row[1:5])),
                float(row[5]),
                row[6:].astype(np.float64),
                int(row[0]),
                self.unsure_below,
            )
            for row in rows.reshape(-1, _COLUMNS)
        )

    def all(self) -> Iterator[tuple[float, tuple[Face, ...]]]:
        """Yield each frame's time and faces."""
        for index, at in enumerate(self.times):
            yield at, self.faces(index)

    def index_at(self, at: float) -> int | None:
        """Return the frame that was the newest at a moment; None before the first."""
        index = bisect_right(self.times, at + 1e-6) - 1
        return index if index >= 0 else None

    def numbers(self) -> list[int]:
        """Return the numbers of all faces, in order."""
        return sorted({int(number) for number in self._rows[::_COLUMNS]})

    def between(self, at: float, longest_s: float) -> tuple[Face, ...]:
        """Return the faces at any moment: between two looks their boxes are in between.

        Args:
            at: The moment, in seconds.
            longest_s: A face is not drawn on for longer than this after it was seen.
        """
        index = self.index_at(at)
        if index is None or at - self.times[index] > longest_s:
            return ()
        before = self.faces(index)
        if index + 1 >= len(self.times) or self.times[index + 1] - self.times[index] > longest_s:
            return before
        after = {face.track_id: face for face in self.faces(index + 1)}
        share = (at - self.times[index]) / (self.times[index + 1] - self.times[index])
        # Who is not there at the next look left about half way.
        return tuple(
            _mixed(face, after.get(face.track_id), share)
            for face in before
            if face.track_id in after or share < 0.5
        )


def _mixed(face: Face, later: Face | None, share: float) -> Face:
    if later is None:
        return face
    box = (1 - share) * np.array(face.box) + share * np.array(later.box)
    probabilities = (1 - share) * face.probabilities + share * later.probabilities
    return Face(
        Box(*(float(value) for value in box)),
        face.confidence,
        probabilities,
        face.track_id,
        face.unsure_below,
    )
