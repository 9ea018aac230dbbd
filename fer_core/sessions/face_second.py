"""What one second of a session tells of head, eyes and mouth, as its timeline keeps it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from fer_core.face.direction import Direction
from fer_core.face.measures import Gaze, gaze_of


@dataclass(frozen=True, slots=True)
class FaceSecond:
    """Head, eyes and mouth over one stretch. A number that was not measured is None.

    Attributes:
        direction: Where the head was turned for most of it.
        desk_s: For how long it was bent down to the desk, seconds; it is not in `facing_s` unless
            the learner studies on paper.
        yaw: Mean, degrees; above 0: turned to the picture's right.
        pitch: Mean, degrees; above 0: down.
        roll: Mean, degrees; above 0: clockwise in the picture.
        eyes_open: Mean openness of the eyes, 0..1.
        eyes_seen_s: For how long the eyes were seen with the head not bent down, seconds.
        eyes_closed_s: Of slow closures that were told in it; blinks are none.
        perclos: Share of the last 60 s in slow closures, 0..1.
        blinks: A minute, over the last 60 s.
        yawns: That ended in it.
        mouth_opening: Mean, in eye distances.
        brow_lowering: AU 4, mean, 0..1.
        brow_raising: AU 1+2, mean, 0..1.
        smile: AU 12, mean, 0..1.
        gaze_x: Mean, -1..1; above 0: to the picture's right.
        gaze_y: Mean, -1..1; above 0: down.
        looks_bored: How bored the face looks to an onlooker, mean, 0..3; the head not bent down.
        looks_disengaged: How little engaged it looks to one, mean, 0..3.
    """

    direction: Direction | None = None
    desk_s: float = 0.0
    yaw: float | None = None
    pitch: float | None = None
    roll: float | None = None
    eyes_open: float | None = None
    eyes_seen_s: float = 0.0
    eyes_closed_s: float = 0.0
    perclos: float | None = None
    blinks: float | None = None
    yawns: int = 0
    mouth_opening: float | None = None
    brow_lowering: float | None = None
    brow_raising: float | None = None
    smile: float | None = None
    gaze_x: float | None = None
    gaze_y: float | None = None
    looks_bored: float | None = None
    looks_disengaged: float | None = None

    @property
    def gaze(self) -> Gaze | None:
        """Which way the eyes went in the head; None where it cannot be told."""
        return gaze_of(self.gaze_x, self.gaze_y)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        plain = {item.name: getattr(self, item.name) for item in fields(self)}
        return plain | {"direction": None if self.direction is None else str(self.direction)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> FaceSecond:
        """Read what `to_dict` wrote.

        Raises:
            ValueError: The values are not such a second.
        """
        if not isinstance(data, Mapping):
            raise ValueError("head, eyes and mouth must be named values")
        values = {name: value for name, value in data.items() if name in _NAMES}
        turned = values.pop("direction", None)
        for name, value in values.items():
            if value is None and name in _MAY_BE_MISSING:
                continue
            if type(value) is float and math.isfinite(value):
                continue  # nearly all of them are: an hour has 60,000
            # What can be in an imported file is checked here, as no page expects it.
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"{name} must be a number")
            if not math.isfinite(value):
                raise ValueError(f"{name} must be finite")
        if turned is not None and turned not in _DIRECTIONS:
            raise ValueError(f"direction must be one of {', '.join(Direction)}")
        return cls(direction=None if turned is None else Direction(turned), **values)


#: What adds up where stretches are merged.
SUMS = ("desk_s", "eyes_seen_s", "eyes_closed_s", "yawns")
#: What is a mean.
MEANS = tuple(item.name for item in fields(FaceSecond) if item.name not in (*SUMS, "direction"))
# Made once: an hour has 3,600 of these to be read when its session moves to another process.
_NAMES = frozenset(item.name for item in fields(FaceSecond))
_MAY_BE_MISSING = frozenset(MEANS)
_DIRECTIONS = tuple(Direction)


def merge_faces(seconds: Sequence[FaceSecond | None]) -> FaceSecond | None:
    """Merge the stretches of one longer one: times and yawns add up, values are means.

    A value is kept where at least half of the stretches have it. None where none had a face whose
    points were seen.
    """
    seen = [second for second in seconds if second is not None]
    if not seen:
        return None
    values: dict[str, Any] = {name: sum(getattr(one, name) for one in seen) for name in SUMS}
    for name in MEANS:
        there = [value for one in seen if (value := getattr(one, name)) is not None]
        values[name] = sum(there) / len(there) if 2 * len(there) >= len(seconds) else None
    turned = Counter(one.direction for one in seen if one.direction is not None)
    known = 2 * sum(turned.values()) >= len(seconds)
    return FaceSecond(direction=turned.most_common(1)[0][0] if turned and known else None, **values)
