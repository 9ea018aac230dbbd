"""A second opinion on what a video's largest face shows, where the first is not sure.

A frame has time for one look by a small network. Where one expression stands out, as on most calm
and smiling faces, that is enough. Where none does, the larger network that reads photos looks at
the same face once: a cascade, whose costly part few faces reach (Viola and Jones 2001). While the
face is followed, what it said holds until the detector looks anew, within a second.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fer_core.arrays import FloatArray, expit
from fer_core.vision.backends import Backend
from fer_core.vision.candidates import Candidates, by_size, calibrate, logits
from fer_core.vision.model_info import ModelInfo
from fer_core.vision.network_runner import NetworkRunner
from fer_core.vision.refiner import PHOTO_CROPS, Refiner

#: Probability of the likeliest class down from which the larger network is asked, and down from
#: which its word alone counts. Between them the logits are mixed, so that nothing jumps from one
#: frame to the next.
SURE, UNSURE = 0.8, 0.6


class SecondOpinion:
    """A larger network that is asked about faces that a smaller one is not sure of."""

    def __init__(self, network: Backend | None, info: ModelInfo) -> None:
        """Take the network, if there is one, and the description of the model it belongs to."""
        self._refiner = Refiner(network, PHOTO_CROPS[:1], info.iou_threshold) if network else None
        self._temperature = info.temperature

    def heard(
        self, run: NetworkRunner, found: Candidates, known: FloatArray | None = None
    ) -> tuple[Candidates, FloatArray | None]:
        """Return the faces, the largest with what both networks say, as far as one is not sure.

        Args:
            run: Holds the picture.
            found: By the smaller network.
            known: What was returned for this face a moment ago: it is taken again, in place of
                another look.

        Returns:
            The faces, and by how much the larger network's logits differ for the largest of them,
            shape (5,); None where it was not asked.
        """
        largest = by_size(found)[:1]
        probability = calibrate(found.scores[largest], self._temperature).max(initial=0.0)
        share = float(np.clip((SURE - probability) / (SURE - UNSURE), 0, 1))
        if self._refiner is None or not len(largest) or not share:
            return found, known
        first = logits(found.scores[largest])
        if known is None:
            again, _ = self._refiner.refine(run, found, largest)
            known = (logits(again.scores[largest]) - first)[0]
        scores = found.scores.copy()
        scores[largest] = expit(first + share * known)
        return replace(found, scores=scores), known
