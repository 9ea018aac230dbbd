"""A network that holds every picture until a test lets it through."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

import numpy as np

GREY = np.full((32, 32, 3), 128, np.uint8)


def wait_until(condition: Callable[[], bool], timeout: float = 10.0) -> None:
    """Wait for another thread to make a condition true."""
    deadline = monotonic() + timeout
    pause = threading.Event()
    while not condition():
        assert monotonic() < deadline, "waited too long"
        pause.wait(0.005)


@dataclass
class GatedNetwork:
    """A network that answers "nothing here" once it is let: what timing tests can steer."""

    gate: threading.Event = field(default_factory=threading.Event)
    started: threading.Event = field(default_factory=threading.Event)

    def __call__(self, batch: np.ndarray, _least: float = 0.0) -> np.ndarray:
        self.started.set()
        assert self.gate.wait(10)
        return np.zeros((len(batch), 9, 4), np.float32)
