"""Pictures read back in tests, by OpenCV and not by our own decoder."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from fer_core.vision.image import RgbImage


def decoded(source: bytes | Path) -> RgbImage:
    """Return a PNG or JPEG, from memory or from a file: RGB uint8, shape (height, width, 3).

    It fails the test where that is no picture.
    """
    data = source if isinstance(source, bytes) else source.read_bytes()
    bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert bgr is not None, "no picture"
    return np.asarray(bgr[:, :, ::-1], dtype=np.uint8)
