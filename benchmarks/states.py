"""What a face tells an onlooker of a student: boredom, low engagement, confusion, frustration.

    python benchmarks/states.py --data DIR [--weights DIR]

DIR holds students.csv and students.zip: one face a clip of ten seconds, with the votes of a crowd
on the whole clip, 0 to 3 (DAiSEE; Gupta et al. 2016). A ridge regression on what the video
refiner's neck holds of the face is fitted to the people of the train split, with its penalty chosen
by folds of people, and judged on the people of the val split: AUC with its 95 % interval over
people, within one person, quadratic kappa, accuracy; beside the probabilities of Angry and Sad
added up, and beside chance. Prints a table and writes benchmarks/results/states.json. One thread,
about three minutes.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import onnxruntime

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.readers import area
from fer_core.arrays import FloatArray
from fer_core.vision.crops import around, to_tensor
from fer_core.vision.faces import Box
from fer_core.vision.refiner import FRAME_CROPS

RESULTS = Path(__file__).parent / "results" / "states.json"
REFINER = Path(__file__).resolve().parent.parent / "weights" / "fer-yolov9t-refiner.onnx"
#: The state, its column, and from which level on it is there; low engagement is level 0 or 1.
STATES = {
    "boredom": ("boredom", 2),
    "low engagement": ("engagement", 2),
    "confusion": ("confusion", 2),
    "frustration": ("frustration", 2),
}
#: Penalties tried, and folds of people that choose among them.
PENALTIES = (1e3, 3e3, 1e4, 3e4, 1e5)
FOLDS = 5
RESAMPLES = 500
BATCH = 16
#: Of the picture, how much the face takes: the archive's crops are a face with a little room.
FACE_SHARE = 0.84


def features_of(data: Path, names: list[str], weights: Path) -> tuple[FloatArray, FloatArray]:
    """Return the refiner's features of each face, shape (n, d), and its scores, shape (n, 5)."""
    model = onnx.load(str(weights))
    convolutions = {f"/model.22/cv3.{level}/cv3.{level}.0/conv/Conv" for level in range(3)}
    wanted = [node.input[0] for node in model.graph.node if node.name in convolutions]
    for name in wanted:
        model.graph.output.append(onnx.helper.make_empty_tensor_value_info(name))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    features, scores = [], []
    with zipfile.ZipFile(data / "students.zip") as archive:
        for start in range(0, len(names), BATCH):
            pictures = [_crop(archive.read(name)) for name in names[start : start + BATCH]]
            found, *maps = session.run(None, {"images": to_tensor(pictures)})
            for place in range(len(pictures)):
                confidences = found[place, 4:].sum(axis=0)
                scores.append(found[place, 4:, confidences.argmax()])
                features.append(np.concatenate([_pooled(one[place]) for one in maps]))
    return np.array(features, np.float64), np.array(scores, np.float64)


def _crop(data: bytes) -> Any:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("a picture of the archive cannot be decoded")
    rgb = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
    height, width = rgb.shape[:2]
    room = (1 - FACE_SHARE) / 2
    face = Box(room * width, room * height, FACE_SHARE * width, FACE_SHARE * height)
    return around(face, FRAME_CROPS[0]).render(rgb)


