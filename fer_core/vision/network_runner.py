"""Networks on views of one picture: batches in, candidates in the picture's pixels out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from time import perf_counter

import numpy as np

from fer_core.vision.backends import Backend, Float32Array
from fer_core.vision.candidates import Candidates, face_confidences
from fer_core.vision.crops import View, to_tensor
from fer_core.vision.image import RgbImage

#: Most input pixels in one run of a network: one 640 px tile or sixteen crops of faces. Eight tiles
#: at once are no faster on a processor and take 450 MB more.
BATCH_PIXELS = 640 * 640
#: Most candidates of one view that are compared with each other.
MAX_CANDIDATES = 1000


class NetworkRunner:
    """Runs networks on views of one picture and adds up the time.

    Attributes:
        preprocess_ms, inference_ms, postprocess_ms: Spent so far.
    """

    def __init__(self, class_order: Sequence[int], rgb: RgbImage) -> None:
        """Take the place of each of our classes among the networks' outputs, and the picture."""
        self._score_rows = [4 + index for index in class_order]
        self._rgb = rgb
        self.preprocess_ms = 0.0
        self.inference_ms = 0.0
        self.postprocess_ms = 0.0

    def __call__(
        self, network: Backend, views: Sequence[View], threshold: float
    ) -> list[Candidates]:
        """Return the candidates of each view, in order.

        Args:
            network: Which to run.
            views: Of the picture.
            threshold: Weaker candidates are left out.
        """
        by_shape: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for index, view in enumerate(views):
            by_shape[view.input_shape].append(index)
        results: dict[int, Candidates] = {}
        for (height, width), indices in by_shape.items():
            size = max(1, BATCH_PIXELS // (height * width))
            for start in range(0, len(indices), size):
                batch = indices[start : start + size]
                outputs = self._run(network, [views[index] for index in batch])
                started = perf_counter()
                for index, output in zip(batch, outputs, strict=True):
                    results[index] = self._candidates(views[index], output, threshold)
                self.postprocess_ms += (perf_counter() - started) * 1e3
        return [results[index] for index in range(len(views))]

    def _run(self, network: Backend, views: list[View]) -> Float32Array:
        started = perf_counter()
        tensor = to_tensor([view.render(self._rgb) for view in views])
        prepared = perf_counter()
        output = network(tensor)
        self.preprocess_ms += (prepared - started) * 1e3
        self.inference_ms += (perf_counter() - prepared) * 1e3
        return output

    def _candidates(self, view: View, output: Float32Array, threshold: float) -> Candidates:
        """Turn one output (4 + classes, anchors) into candidates in source pixels."""
        scores = output[self._score_rows].T
        confidences = face_confidences(scores)
        likely = np.flatnonzero(confidences >= threshold)
        if len(likely) > MAX_CANDIDATES:
            strongest = np.argpartition(-confidences[likely], MAX_CANDIDATES)[:MAX_CANDIDATES]
            likely = likely[strongest]
        corners = view.to_source(output[:4, likely].T)
        height, width = self._rgb.shape[:2]
        cut = _cut_by_inner_edge(corners, view, width, height)
        return Candidates.of(corners[~cut], np.ascontiguousarray(scores[likely[~cut]]))


def _cut_by_inner_edge(
    corners: Float32Array, view: View, width: int, height: int
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Mark boxes that touch an edge of the view where the picture goes on: parts of faces."""
    margin = 2 / view.scale
    right, bottom = view.x + view.width, view.y + view.height
    cut = np.zeros(len(corners), dtype=bool)
    if view.x > 0:
        cut |= corners[:, 0] < view.x + margin
    if view.y > 0:
        cut |= corners[:, 1] < view.y + margin
    if right < width:
        cut |= corners[:, 2] > right - margin
    if bottom < height:
        cut |= corners[:, 3] > bottom - margin
    return cut
