"""The networks in processes of their own: inputs of many pictures go through one run.

Points and eyes stay where the picture is: their networks are small, and the second one's inputs are
cut by the first one's answers.

What goes from process to process are a network's inputs as bytes, a quarter of the floats that it
takes, and what it answers. They are the same numbers as in one process: an input is a picture's
bytes over 255.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from fer_core.config import Settings
from fer_core.errors import NotReady, SettingsError
from fer_core.vision.backends import Backend, Float32Array
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.engine import InferenceEngine
from fer_core.vision.landmarks import MarkReader
from fer_core.vision.model_info import (
    OF_CLASSES,
    ModelInfo,
    Role,
    description_of,
    network_files,
    read_model_info,
)

#: An input of a network, uint8, shape (n, 3, height, width).
Inputs = npt.NDArray[np.uint8]
#: Frames that a process of the API has in hand at once: it only waits for the networks. With one at
#: a time nothing was ever put together, and no queue grew that could start another process.
FRAMES_AT_ONCE = 8
#: Sides of what a check runs, in pixels; every network takes multiples of 32.
_CHECK_PX = 64


class Run(NamedTuple):
    """What is asked of a network.

    Attributes:
        role: Which network.
        inputs: Its inputs.
    """

    role: Role
    inputs: Inputs


class NetworkRuns:
    """Runs what several callers ask, together where network and shape are the same.

    Args:
        networks: By their roles.
    """

    def __init__(self, networks: dict[Role, Backend]) -> None:
        self._networks = networks

    @classmethod
    def load(cls, weights: Path) -> NetworkRuns:
        """Load the networks of a model.

        Raises:
            WeightsError: They cannot be loaded.
            SettingsError: The model is a checkpoint, which no other process can share.
        """
        from fer_core.vision.backends.onnx import open_networks

        return cls(open_networks(network_files(*_described(weights))))

    def __call__(self, asked: Sequence[Run]) -> list[Float32Array]:
        """Return what the networks answer, in order: shape (n, 4 + classes, anchors) each."""
        together: defaultdict[tuple[Backend, tuple[int, ...]], list[int]] = defaultdict(list)
        for number, run in enumerate(asked):
            together[self._networks[run.role], run.inputs.shape[1:]].append(number)
        answers: dict[int, Float32Array] = {}
        for (network, _), numbers in together.items():
            inputs = [asked[number].inputs for number in numbers]
            outputs = network(to_floats(np.concatenate(inputs)))
            ends = np.cumsum([len(one) for one in inputs])[:-1]
            answers |= dict(zip(numbers, np.split(outputs, ends), strict=True))
        return [answers[number] for number in range(len(asked))]

    def check(self) -> None:
        """Run each network.

        Raises:
            NotReady: One does not answer in numbers.
        """
        blank = np.zeros((1, 3, _CHECK_PX, _CHECK_PX), np.uint8)
        for answer in self([Run(role, blank) for role in self._networks]):
            if not np.isfinite(answer).all():
                raise NotReady("A network answers no numbers.")


class RemoteNetwork:
    """A network that runs elsewhere, for an `EmotionDetector`.

    Args:
        role: Which.
        ask: Asks for a run and waits for the answer.
    """

    def __init__(self, role: Role, ask: Callable[[Run], Float32Array]) -> None:
        self._role = role
        self._ask = ask

    def __call__(self, batch: Float32Array, _least: float = 0.0) -> Float32Array:
        return self._ask(Run(self._role, to_bytes(batch)))


def remote_engine(settings: Settings, ask: Callable[[Run], Float32Array]) -> InferenceEngine:
    """Return an engine whose networks run elsewhere; the arguments are those of `remote_detector`.

    Raises:
        WeightsError: The model cannot be loaded.
        SettingsError: The model is a checkpoint.
    """
    threads = settings.threads or 1
    detector = remote_detector(settings.weights, ask, threads)
    return InferenceEngine(detector, settings.queue_size, max(threads, FRAMES_AT_ONCE))


def remote_detector(
    weights: Path, ask: Callable[[Run], Float32Array], threads: int
) -> EmotionDetector:
    """Return a detector whose networks run elsewhere; it reads the points of faces itself.

    Args:
        weights: The model, which the others load too.
        ask: Asks for a run and waits for the answer; from any thread.
        threads: Views of a photo that are asked for at once.

    Raises:
        WeightsError: The model cannot be loaded.
        SettingsError: The model is a checkpoint.
    """
    description, info = _described(weights)
    files = network_files(description, info)
    detector, refiner, photo_refiner = (RemoteNetwork(role, ask) for role in OF_CLASSES)
    marks = MarkReader.load(files.get("landmarks"), files.get("eyes"))
    return EmotionDetector(detector, info, refiner, photo_refiner, threads, marks)


def to_bytes(batch: Float32Array) -> Inputs:
    """Return inputs of 0..1 as the bytes that they were."""
    inputs: Inputs = np.rint(batch * np.float32(255)).astype(np.uint8)
    return inputs


def to_floats(inputs: Inputs) -> Float32Array:
    """Return bytes as inputs of 0..1, the same numbers as `to_tensor` makes."""
    return inputs.astype(np.float32) * np.float32(1 / 255)


def _described(weights: Path) -> tuple[Path, ModelInfo]:
    if weights.suffix == ".pt":
        raise SettingsError(
            "FER_WEIGHTS names a checkpoint. Export it for a cluster: fer train export."
        )
    description = description_of(weights)
    return description, read_model_info(description)
