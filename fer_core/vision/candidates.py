"""From the network's raw output to faces: thresholds, overlap, calibration. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from fer_core.arrays import FloatArray, expit
from fer_core.boxes import areas, intersections, shares_inside
from fer_core.vision.backends import Float32Array

#: Scores this close to 0 or 1 say no more about a face, and their logit would be infinite.
_SCORE_EPSILON = 1e-6
#: Most boxes that are kept: the work grows with them, and holds Python's lock. A wall of 2,700
#: faces took five seconds.
MOST_KEPT = 1000

#: Of two boxes inside one another a refiner is as sure of head and shoulders as of the face, for it
#: expects the face at one size: the smaller one wins unless it is less sure by their sizes' ratio
#: to the power of this. Of 120 people at 36 to 95 px none changed; .1 to .25 did alike.
SMALLER = 0.15
#: Of a box inside it, how sure the detector must be of a larger one to look at that, too. Of 1,330
#: pictures 19 have nested boxes, 2 lose one so, head and shoulders, and no answer changes.
AROUND_FROM = 1 / 3


@dataclass(frozen=True, slots=True)
class Candidates:
    """Boxes that may be faces.

    Attributes:
        corners: Shape (n, 4): x0, y0, x1, y1 in source pixels.
        scores: Shape (n, 5): independent sigmoid scores, in class order.
        confidences: Shape (n,): how sure it is that each is a face, 0..1.
    """

    corners: Float32Array
    scores: Float32Array
    confidences: Float32Array

    @classmethod
    def of(cls, corners: Float32Array, scores: Float32Array) -> Candidates:
        return cls(corners, scores, face_confidences(scores))

    def take(self, index: npt.NDArray[np.intp]) -> Candidates:
        return Candidates(self.corners[index], self.scores[index], self.confidences[index])


def face_confidences(scores: Float32Array) -> Float32Array:
    """Return how sure it is that there is a face at all, 0..1, shape (n,).

    The sum of the scores: the network is trained to share out the score of a face among the
    classes as people would, so the strongest alone would call a face that two classes fit no face.

    Args:
        scores: Sigmoid scores, shape (n, 5).
    """
    return np.asarray(np.minimum(scores.sum(axis=1), 1.0), np.float32)


def no_candidates() -> Candidates:
    return Candidates.of(np.zeros((0, 4), np.float32), np.zeros((0, 5), np.float32))


def join(parts: list[Candidates]) -> Candidates:
    if not parts:
        return no_candidates()
    return Candidates(
        np.concatenate([part.corners for part in parts]),
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.confidences for part in parts]),
    )


def suppress(
    candidates: Candidates,
    iou_threshold: float,
    inside_threshold: float = 1.0,
    ranks: Float32Array | None = None,
) -> Candidates:
    """Keep the strongest of boxes that show one face, whatever their class; all of them vote on it.

    Non-maximum suppression that also drops a box lying mostly inside a stronger one, as half a
    face at the edge of a tile does. The scores of a kept box are the mean of the logits of all
    that overlap it, weighted by their confidences: neighbouring anchors, and views at other
    scales, err differently.

    Args:
        candidates: Boxes from one or more views of a picture.
        iou_threshold: Intersection over union from which two boxes are one face.
        inside_threshold: Share of the smaller box inside the larger from which they are one; with
            1, boxes inside others stay.
        ranks: Shape (n,): which of two boxes to keep, the higher; their confidences if None.

    Returns:
        What is kept, highest rank first; `MOST_KEPT` at most.
    """
    order = np.argsort(-(candidates.confidences if ranks is None else ranks), kind="stable")
    corners = candidates.corners[order].astype(np.float64)
    sizes = areas(corners)
    confidences, votes = candidates.confidences[order], logits(candidates.scores[order])
    left = np.arange(len(order))
    kept: list[int] = []
    scores = []
    while len(left) and len(kept) < MOST_KEPT:
        first = int(left[0])
        kept.append(first)
        shared = intersections(corners[left], corners[first])
        overlapping = shared > iou_threshold * (sizes[first] + sizes[left] - shared)
        overlapping[0] = True
        voters = left[overlapping]
        scores.append(expit(np.average(votes[voters], axis=0, weights=confidences[voters])))
        inside = shared > inside_threshold * np.minimum(sizes[first], sizes[left])
        left = left[~(overlapping | inside)]
    best = candidates.take(order[np.array(kept, dtype=np.intp)])
    return replace(best, scores=np.array(scores, np.float32).reshape(best.scores.shape))


def longer_sides(candidates: Candidates) -> Float32Array:
    """Return the longer side of each box, pixels, one at least, shape (n,)."""
    corners = candidates.corners
    return np.asarray(np.max(corners[:, 2:] - corners[:, :2], axis=1, initial=1), np.float32)


def by_size(candidates: Candidates) -> npt.NDArray[np.intp]:
    """Return the candidates' indices, largest first."""
    return np.argsort(-longer_sides(candidates), kind="stable")


def largest_and_inside(candidates: Candidates, inside_threshold: float) -> npt.NDArray[np.intp]:
    """Return the indices of the largest box and of those inside it, largest first.

    One that is far less sure than a smaller one is left out: it is what is around a face.

    Args:
        candidates: Boxes of one picture.
        inside_threshold: Share of a box that lies in the largest one from which it is inside.
    """
    order = by_size(candidates)
    if not len(order):
        return order
    corners = candidates.corners
    nested = order[shares_inside(corners, corners[order[0]])[order] > inside_threshold]
    confidences = candidates.confidences[nested]
    surest_smaller = np.maximum.accumulate(confidences[::-1])[::-1]
    return nested[confidences >= AROUND_FROM * surest_smaller]


def nested_ranks(candidates: Candidates, confirmed: Float32Array) -> Float32Array:
    """Return which of boxes inside one another to keep, the highest, shape (n,).

    Args:
        candidates: Refined boxes.
        confirmed: Shape (n,): how sure the refiner is that each box fits a face, 0..1.
    """
    return np.asarray(confirmed * longer_sides(candidates) ** -SMALLER, np.float32)


def logits(scores: Float32Array) -> FloatArray:
    """Return log(s / (1 - s)) of sigmoid scores, kept finite."""
    clipped = np.clip(scores.astype(np.float64), _SCORE_EPSILON, 1 - _SCORE_EPSILON)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))


def calibrate(scores: Float32Array, temperature: float) -> FloatArray:
    """Turn independent sigmoid scores into probabilities: softmax(logit(s) / T).

    Guo et al. (2017), "On Calibration of Modern Neural Networks".

    Args:
        scores: Shape (..., 5), 0..1.
        temperature: T > 0; above 1 it softens.

    Returns:
        Shape (..., 5), each row sums to 1.
    """
    scaled = logits(scores) / temperature
    exponentials = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))
