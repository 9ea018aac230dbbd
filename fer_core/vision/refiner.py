"""The refiner: found faces seen again one at a time, for a better box and the expression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
import numpy.typing as npt

from fer_core.arrays import expit
from fer_core.boxes import ious
from fer_core.vision.backends import Backend, Float32Array
from fer_core.vision.candidates import Candidates, join, logits
from fer_core.vision.crops import RefineCrop, around
from fer_core.vision.faces import Box
from fer_core.vision.network_runner import NetworkRunner

Indices = npt.NDArray[np.intp]

#: Of each face of a photo: framed as its expression head was fitted, and mirrored, on which it errs
#: differently. Two smaller crops beside them brought nothing.
PHOTO_CROPS = (RefineCrop(96, 160), RefineCrop(96, 160, flip=True))
#: Of the largest face of a video frame, the only one that a session goes by: a fifth of the
#: detector's pixels, for most of what a photo's looks bring.
FRAME_CROPS = (RefineCrop(77, 128),)
#: Confidence from which what a refiner finds in a crop counts.
FOUND_THRESHOLD = 0.05
#: Overlap with where a face was a frame ago from which a box is that face. Less than between two
#: boxes in one picture: a head that nods moves by a quarter of its height in a fifth of a second.
FOLLOWED_IOU = 0.3
#: By how much a face's area may change from one frame to the next, three quarters of a second apart
#: at most: more is head and shoulders, or a part of a face, and the detector looks again.
FOLLOWED_AREA = 1.8
#: Overlap with where a face was below which it has moved, and how far the box of one that has not
#: is drawn towards the last one: two boxes err less than one, as in `refine`.
MOVED_IOU = 0.8
STEADIED = 0.7


class Refiner:
    """A network with the crops that it gets of each face."""

    def __init__(
        self, network: Backend, crops: tuple[RefineCrop, ...], iou_threshold: float
    ) -> None:
        """Take the overlap from which a box in a crop is the face that the crop was made for."""
        self._network = network
        self._crops = crops
        self._iou_threshold = iou_threshold

    def refine(
        self, run: NetworkRunner, found: Candidates, chosen: Indices
    ) -> tuple[Candidates, Float32Array]:
        """Refine the chosen faces: average the crops' logits, and all boxes of a face.

        What a face shows, the refiner tells better alone than together with the detector. Whether
        it is one, both count alike: the detector takes lettering for faces, the refiner seldom
        does.

        Args:
            run: Holds the picture.
            found: By the detector.
            chosen: Indices of the faces to refine.

        Returns:
            The candidates, and how sure the refiner is that each box fits a face, shape (n,); the
            detector's confidence where it was not asked.
        """
        views = [
            around(Box.of_corners(found.corners[index]), crop)
            for index in chosen
            for crop in self._crops
        ]
        answers = iter(run(self._network, views, FOUND_THRESHOLD))
        corners, scores = found.corners.copy(), found.scores.copy()
        confidences, confirmed = found.confidences.copy(), found.confidences.copy()
        for index in chosen:
            box = found.corners[index]
            seen = [
                _same_face(answer, box, self._iou_threshold)
                for answer in islice(answers, len(self._crops))
            ]
            again = join([candidate for candidate in seen if candidate is not None])
            confirmed[index] = again.confidences.sum() / len(self._crops)
            confidences[index] = (confidences[index] + confirmed[index]) / 2
            if len(again.scores):
                together = join([found.take(np.array([index])), again])
                scores[index] = expit(logits(again.scores).mean(axis=0))
                corners[index] = np.average(together.corners, axis=0, weights=together.confidences)
        return Candidates(corners, scores, confidences), confirmed

    def follow(self, run: NetworkRunner, boxes: Sequence[Box]) -> Candidates | None:
        """Find faces again near where they were; None if one of them is not there.

        Args:
            run: Holds the picture.
            boxes: Of the faces in an earlier picture, at most a fraction of a second old.

        Returns:
            The faces in the order of `boxes`: what the first crop of each shows.
        """
        views = [around(box, self._crops[0]) for box in boxes]
        answers = run(self._network, views, FOUND_THRESHOLD)
        found = [
            _same_face(answer, np.array(box.corners), FOLLOWED_IOU)
            for answer, box in zip(answers, boxes, strict=True)
        ]
        there = [
            replace(face, corners=steadied(face.corners, np.array([box.corners])))
            for face, box in zip(found, boxes, strict=True)
            if face is not None and _has_size_of(face.corners[0], box)
        ]
        return join(there) if len(there) == len(found) else None


def steadied(corners: Float32Array, before: npt.NDArray[np.floating]) -> Float32Array:
    """Return the corners of a face, shape (1, 4), drawn towards where it was if it hardly moved."""
    still = np.clip((ious(corners, before) - MOVED_IOU) / (1 - MOVED_IOU), 0, 1)[:, None]
    return np.asarray(corners + STEADIED * still * (before - corners), np.float32)


def _has_size_of(corners: Float32Array, box: Box) -> bool:
    """Tell whether a box is about as large as the face was."""
    ratio = Box.of_corners(corners).area / max(box.area, 1.0)
    return 1 / FOLLOWED_AREA <= ratio <= FOLLOWED_AREA


def _same_face(
    seen: Candidates, box: npt.NDArray[np.floating], iou_threshold: float
) -> Candidates | None:
    """Return the candidate of a crop that is the face it was made for."""
    if not len(seen.corners):
        return None
    overlap = ious(seen.corners, box)
    best = int(np.argmax(overlap * seen.confidences))
    return seen.take(np.array([best])) if overlap[best] >= iou_threshold else None
