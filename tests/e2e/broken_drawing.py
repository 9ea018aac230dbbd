"""The app with a fault: drawing fails on every second frame. Started by a browser test."""

from __future__ import annotations

import itertools
import runpy
from pathlib import Path

from app.live import camera

if not hasattr(camera, "drawn_faces"):
    camera.drawn_faces = camera.draw_faces  # type: ignore[attr-defined]
    turns = itertools.cycle((False, True))

    def draw_or_fail(*arguments: object) -> object:
        if next(turns):
            raise RuntimeError("drawing fails on purpose")
        return camera.drawn_faces(*arguments)  # type: ignore[attr-defined]

    camera.draw_faces = draw_or_fail  # type: ignore[assignment]

runpy.run_path(str(Path(__file__).resolve().parents[2] / "Home.py"), run_name="__main__")
