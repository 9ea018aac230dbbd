"""A real photograph as a file."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.photos.exports import encode_jpeg


@pytest.fixture(scope="session")
def astronaut_jpeg(astronaut: np.ndarray) -> bytes:
    return encode_jpeg(astronaut)
