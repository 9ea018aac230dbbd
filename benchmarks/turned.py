"""Faces in photos that lie on their side or stand on their head: how many are found, at what cost.

    python benchmarks/turned.py [--data FOLDER] [--count 40]

Each picture is handed in upright and turned by each quarter, with the turning and without it (the
search alone). Found: a face of the model's own confidence whose box overlaps the labelled one.
Read alike: with the expression of the upright picture. Pictures: single heads of 200 px, webcam
frames, and those heads in scenes of 1000 px; then pictures without a face (`false_faces.py`).
"""

from __future__ import annotations

import argparse
import csv
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.false_faces import pictures
from fer_core.config import PROJECT_ROOT
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.faces import Box, Detections
from fer_core.vision.image import RgbImage
from fer_core.vision.turned import turned_back

DATA = PROJECT_ROOT.parent / "shared" / "data"
SEED = 5
Find = Callable[[RgbImage], Detections]


def labelled(data: Path, count: int) -> Iterator[tuple[str, RgbImage, Box]]:
    """Yield the set, the picture and the box of its face."""
    with (data / "labels.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["archive"] == "news_heads.zip"]
    heads = list(
        _some(data / "news_heads.zip", [row for row in rows if row["split"] == "val"], count)
    )
    yield from (("heads", rgb, box) for rgb, box in heads)
    with (data / "webcam_frames.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["x"]]
    yield from (("webcam", *one) for one in _some(data / "webcam_frames.zip", rows, count))
    chance = np.random.default_rng(SEED)
    with zipfile.ZipFile(data / "backgrounds.zip") as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        for rgb, box in heads:
            scene = np.asarray(
                cv2.resize(_read(archive, str(chance.choice(names))), (1000, 750)), np.uint8
            )
            x, y = int(chance.integers(20, 780)), int(chance.integers(20, 530))
            scene[y : y + len(rgb), x : x + rgb.shape[1]] = rgb
            yield "scenes", scene, Box(x + box.x, y + box.y, box.width, box.height)


def _some(path: Path, rows: list[dict[str, str]], count: int) -> Iterator[tuple[RgbImage, Box]]:
    with zipfile.ZipFile(path) as archive:
        for at in np.random.default_rng(SEED).permutation(len(rows))[:count]:
            row = rows[at]
            box = Box(*(float(row[name]) for name in ("x", "y", "width", "height")))
            yield _read(archive, row["name"]), box


def _read(archive: zipfile.ZipFile, name: str) -> RgbImage:
    data = np.frombuffer(archive.read(name), np.uint8)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR_RGB), np.uint8)


def measure(
    find: Find, shown: list[tuple[str, RgbImage, Box]], upright: list[Detections], turn: int
) -> dict[str, list[bool]]:
    """Return, for each set, which faces were found, and which of them were read alike."""
    results: dict[str, list[bool]] = {}
    for (kind, rgb, box), before in zip(shown, upright, strict=True):
        height, width = rgb.shape[:2]
        faces = find(np.ascontiguousarray(np.rot90(rgb, turn))).faces
        there = [
            face
            for face in faces
            if (turned_back(face.box, turn, width, height) if turn else face.box).iou(box) > 0.4
        ]
        results.setdefault(f"{kind}, found", []).append(bool(there))
        if there and before.faces:
            alike = there[0].strongest is before.faces[0].strongest
            results.setdefault(f"{kind}, read alike", []).append(alike)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--count", type=int, default=40, help="pictures of each set")
    options = parser.parse_args()
    detector = EmotionDetector.load(threads=1)
    own = detector.info.confidence_threshold
    ways: dict[str, Find] = {
        "search alone": lambda rgb: detector._search(rgb, "photo", own),
        "with turning": detector.detect,
    }
    shown = list(labelled(options.data, options.count))
    for way, find in ways.items():
        upright = [find(rgb) for _, rgb, _ in shown]
        for turn in range(4):
            rows = measure(find, shown, upright, turn)
            shares = "  ".join(f"{name} {np.mean(hits):.2f}" for name, hits in rows.items())
            print(f"{way}, lies {turn * 90:>3} degrees: {shares}", flush=True)
    faceless = [image for _, image in pictures(5 * options.count)]
    for way, find in ways.items():
        started = process_time()
        false = sum(bool(find(image).faces) for image in faceless)
        each_ms = (process_time() - started) * 1e3 / len(faceless)
        print(
            f"{way}: {false} of {len(faceless)} pictures without a face show one, "
            f"{each_ms:.0f} ms of processor time each"
        )


if __name__ == "__main__":
    main()
