"""How much the answer about one face changes with framing, file, light, place and mirror.

    python benchmarks/steadiness.py --data DIR [--weights MODEL.JSON ...] [--limit 60]

Each `val` picture of a head is shown as it is and with one thing changed: cut to 1.0, 1.25, 1.5 and
2.0 face lengths, as JPEG of quality 50, 75 and 95, at 0.6 and 1.6 of its brightness, moved by 4 px,
and mirrored. The figure is the largest change of any of the five probabilities, from the picture as
it is; its median should stay under .1. Beside it stands how many of the calm heads (labelled
Natural) are called calm, for a change may be small and still wrong. Several models are measured on
the same pictures, in one run.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fer_core.emotions import Emotion
from fer_core.training.data import Image, PictureReader, load_dataset
from fer_core.training.evaluate import limited
from fer_core.training.faces import Box
from fer_core.vision.detector import EmotionDetector, Mode

SHIPPED = Path(__file__).parent.parent / "weights" / "model.json"
RESULTS = Path(__file__).parent / "results" / "steadiness.json"
#: With hair and background, so that a crop takes something away.
SOURCES = ("colour_heads", "news_heads", "webcam_frames")
GOAL = 0.1
AS_IT_IS = "as it is"
MODES: tuple[Mode, ...] = ("frame", "photo")

Change = Callable[[Image, Box], Image]


def cut(lengths: float) -> Change:
    """Return what cuts a picture to a square of this many face lengths."""

    def change(image: Image, box: Box) -> Image:
        x, y, width, height = box
        half = lengths * max(width, height) / 2
        left, top = max(0, round(x + width / 2 - half)), max(0, round(y + height / 2 - half))
        right, bottom = round(x + width / 2 + half), round(y + height / 2 + half)
        return np.ascontiguousarray(image[top:bottom, left:right])

    return change


def jpeg(quality: int) -> Change:
    """Return what stores a picture as JPEG of this quality."""

    def change(image: Image, box: Box) -> Image:
        del box  # the whole picture is compressed
        _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)

    return change


def brighter(factor: float) -> Change:
    """Return what multiplies a picture's brightness."""
    return lambda image, _: np.clip(image * factor, 0, 255).astype(np.uint8)


def moved(image: Image, _: Box) -> Image:
    """Return the picture moved by 4 px to the right and down, its edge repeated."""
    padded = cv2.copyMakeBorder(image, 4, 0, 4, 0, cv2.BORDER_REPLICATE)
    return np.asarray(padded[: image.shape[0], : image.shape[1]], np.uint8)


def mirrored(image: Image, _: Box) -> Image:
    """Return the picture mirrored."""
    return np.ascontiguousarray(image[:, ::-1])


CHANGES: dict[str, Change] = {
    "cut to 1.0 face lengths": cut(1.0),
    "cut to 1.25 face lengths": cut(1.25),
    "cut to 1.5 face lengths": cut(1.5),
    "cut to 2.0 face lengths": cut(2.0),
    "JPEG 50": jpeg(50),
    "JPEG 75": jpeg(75),
    "JPEG 95": jpeg(95),
    "brightness x.6": brighter(0.6),
    "brightness x1.6": brighter(1.6),
    "moved by 4 px": moved,
    "mirrored": mirrored,
}


def measure(
    detector: EmotionDetector, shown: list[tuple[Image, Box, bool]], mode: Mode
) -> dict[str, Any]:
    """Return the median and 90th percentile of the change, for each change and for all.

    Args:
        detector: Of the model.
        shown: Pictures, the face's box in each, and whether it is labelled calm.
        mode: In which they are shown.
    """
    changes: dict[str, list[float]] = {name: [] for name in CHANGES}
    called_calm: dict[str, list[bool]] = {name: [] for name in (AS_IT_IS, *CHANGES)}
    lost = 0
    for image, box, is_calm in shown:
        faces = detector.detect(image, mode).faces
        if not faces:
            continue
        if is_calm:
            called_calm[AS_IT_IS].append(_is_called_calm(faces[0].probabilities))
        for name, change in CHANGES.items():
            again = detector.detect(change(image, box), mode).faces
            if not again:
                lost += 1
                continue
            apart = np.abs(again[0].probabilities - faces[0].probabilities).max()
            changes[name].append(float(apart))
            if is_calm:
                called_calm[name].append(_is_called_calm(again[0].probabilities))
    together = [value for values in changes.values() for value in values]
    figures: dict[str, Any] = {
        name: [round(float(value), 4) for value in np.percentile(values, (50, 90))]
        for name, values in {**changes, "all": together}.items()
        if values
    }
    calm = {name: round(float(np.mean(each)), 4) for name, each in called_calm.items() if each}
    return figures | {"called_calm": calm, "faces": len(shown), "lost": lost}


def _is_called_calm(probabilities: npt.NDArray[np.float64]) -> bool:
    return int(probabilities.argmax()) == Emotion.NATURAL.index


def main() -> None:
    """Print a table of medians, a column for each model and mode, and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, nargs="+", default=[SHIPPED])
    parser.add_argument("--limit", type=int, default=60, help="pictures of each set")
    parser.add_argument(
        "--modes", nargs="+", choices=("frame", "photo"), default=["frame", "photo"]
    )
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    pictures = [
        each
        for each in load_dataset(options.data)
        if each.split == "val" and each.source in SOURCES and len(each.faces) == 1
    ]
    reader, shown = PictureReader(), []
    for picture in limited(pictures, options.limit):
        image = reader.read(picture.container, picture.name)
        face = picture.faces[0]
        is_calm = not face.weak and face.emotion == Emotion.NATURAL.index
        shown.append((image, face.box_in(*image.shape[:2]), is_calm))
    results: dict[str, Any] = {}
    for weights in options.weights:
        detector = EmotionDetector.load(weights, 1)
        for mode in options.modes:
            results[f"{detector.info.version} {mode}"] = measure(detector, shown, mode)
    print(f"{'median change of a probability':<32}" + "".join(f"{name:>14}" for name in results))
    for name in (*CHANGES, "all"):
        values = (figures.get(name, [float("nan")])[0] for figures in results.values())
        print(f"{name:<32}" + "".join(f"{value:>14.3f}" for value in values))
    print(f"{'calm heads called calm':<32}" + "".join(f"{name:>14}" for name in results))
    for name in (AS_IT_IS, *CHANGES):
        values = (figures["called_calm"].get(name, float("nan")) for figures in results.values())
        print(f"{name:<32}" + "".join(f"{value:>14.2f}" for value in values))
    for name, figures in results.items():
        met = figures["all"][0] < GOAL
        print(f"{name}: median {figures['all'][0]:.3f}, {'under' if met else 'not under'} {GOAL}")
    options.output.parent.mkdir(exist_ok=True)
    options.output.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
