"""The network on ONNX Runtime, on the processor."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime

from fer_core.errors import WeightsError
from fer_core.vision.backends import Backend, Float32Array, available_processors
from fer_core.vision.backends.joined import JoinedBackend
from fer_core.vision.model_info import OF_CLASSES, Role

#: The input of a network that works out boxes only where an anchor is likely enough.
LEAST = "least"
#: A runtime adds five scores in another order: what is at a bound to the last bit stays above it.
_AT_THE_BOUND = 1 - 1e-5


class OnnxBackend:
    """An .onnx file in one inference session.

    It runs in the thread that calls it, so several of them share one copy of the weights.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        """Load the file.

        Args:
            path: Of the .onnx file.
            threads: That share one run. More than one answers a single picture sooner, and all
                together fewer of them: the second thread of two spends most of its time waiting.

        Raises:
            WeightsError: It is no such file.
        """
        self._session = _session(path, threads)
        self._input = self._session.get_inputs()[0].name
        optional = {one.name for one in self._session.get_overridable_initializers()}
        self._takes_least = LEAST in optional

    def __call__(self, batch: Float32Array, least: float = 0.0) -> Float32Array:
        inputs = {self._input: batch}
        if self._takes_least:
            inputs[LEAST] = np.array([least * _AT_THE_BOUND], np.float32)
        (output,) = self._session.run(None, inputs)
        return np.asarray(output, dtype=np.float32)


def open_networks(files: Mapping[Role, Path]) -> dict[Role, Backend]:
    """Open the networks that find faces and tell their expressions, each file once.

    Args:
        files: Of `network_files`.

    Returns:
        One for each of `OF_CLASSES`: two that refine the same faces are joined.

    Raises:
        WeightsError: A file is no network.
    """
    roles: tuple[Role, ...] = (*OF_CLASSES, "second_photo_refiner")
    opened: dict[Path, Backend] = {
        file: OnnxBackend(file) for file in {files[role] for role in roles if role in files}
    }
    networks = {role: opened[files[role]] for role in OF_CLASSES}
    if "second_photo_refiner" in files:
        second = opened[files["second_photo_refiner"]]
        networks["photo_refiner"] = JoinedBackend([networks["photo_refiner"], second])
    return networks


def open_session(path: Path, inputs: set[str], outputs: set[str]) -> onnxruntime.InferenceSession:
    """Open a network by the names of what goes in and comes out, on one thread.

    Raises:
        WeightsError: It is no such file, or another network.
    """
    session = _session(path, threads=1)
    found = {one.name for one in session.get_inputs()}, {one.name for one in session.get_outputs()}
    if found[0] != inputs or not outputs <= found[1]:
        raise WeightsError("A model file holds another network than model.json says; restore it.")
    return session


def _session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # Two threads on one processor would spin while they wait for each other.
    options.intra_op_num_threads = min(threads, available_processors())
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Threads that wait for each other spin, which saves a third of the time of a frame, but not
    # between frames, where it would take a core away from video encoding.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise WeightsError("The model file cannot be read as ONNX; restore it.") from error
