"""What video tests share: limits, a smiling face, and where real clips lie."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.video.decoding import VideoLimits
from fer_core.vision.image import RgbImage
from tests.video.films_in_files import even_times, film, still

LIMITS = VideoLimits(60.0, 40_000_000)


@pytest.fixture(scope="session")
def head(astronaut: np.ndarray) -> RgbImage:
    """The astronaut's head, square."""
    return np.ascontiguousarray(astronaut[0:256, 100:356])


@pytest.fixture(scope="session")
def smile(astronaut: np.ndarray) -> bytes:
    """Three seconds of a smiling face, 640x480, at ten frames a second."""
    return film([still(astronaut)] * 30, even_times(3))
