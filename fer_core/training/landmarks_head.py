"""The generic head: where the 68 points lie in space, fitted to faces whose pose is known.

    python -m fer_core.training.landmarks_head DATA POINTS fer_core/face/generic_head.json

takes the hand-placed points of the train rows of `landmarks.csv` and the poses that a landmark
network gave for the same pictures (`landmark_teacher`'s `POINTS/landmarks.npz`). Every picture says
p = s R X + t of each point in weak perspective; X is found by least squares in turn with s and t,
points that fit badly counting less, and made alike on both sides of the face. Prints how far
`fer_core.face.head_pose` is from the network's pose on the val rows.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fer_core.arrays import FloatArray
from fer_core.face.head_pose import POINTS, angles_of, head_pose
from fer_core.training.landmark_teacher import rotations_of
from fer_core.vision.landmark_layout import MIRRORED

ROUNDS = 30
#: Error, in eye distances, from which a point counts half.
DOUBTFUL = 0.15


def marked_faces(data: Path, points: Path) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """Return points (n, 68, 2), rotations (n, 3, 3), and which rows are for training (n,)."""
    with (data / "landmarks.csv").open(newline="", encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    placed: FloatArray = np.array(
        [np.array(row["points68_xy"].split(), float).reshape(68, 2) for row in rows]
    )
    training = np.array([row["split"] == "train" for row in rows])
    by_name = {row["name"]: number for number, row in enumerate(rows)}
    rotations = np.full((len(rows), 3, 3), np.nan)
    with np.load(points / "landmarks.npz") as marks:
        for name, rotation in zip(marks["names"], rotations_of(marks["matrix"]), strict=True):
            rotations[by_name[str(name)]] = rotation
    seen = np.isfinite(rotations).all(axis=(1, 2))
    return placed[seen], rotations[seen], training[seen]


def fit(placed: FloatArray, rotations: FloatArray) -> FloatArray:
    """Return the head, shape (68, 3), in eye distances; x to the picture's right, y down, z away.

    Args:
        placed: Shape (n, 68, 2), in pixels.
        rotations: Shape (n, 3, 3).
    """
    distances: FloatArray = np.linalg.norm(placed[:, 45] - placed[:, 36], axis=1)
    middles = placed[:, 36:48].mean(axis=1)
    head: FloatArray = np.zeros((68, 3))
    head[:, :2] = ((placed - middles[:, None]) / distances[:, None, None]).mean(axis=0)
    for _ in range(ROUNDS):
        left, right = np.zeros((68, 3, 3)), np.zeros((68, 3))
        for points, rotation in zip(placed, rotations, strict=True):
            seen = head @ rotation[:2].T
            flat, level = points - points.mean(axis=0), seen - seen.mean(axis=0)
            scale = (flat * level).sum() / (level**2).sum()
            target = flat / scale + seen.mean(axis=0)
            weight = 1 / (1 + (np.linalg.norm(target - seen, axis=1) / DOUBTFUL) ** 2)
            left += weight[:, None, None] * (rotation[:2].T @ rotation[:2])
            right += weight[:, None] * (target @ rotation[:2])
        head = np.asarray(np.linalg.solve(left, right[..., None])[..., 0], np.float64)
        head = (head + head[list(MIRRORED[:POINTS])] * [-1, 1, 1]) / 2
        middle = head.mean(axis=0)
        head = (head - [0, middle[1], middle[2]]) / np.linalg.norm(head[45] - head[36])
    return head


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the training data")
    parser.add_argument("points", type=Path, help="folder of the teacher's points")
    parser.add_argument("output", type=Path, help=".json file to write")
    options = parser.parse_args(arguments)
    placed, rotations, training = marked_faces(options.data, options.points)
    head = fit(placed[training], rotations[training])
    options.output.write_text(json.dumps(np.round(head, 4).tolist()) + "\n", encoding="utf-8")
    off = []
    for points, rotation in zip(placed[~training], rotations[~training], strict=True):
        pose = head_pose(points)
        if pose is not None:
            off.append(np.subtract(pose.angles, angles_of(rotation)))
    errors = np.abs(off)
    print(
        f"{len(off)} val faces; mean error of yaw, pitch, roll, degrees: "
        + ", ".join(f"{value:.1f}" for value in errors.mean(axis=0))
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
