"""Clips for Chromium's fake camera, as the motion JPEG it reads; made in a temporary folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

SIZE = (640, 480)
FRAMES_PER_SECOND = 24


def write_mjpeg(frames: Iterable[np.ndarray], path: Path) -> Path:
    """Write RGB frames of any size as motion JPEG; Chromium plays it in a loop."""
    last, jpeg = None, b""
    with path.open("wb") as out:
        for rgb in frames:
            if rgb is not last:  # a still one is encoded once
                bgr = cv2.cvtColor(cv2.resize(rgb, SIZE), cv2.COLOR_RGB2BGR)
                jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
                last = rgb
            out.write(jpeg)
    return path


def panned(picture: np.ndarray, seconds: float = 6.0) -> Iterable[np.ndarray]:
    """Yield a slow pan over a picture, there and back, as a learner who shifts in the chair."""
    count = int(seconds * FRAMES_PER_SECOND)
    height, width = picture.shape[:2]
    view_width = int(width * 0.8)
    view_height = min(height, view_width * 3 // 4)
    for i in range(count):
        swing = 0.5 - 0.5 * np.cos(2 * np.pi * i / count)
        left = int(swing * (width - view_width))
        yield picture[:view_height, left : left + view_width]
