"""Following faces through a video: when the refiner's crops will do, when to detect anew.

The detector sees a whole frame, the refiner a crop around each face. From one frame of a webcam to
the next a face hardly moves, so the crop framed by its last box gives box and expression for a
quarter of the processor time. The detector comes back when that is not enough:

- no face is known, or more than `MOST_FOLLOWED`;
- a face is not found where it was, or the refiner is not sure of it any more;
- the scene has changed: the camera was moved, or somebody walked in;
- `DETECT_EVERY_S` have passed, so that a second face is seen within a second.

There is no clock here: each frame brings the time at which it was captured. What is known of a
stream is one value, `Followed`; a `FaceFollower` holds it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from fer_core.arrays import FloatArray
from fer_core.boxes import ious
from fer_core.vision.detector import Mode
from fer_core.vision.faces import Box, Detections
from fer_core.vision.image import RgbImage, check_rgb
from fer_core.vision.steady_marks import SteadyMarks

#: Longest time between two runs of the detector, in seconds. With frames that come five times a
#: second or more often a new face is then found within a second.
DETECT_EVERY_S = 0.75
#: Most faces followed: four crops cost as much as one run of the detector.
MOST_FOLLOWED = 3
#: Overlap from which a face that the refiner missed is where it was: not moved, only unseen.
SAME_PLACE_IOU = 0.5
#: A frame this much older than the newest, in seconds, is of another clock; one that is less late
#: has been overtaken and changes nothing.
OVERTAKEN_S = 1.0
#: The scene in small, columns and rows.
_SKETCH = (32, 24)
#: Levels by which a cell of the sketch must differ to count as changed, and the share of such
#: cells from which the scene is another one.
_CELL_CHANGED = 24.0
_SCENE_CHANGED = 0.25

Sketch = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Followed:
    """What the newest frame of a stream showed: all that the next one needs.

    Attributes:
        boxes: Of its faces, in its pixels.
        width, height: The frame, in pixels.
        captured_at: When it was captured, in seconds of any clock.
        detected_at: When the detector last saw the stream, in seconds of the same clock.
        missed_at: When the refiner last missed a face that was there; None if it never did. It
            rests then, rather than to be asked in vain for each frame.
        sketch: The frame in grey, shape (24, 32), 0..255.
        opinion: The largest face's, of `Detections`, since the detector last saw the stream.
    """

    boxes: tuple[Box, ...]
    width: int
    height: int
    captured_at: float
    detected_at: float
    missed_at: float | None
    sketch: Sketch
    opinion: FloatArray | None


def boxes_to_follow(
    known: Followed | None, rgb: RgbImage, sketch: Sketch, captured_at: float
) -> tuple[Box, ...]:
    """Return where the refiner looks for a frame's faces; none where the detector must see it.

    Args:
        known: Of the frame before; None for the first.
        rgb: The frame, shape (height, width, 3).
        sketch: Of the frame.
        captured_at: When it was captured, in seconds of the clock of the frames before.
    """
    if (
        known is None
        or len(known.boxes) > MOST_FOLLOWED
        or rgb.shape[:2] != (known.height, known.width)
        or not 0 <= captured_at - known.detected_at < DETECT_EVERY_S
        or (known.missed_at is not None and 0 <= captured_at - known.missed_at < DETECT_EVERY_S)
        or has_changed(known.sketch, sketch)
    ):
        return ()
    return known.boxes


def sketch_of(rgb: RgbImage) -> Sketch:
    """Return a frame in small and grey, shape (24, 32), 0..255."""
    step = max(1, min(rgb.shape[0] // (4 * _SKETCH[1]), rgb.shape[1] // (4 * _SKETCH[0])))
    small = cv2.resize(rgb[::step, ::step, 1], _SKETCH, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def has_changed(before: Sketch, after: Sketch) -> bool:
    """Tell whether two sketches show another scene; light that falls evenly is the same one."""
    difference = after - before
    difference -= np.median(difference)
    return bool((np.abs(difference) > _CELL_CHANGED).mean() > _SCENE_CHANGED)


def stay_in_place(boxes: tuple[Box, ...], detections: Detections) -> bool:
    """Tell whether a face is at each of the boxes."""
    found = np.array([face.box.corners for face in detections.faces]).reshape(-1, 4)
    return all((ious(found, np.array(box.corners)) >= SAME_PLACE_IOU).any() for box in boxes)


class SeesFrames(Protocol):
    """What an `EmotionDetector` does with the frames of a video."""

    def detect(self, rgb: RgbImage, mode: Mode) -> Detections:
        """Find every face in a picture."""
        ...

    def follow(
        self, rgb: RgbImage, boxes: Sequence[Box], opinion: FloatArray | None
    ) -> Detections | None:
        """Find faces again near where they were; None if one is not there."""
        ...


class FaceFollower:
    """Analyses the frames of one stream, each by the cheapest path that will do.

    Safe for several threads. Frames that overtake each other are all answered; the newest counts.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: Followed | None = None
        self._steady = SteadyMarks()

    def analyse(self, detector: SeesFrames, rgb: RgbImage, captured_at: float) -> Detections:
        """Return a frame's faces, largest first; `timing.path` says which path found them.

        Args:
            detector: Sees and refines.
            rgb: RGB, uint8, shape (height, width, 3).
            captured_at: When it was captured, in seconds of any clock, the same for all frames.

        Raises:
            NotAnImage: The array is not an RGB picture.
        """
        check_rgb(rgb)
        sketch = sketch_of(rgb)
        with self._lock:
            known = self._known
        boxes = boxes_to_follow(known, rgb, sketch, captured_at)
        started = perf_counter()
        opinion = known.opinion if known is not None else None
        detections = detector.follow(rgb, boxes, opinion) if boxes else None
        detected_at = known.detected_at if known is not None else captured_at
        missed_at = known.missed_at if known is not None else None
        if detections is None:
            in_vain_ms = (perf_counter() - started) * 1e3
            detections = _took_longer(detector.detect(rgb, "frame"), in_vain_ms)
            detected_at = captured_at
            if boxes and stay_in_place(boxes, detections):
                missed_at = captured_at
        now = Followed(
            tuple(face.box for face in detections.faces),
            detections.width,
            detections.height,
            captured_at,
            detected_at,
            missed_at,
            sketch,
            detections.opinion,
        )
        with self._lock:
            newest = self._known
            if newest is None or not 0 <= newest.captured_at - captured_at < OVERTAKEN_S:
                self._known = now
                detections = self._steady.steadied(detections, captured_at)
        return detections


def _took_longer(detections: Detections, milliseconds: float) -> Detections:
    timing = detections.timing
    spent = timing.inference_ms + milliseconds
    return replace(detections, timing=replace(timing, inference_ms=spent))
