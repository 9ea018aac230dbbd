"""The app with a fault: drawing fails on every second frame. Started by a browser test."""

from __future__ import annotations

import itertools
import runpy
from collections.abc import Sequence
from pathlib import Path

from app.parts import camera
from fer_core.drawing.annotate import DrawOptions, draw_faces
from fer_core.vision.faces import Face
from fer_core.vision.image import RgbImage

# Streamlit runs this file again for every page: the fault goes in once.
FAULTY = "_draws_with_a_fault"

if not hasattr(camera, FAULTY):
    turns = itertools.cycle((False, True))

    def draw_or_fail(rgb: RgbImage, faces: Sequence[Face], options: DrawOptions) -> RgbImage:
        if next(turns):
            raise RuntimeError("drawing fails on purpose")
        return draw_faces(rgb, faces, options)

    vars(camera).update({"draw_faces": draw_or_fail, FAULTY: True})

runpy.run_path(str(Path(__file__).resolve().parents[2] / "app" / "main.py"), run_name="__main__")
