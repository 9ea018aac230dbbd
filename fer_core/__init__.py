"""Facial expressions in photos and study sessions: the core, which knows no web framework.

The public surface is what this module lists. Names load on first use, so that
`import fer_core` stays fast.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fer_core.emotions import Emotion
    from fer_core.sessions.session import StudySession
    from fer_core.storage.store import SessionStore
    from fer_core.vision.detector import EmotionDetector
    from fer_core.vision.engine import InferenceEngine
    from fer_core.vision.faces import Detections, Face
    from fer_core.vision.image import decode_image

# ONNX Runtime's wheels (seen with 1.31) write a device id to the home folder and report to their
# maker when a model is loaded; its own `disable_telemetry_events` comes too late. This must stand
# before its first import.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = "1.0.0"

_HOMES = {
    "Emotion": "fer_core.emotions",
    "EmotionDetector": "fer_core.vision.detector",
    "InferenceEngine": "fer_core.vision.engine",
    "SessionStore": "fer_core.storage.store",
    "StudySession": "fer_core.sessions.session",
    "Detections": "fer_core.vision.faces",
    "Face": "fer_core.vision.faces",
    "decode_image": "fer_core.vision.image",
}

__all__ = [
    "Detections",
    "Emotion",
    "EmotionDetector",
    "Face",
    "InferenceEngine",
    "SessionStore",
    "StudySession",
    "decode_image",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
