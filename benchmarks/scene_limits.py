"""What limits the figures of composed scenes: finding faces, fitting boxes, or telling expressions.

    python benchmarks/scene_limits.py --data DIR [--weights MODEL.JSON ...] [--count 300]

Of the scenes of `evaluate`, mAP50 and mAP50-95 as they are; if the box of each face found (IoU of
.5) were the labelled one; if the answer to it were its label; if both; and if every face were found
as well. What a row gains is the most that can be gained there. Several models see the same scenes;
models before 1.0 are read, too. 95 % intervals: bootstrap over scenes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fer_core.boxes import ious
from fer_core.training import metrics
from fer_core.training.answers import DetectorPool, SceneAnswer
from fer_core.training.check import cross_split_duplicates
from fer_core.training.data import load_dataset
from fer_core.training.evaluate import MODES, NOT_IN_SCENES, labelled_val, limited
from fer_core.training.figures import scene_figures
from fer_core.vision.model_info import read_model_info

SHIPPED = Path(__file__).parent.parent / "weights" / "model.json"
RESULTS = Path(__file__).parent / "results" / "scene_limits.json"
#: Pictures of each set that the scenes are made of: as for the card.
LIMIT = 600
#: Overlap from which a found box is a labelled face.
FOUND_IOU = 0.5


def matches(result: metrics.SceneResult) -> list[tuple[int, int]]:
    """Return pairs of found box and labelled face, each once, the best overlaps first."""
    overlap = ious(result.found[:, None], result.boxes)
    pairs = []
    while overlap.size and overlap.max() >= FOUND_IOU:
        found, label = np.unravel_index(int(overlap.argmax()), overlap.shape)
        pairs.append((int(found), int(label)))
        overlap[found], overlap[:, label] = -1, -1
    return pairs


def better(
    result: metrics.SceneResult, label: bool = False, box: bool = False, found: bool = False
) -> metrics.SceneResult:
    """Return an answer with one thing put right.

    Args:
        result: The detector's answer.
        label: The score of each found face is that of its label.
        box: The box of each found face is the labelled one.
        found: Missed faces are found as well, with their label and box.
    """
    scores, boxes = result.scores.copy(), result.found.copy()
    pairs = matches(result)
    for at, face in pairs:
        if label:
            scores[at] = np.eye(metrics.CLASSES)[result.emotions[face]] * scores[at].sum()
        if box:
            boxes[at] = result.boxes[face]
    if found:
        missed = sorted(set(range(len(result.boxes))) - {face for _, face in pairs})
        boxes = np.concatenate([boxes, result.boxes[missed]])
        scores = np.concatenate([scores, np.eye(metrics.CLASSES)[result.emotions[missed]]])
    return metrics.SceneResult(result.boxes, result.emotions, boxes, scores)


#: What is put right in each row.
ROWS: dict[str, dict[str, bool]] = {
    "as it is": {},
    "boxes right": {"box": True},
    "labels right": {"label": True},
    "boxes and labels right": {"box": True, "label": True},
    "and every face found": {"box": True, "label": True, "found": True},
}


def table(answers: Sequence[SceneAnswer]) -> dict[str, dict[str, Any]]:
    """Return mAP50 and mAP50-95 with their intervals by what is put right."""
    rows = {}
    for name, change in ROWS.items():
        results = [better(answer.result, **change) for answer in answers]
        precisions, draws = metrics.average_precisions(results), metrics.drawn_precisions(results)
        rows[name] = {
            "map50": float(precisions[:, 0].mean()),
            "map50_interval": metrics.percentile_interval(draws[..., 0].mean(axis=1)),
            "map50_95": float(precisions.mean()),
            "map50_95_interval": metrics.percentile_interval(draws.mean(axis=(1, 2))),
        }
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, nargs="+", default=[SHIPPED])
    parser.add_argument("--count", type=int, default=300, help="scenes")
    options = parser.parse_args()
    everything = load_dataset(options.data)
    seen = cross_split_duplicates(everything)
    held_out = [each for each in labelled_val(everything) if each not in seen]
    pictures = [each for each in limited(held_out, LIMIT) if each.source not in NOT_IN_SCENES]
    report: dict[str, Any] = {}
    for weights in options.weights:
        info = read_model_info(weights)
        with DetectorPool(weights, options.data, threads=1) as pool:
            for mode in MODES:
                answers = pool.scenes(pictures, options.count, mode)
                figures = scene_figures(answers, info.confidence_threshold)
                name = f"{info.version} {mode}"
                report[name] = rows = table(answers)
                print(
                    f"{name}: {figures['missed']} of {figures['faces']} faces missed, "
                    f"{figures['false_alarms']} boxes elsewhere"
                )
                for title, row in rows.items():
                    (low, high), (least, most) = row["map50_interval"], row["map50_95_interval"]
                    print(
                        f"  {title:24}{row['map50']:.3f} ({low:.3f}-{high:.3f})   "
                        f"{row['map50_95']:.3f} ({least:.3f}-{most:.3f})",
                        flush=True,
                    )
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(RESULTS)


if __name__ == "__main__":
    main()
