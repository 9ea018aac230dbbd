"""Networks of the same classes as one: what they say on average (deep ensembles).

Networks that learnt from different pictures err on different faces, so that their mean is right
more often than any of them (Lakshminarayanan et al. 2017).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fer_core.arrays import expit
from fer_core.vision.backends import Backend, Float32Array
from fer_core.vision.candidates import logits

_TINY = np.finfo(np.float32).tiny


class JoinedBackend:
    """Networks with the same anchors, each of which answers as one of them would."""

    def __init__(self, networks: Sequence[Backend]) -> None:
        """Take them; all have the same classes in the same order."""
        self._networks = tuple(networks)

    def __call__(self, batch: Float32Array, least: float = 0.0) -> Float32Array:
        answers = np.stack([network(batch, least) for network in self._networks])
        boxes, scores = answers[:, :, :4], answers[:, :, 4:]
        sure = scores.sum(axis=2, keepdims=True)
        # The box of an anchor that a network is less sure of may be anything.
        counts = np.where(sure >= least, sure, 0.0)
        box = (boxes * counts).sum(axis=0) / np.maximum(counts.sum(axis=0), _TINY)
        score = expit(logits(scores).mean(axis=0))
        # Where they see different expressions, they still agree that it is a face.
        score *= sure.mean(axis=0) / np.maximum(score.sum(axis=1, keepdims=True), _TINY)
        return np.concatenate([box, score], axis=1, dtype=np.float32)
