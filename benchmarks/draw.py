"""Time to draw faces into one video frame of 640x480; the live page's budget is 3 ms.

    python benchmarks/draw.py [--rounds 300]

Faces move and change from frame to frame, as in a video, so that cached labels are not flattered.
Processor time of the one drawing thread, which other work on the machine does not change.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from time import thread_time

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fer_core.drawing.annotate import DrawOptions, draw_faces
from fer_core.vision.faces import Box, Face

RESULTS = Path(__file__).parent / "results" / "draw.json"
BUDGET_MS = 3.0


def moving_faces(count: int, frame: int, generator: np.random.Generator) -> list[Face]:
    """Return faces that drift and breathe, with probabilities that change."""
    faces = []
    for index in range(count):
        size = 110 + 20 * np.sin(frame / 20 + index) - 12 * count
        x = 60 + 560 / count * index + 15 * np.sin(frame / 15)
        probabilities = generator.dirichlet(np.ones(5) / 2)
        faces.append(Face(Box(x, 160, size, size), 0.9, probabilities, unsure_below=0.4))
    return faces


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    rounds = parser.parse_args().rounds
    cv2.setNumThreads(1)
    generator = np.random.default_rng(0)
    rgb = generator.integers(0, 256, (480, 640, 3), dtype=np.uint8)
    result = {}
    print(f"{'':30} {'median ms':>10} {'p95 ms':>10}")
    for count in (1, 2, 5):
        for name, options in (("label", DrawOptions()), ("label, bars", DrawOptions(bars=True))):
            times = []
            for frame in range(rounds):
                faces = moving_faces(count, frame, generator)
                started = thread_time()
                draw_faces(rgb, faces, options)
                times.append((thread_time() - started) * 1e3)
            median, p95 = float(np.median(times)), float(np.percentile(times, 95))
            key = f"{count} face{'s' if count > 1 else ''}, {name}"
            result[key] = {"median_ms": round(median, 3), "p95_ms": round(p95, 3)}
            print(f"{key:30} {median:10.2f} {p95:10.2f}")
    print(f"budget: {BUDGET_MS} ms a frame")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
