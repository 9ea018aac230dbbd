"""The network on ONNX Runtime, on the processor."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import onnxruntime

from fer_core.errors import WeightsError
from fer_core.vision.backends import Float32Array


def available_processors() -> int:
    """Return how many processors this process may use: fewer than there are, where it is bound."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class OnnxBackend:
    """An .onnx file in one inference session.

    Safe to call from one thread at a time, as the engine does.
    """

    def __init__(self, path: Path, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        # Two threads on one processor would spin while they wait for each other.
        options.intra_op_num_threads = min(threads, available_processors())
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Threads that wait for each other spin, which saves a third of the time of a frame, but not
        # between frames, where it would take a core away from video encoding.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise WeightsError("The model file cannot be read as ONNX; restore it.") from error
        self._input = self._session.get_inputs()[0].name

    def __call__(self, batch: Float32Array) -> Float32Array:
        (output,) = self._session.run(None, {self._input: batch})
        return np.asarray(output, dtype=np.float32)