def _pooled(features: Any) -> FloatArray:
    """Return means over the whole crop and over its inner half."""
    side = features.shape[1]
    inner = features[:, side // 4 : side - side // 4, side // 4 : side - side // 4]
    return np.concatenate([features.mean(axis=(1, 2)), inner.mean(axis=(1, 2))]).astype(np.float64)


class Ridge:
    """Ridge regressions of several targets on the same standardised features."""

    def __init__(self, features: FloatArray, people: np.ndarray) -> None:
        """Take the training features; a person weighs as the root of their clips' count."""
        self._mean, self._sd = features.mean(axis=0), features.std(axis=0) + 1e-6
        _, inverse, counts = np.unique(people, return_inverse=True, return_counts=True)
        self._weights = 1.0 / np.sqrt(counts[inverse])
        z = self._scaled(features)
        self._z = z
        values, vectors = np.linalg.eigh((z * self._weights[:, None]).T @ z)
        self._values, self._vectors = np.maximum(values, 0.0), vectors

    def _scaled(self, features: FloatArray) -> FloatArray:
        return np.asarray(np.clip((features - self._mean) / self._sd, -4, 4))

    def predict(self, targets: FloatArray, penalty: float, features: FloatArray) -> FloatArray:
        """Fit to targets, shape (n,), and return what it says of other features."""
        centre = np.average(targets, weights=self._weights)
        pulled = self._z.T @ (self._weights * (targets - centre))
        b = self._vectors @ ((self._vectors.T @ pulled) / (self._values + penalty))
        return np.asarray(centre + self._scaled(features) @ b)


def fold_of(people: np.ndarray) -> np.ndarray:
    return np.unique(people, return_inverse=True)[1] % FOLDS


def choose_penalty(features: FloatArray, people: np.ndarray, levels: FloatArray) -> float:
    """Return the penalty with the least squared error on people left out."""
    fold, errors = fold_of(people), dict.fromkeys(PENALTIES, 0.0)
    for left_out in range(FOLDS):
        here = fold == left_out
        ridge = Ridge(features[~here], people[~here])
        for penalty in PENALTIES:
            made = ridge.predict(levels[~here], penalty, features[here])
            errors[penalty] += float(((made - levels[here]) ** 2).sum())
    return min(errors, key=lambda penalty: errors[penalty])


def thresholds(predicted: FloatArray, levels: FloatArray) -> FloatArray:
    """Return cuts that give the levels their shares among the training people."""
    shares = [float((levels <= level).mean()) for level in range(3)]
    return np.quantile(predicted, shares)


def kappa(true: np.ndarray, said: np.ndarray) -> float:
    """Return the quadratically weighted kappa of four levels (Cohen 1968)."""
    table = np.zeros((4, 4))
    np.add.at(table, (true, said), 1.0)
    weights = np.subtract.outer(np.arange(4), np.arange(4)) ** 2 / 9
    chance = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return float(1 - (weights * table).sum() / (weights * chance).sum())


def by_person(
    there: np.ndarray, people: np.ndarray, scores: FloatArray, baseline: FloatArray
) -> dict[str, list[float]]:
    """Return AUCs with intervals over people: pooled, within one person, gain on the baseline."""
    rng = np.random.default_rng(0)
    names = np.unique(people)
    places = {name: np.flatnonzero(people == name) for name in names}
    target = there.astype(np.float64)
    within = []
    for name in names:
        here = places[name]
        pairs = target[here].sum() * (len(here) - target[here].sum())
        if pairs:
            within.append((area(target[here], scores[here]) * pairs, pairs))
    inside = np.array(within)
    pooled, gains, own = [], [], []
    for _ in range(RESAMPLES):
        at = np.concatenate([places[name] for name in rng.choice(names, len(names))])
        pooled.append(area(target[at], scores[at]))
        gains.append(pooled[-1] - area(target[at], baseline[at]))
        drawn = inside[rng.integers(0, len(inside), len(inside))]
        own.append(drawn[:, 0].sum() / drawn[:, 1].sum())
    whole = area(target, scores)
    return {
        "AUC": _with(whole, pooled),
        "AUC within a person": _with(inside[:, 0].sum() / inside[:, 1].sum(), own),
        "gain on Angry + Sad": _with(whole - area(target, baseline), gains),
        "AUC of Angry + Sad": [round(area(target, baseline), 3)],
    }


def _with(value: float, drawn: list[float]) -> list[float]:
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return [round(float(one), 3) for one in (value, low, high)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of students.csv and .zip")
    parser.add_argument("--weights", type=Path, default=REFINER, help="the video refiner")
    options = parser.parse_args()
    with (options.data / "students.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    features, scores = features_of(options.data, [row["name"] for row in rows], options.weights)
    people = np.array([row["subject"] for row in rows])
    train = np.array([row["split"] == "train" for row in rows])
    shares = scores / scores.sum(axis=1, keepdims=True)
    baseline = shares[:, 0] + shares[:, 3]
    results: dict[str, object] = {
        "train": [int(train.sum()), len(np.unique(people[train]))],
        "val": [int((~train).sum()), len(np.unique(people[~train]))],
    }
    ridge = Ridge(features[train], people[train])
    for state, (column, least) in STATES.items():
        levels = np.array([float(row[column]) for row in rows])
        if state == "low engagement":
            levels = 3.0 - levels
        penalty = choose_penalty(features[train], people[train], levels[train])
        predicted = ridge.predict(levels[train], penalty, features)
        cuts = thresholds(predicted[train], levels[train])
        said = np.searchsorted(cuts, predicted[~train])
        true = levels[~train].astype(int)
        commonest = int(np.bincount(levels[train].astype(int)).argmax())
        results[state] = {
            **by_person(true >= least, people[~train], predicted[~train], baseline[~train]),
            "quadratic kappa": round(kappa(true, said), 3),
            "accuracy of four levels": round(float((said == true).mean()), 3),
            "accuracy of always the commonest": round(float((true == commonest).mean()), 3),
            "penalty": penalty,
        }
        print(f"{state}\n{json.dumps(results[state], indent=1)}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
