"""The network from a .pt checkpoint, on PyTorch through Ultralytics (installed for training)."""

from __future__ import annotations

import os
import tempfile
import threading
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from fer_core.errors import LibraryMissing, WeightsError
from fer_core.vision.backends import Float32Array


class UltralyticsBackend:
    """A YOLO detection checkpoint.

    A .pt file is a Python pickle: loading one runs code from it, so load only files you trust.

    Attributes:
        classes: The checkpoint's class names, in the order of its outputs.
    """

    def __init__(self, path: Path, threads: int) -> None:
        torch, load_checkpoint = _import_ultralytics()
        torch.set_num_threads(threads)
        try:
            model, _ = load_checkpoint(str(path), device="cpu")
            self._model = model.float().eval()
            names = self._model.names
        except Exception as error:
            raise WeightsError("This .pt file is not a YOLO detection checkpoint.") from error
        self._torch = torch
        # The head keeps anchors for the last input size: one run at a time.
        self._lock = threading.Lock()
        self.classes: tuple[str, ...] = tuple(names[index] for index in sorted(names))

    def __call__(self, batch: Float32Array, _least: float = 0.0) -> Float32Array:
        with self._lock, self._torch.inference_mode():
            output: Any = self._model(self._torch.from_numpy(batch))
        if isinstance(output, tuple | list):
            output = output[0]
        return np.asarray(output.numpy(), dtype=np.float32)


def _import_ultralytics() -> tuple[Any, Any]:
    # Ultralytics writes a settings file and syncs by default: it gets a folder of its own
    # and is told not to.
    os.environ.setdefault("YOLO_CONFIG_DIR", tempfile.mkdtemp(prefix="fer-ultralytics-"))
    os.environ.setdefault("YOLO_OFFLINE", "true")
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    # It also replaces Pillow's open by one that installs a package when it meets unknown bytes.
    open_image = Image.open
    try:
        import torch
        from ultralytics.nn.tasks import load_checkpoint
        from ultralytics.utils import SETTINGS
    except ImportError as error:
        raise LibraryMissing(
            "A .pt model needs Ultralytics: pip install -r requirements-train.txt, "
            "or use the .onnx export."
        ) from error
    finally:
        Image.open = open_image
    SETTINGS.update({"sync": False})
    return torch, load_checkpoint
