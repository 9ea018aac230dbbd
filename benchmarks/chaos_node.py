"""An API process whose vision finds one calm face in every picture, at once."""

from __future__ import annotations

import os
import sys
import threading
from typing import cast

import numpy as np

from fer_core.api import __main__ as command
from fer_core.api import model_loader
from fer_core.emotions import EMOTIONS, Emotion
from fer_core.vision.engine import InferenceEngine
from fer_core.vision.faces import Box, Detections, Face

WIDTH, HEIGHT = 160, 120


class CalmEngine:
    """Finds the same face in every picture."""

    def __init__(self) -> None:
        calm = np.full(len(EMOTIONS), 0.1 / (len(EMOTIONS) - 1))
        calm[Emotion.NATURAL.index] = 0.9
        face = Face(Box(60.0, 30.0, 40.0, 50.0), 0.9, calm, 1, 0.4)
        self._seen = Detections((face,), WIDTH, HEIGHT)

    def detect_frame(self, *_: object, **__: object) -> Detections:
        return self._seen


class CalmModels(model_loader.ModelService):
    """The model of such a process: there from the start."""

    def __init__(self, *_: object) -> None:
        self._calm = CalmEngine()
        super().__init__(lambda: cast(InferenceEngine, self._calm))

    def start(self) -> threading.Thread:
        return threading.Thread()

    @property
    def engine(self) -> InferenceEngine:
        return cast(InferenceEngine, self._calm)

    def close(self) -> None:
        pass


def serve(port: int, environment: dict[str, str], log: str) -> None:
    """Be such a process, with these settings, until it is killed."""
    os.environ.update(environment)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    model_loader.ModelService = CalmModels  # type: ignore[assignment,misc]
    sys.exit(command.main(["--port", str(port)]))
