"""How often a picture without a face is said to show one: textures, animals, moons, lettering.

    python benchmarks/false_faces.py [--weights MODEL.JSON ...] [--count 287] [--modes frame photo]

The pictures are made by `fer_core.training.negatives` with a seed that training does not use, and
those of installed packages (scikit-image, Matplotlib) that training does not use either. Several
models are measured on the same pictures, in one run. 95 % intervals are Wilson's.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fer_core.training.data import Image
from fer_core.training.faceless import MAKERS
from fer_core.training.negatives import KEPT, made, package_pictures
from fer_core.vision.detector import EmotionDetector, Mode

SHIPPED = Path(__file__).parent.parent / "weights" / "model.json"
RESULTS = Path(__file__).parent / "results" / "false_faces.json"
MODES: tuple[Mode, ...] = ("frame", "photo")
#: Training makes its pictures with the seed 0.
SEED = 20_261_126


def pictures(count: int) -> list[tuple[str, Image]]:
    """Return kinds and pictures: `count` made ones, and those of packages."""
    made_ones = [
        (MAKERS[number % len(MAKERS)].__name__.strip("_"), made(number, SEED))
        for number in range(count)
    ]
    return made_ones + [("package", image) for image in package_pictures(KEPT)]


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927)."""
    z = 1.96
    share, square = hits / count, z * z / count
    middle, reach = (
        share + square / 2,
        z * math.sqrt(share * (1 - share) / count + square / count / 4),
    )
    return (middle - reach) / (1 + square), (middle + reach) / (1 + square)


def measure(
    detector: EmotionDetector, shown: list[tuple[str, Image]], mode: Mode
) -> dict[str, Any]:
    """Return in how many pictures a face was seen, by kind."""
    hits = [(kind, bool(detector.detect(image, mode).faces)) for kind, image in shown]
    false = sum(hit for _, hit in hits)
    kinds = sorted({kind for kind, _ in hits})
    return {
        "pictures": len(hits),
        "with_a_face": false,
        "share": round(false / len(hits), 4),
        "interval": [round(value, 4) for value in wilson(false, len(hits))],
        "by_kind": {
            kind: round(float(np.mean([hit for each, hit in hits if each == kind])), 3)
            for kind in kinds
        },
    }


def main() -> None:
    """Print a line for each model and mode, and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", type=Path, nargs="+", default=[SHIPPED])
    parser.add_argument("--count", type=int, default=287)
    parser.add_argument(
        "--modes", nargs="+", choices=("frame", "photo"), default=["frame", "photo"]
    )
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    shown = pictures(options.count)
    results = []
    for weights in options.weights:
        detector = EmotionDetector.load(weights, 1)
        for mode in options.modes:
            row = {"version": detector.info.version, "mode": mode}
            row |= measure(detector, shown, mode)
            results.append(row)
            low, high = row["interval"]
            print(
                f"{row['version']:>6} {mode:<6} {row['with_a_face']:>3} of {row['pictures']} "
                f"pictures: {row['share']:.3f} ({low:.3f}-{high:.3f})  {row['by_kind']}",
                flush=True,
            )
    options.output.parent.mkdir(exist_ok=True)
    options.output.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
