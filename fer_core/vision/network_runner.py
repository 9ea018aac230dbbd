"""Networks on views of one picture: batches in, candidates in the picture's pixels out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial
from itertools import pairwise
from time import perf_counter

import numpy as np

from fer_core.vision.backends import Backend, Float32Array
from fer_core.vision.candidates import Candidates, face_confidences
from fer_core.vision.crops import View, to_tensor
from fer_core.vision.image import RgbImage

#: Most input pixels in one run of a network: one 640 px tile or sixteen crops of faces. Eight tiles
#: at once are no faster on a processor and take 450 MB more.
BATCH_PIXELS = 640 * 640
#: Spent on preparing a batch, running it, and reading its output.
Milliseconds = tuple[float, ...]
#: Most candidates of one view that are compared with each other.
MAX_CANDIDATES = 1000


class NetworkRunner:
    """Runs networks on views of one picture and adds up the time.

    Attributes:
        preprocess_ms, inference_ms, postprocess_ms: Passed so far.
    """

    def __init__(
        self, class_order: Sequence[int], rgb: RgbImage, pool: Executor | None = None
    ) -> None:
        """Prepare for one picture.

        Args:
            class_order: The place of each of our classes among the networks' outputs.
            rgb: The picture, uint8, shape (height, width, 3).
            pool: Runs several batches at once; None runs them one after the other, here.
        """
        self._pool = pool
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
        batches = []
        for (height, width), indices in by_shape.items():
            size = max(1, BATCH_PIXELS // (height * width))
            batches += [indices[at : at + size] for at in range(0, len(indices), size)]
        run = partial(self._run, network, threshold)
        batch_views = [[views[index] for index in batch] for batch in batches]
        started = perf_counter()
        if self._pool is None or len(batches) < 2:
            answers = [run(batch) for batch in batch_views]
        else:
            # The largest first: nothing should wait for it at the end.
            batch_views, batches = batch_views[::-1], batches[::-1]
            answers = list(self._pool.map(run, batch_views))
        self._note([spent for _, spent in answers], (perf_counter() - started) * 1e3)
        results: dict[int, Candidates] = {}
        for batch, (candidates, _) in zip(batches, answers, strict=True):
            results |= dict(zip(batch, candidates, strict=True))
        return [results[index] for index in range(len(views))]

    def _run(
        self, network: Backend, threshold: float, views: Sequence[View]
    ) -> tuple[list[Candidates], Milliseconds]:
        """Return the candidates of each view of a batch, and what it took."""
        started = perf_counter()
        tensor = to_tensor([view.render(self._rgb) for view in views])
        prepared = perf_counter()
        outputs = network(tensor, threshold)
        answered = perf_counter()
        found = [
            self._candidates(view, output, threshold)
            for view, output in zip(views, outputs, strict=True)
        ]
        times = (started, prepared, answered, perf_counter())
        return found, tuple((end - start) * 1e3 for start, end in pairwise(times))

    def _note(self, spent: Sequence[Milliseconds], wall_ms: float) -> None:
        """Add up times; batches that ran at once took what passed meanwhile, by their shares."""
        share = min(1.0, wall_ms / max(sum(map(sum, spent)), 1e-9))
        for preprocess, inference, postprocess in spent:
            self.preprocess_ms += preprocess * share
            self.inference_ms += inference * share
            self.postprocess_ms += postprocess * share

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
