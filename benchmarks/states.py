"""What a face tells an onlooker of a student: boredom, low engagement, confusion, frustration.

    python benchmarks/states.py --data DIR [--weights DIR]

DIR holds students.csv and students.zip: one face a clip of ten seconds, with the votes of a crowd
on the whole clip, 0 to 3 (DAiSEE; Gupta et al. 2016). Ridge regressions are fitted to two kinds of
features: what the points of a face measure, as the app's own heads see it, and what the video
refiner's neck holds. Both are judged twice: fitted to the people of the train split on those of the
val split, and by ten folds over all people of the files. AUC with its 95 % interval over people,
within one person, its gain on the probabilities of Angry and Sad added up, quadratic kappa,
accuracy; of one clip, and pooled with its neighbours in the same recording within half a minute to
either side. Prints a table and writes benchmarks/results/states.json. One thread, three minutes.
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.readers import area
from fer_core.arrays import FloatArray
from fer_core.face.looks import shipped_heads
from fer_core.training.states import (
    SHOWN,
    Ridge,
    Students,
    choose_penalties,
    faces_of,
    fold_of,
    pictures_of,
)
from fer_core.vision.crops import around, to_tensor
from fer_core.vision.landmarks import MarkReader
from fer_core.vision.refiner import FRAME_CROPS

RESULTS = Path(__file__).parent / "results" / "states.json"
WEIGHTS = Path(__file__).resolve().parent.parent / "weights"
#: A state is there from this level on; low engagement is level 0 or 1.
THERE_FROM = 2
FOLDS = 10
RESAMPLES = 500
BATCH = 16
#: Neighbours of a clip: those whose number lies at most so far from its own.
NEIGHBOURS = 3


def neck_of(data: Path, names: list[str], weights: Path) -> tuple[FloatArray, FloatArray]:
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
    crops = (around(face, FRAME_CROPS[0]).render(rgb) for rgb, face in pictures_of(data, names))
    while pictures := list(islice(crops, BATCH)):
        found, *maps = session.run(None, {"images": to_tensor(pictures)})
        for place in range(len(pictures)):
            confidences = found[place, 4:].sum(axis=0)
            scores.append(found[place, 4:, confidences.argmax()])
            features.append(np.concatenate([_pooled(one[place]) for one in maps]))
    return np.array(features, np.float64), np.array(scores, np.float64)


def _pooled(features: Any) -> FloatArray:
    """Return means over the whole crop and over its inner half."""
    side = features.shape[1]
    inner = features[:, side // 4 : side - side // 4, side // 4 : side - side // 4]
    return np.concatenate([features.mean(axis=(1, 2)), inner.mean(axis=(1, 2))]).astype(np.float64)


def over_a_minute(students: Students, values: FloatArray) -> FloatArray:
    """Return each clip's mean with its neighbours in the same recording, shape (n,)."""
    number = np.array(
        [
            int(Path(name).stem[len(sitting) :] or 0)
            for name, sitting in zip(students.names, students.sittings, strict=True)
        ]
    )
    made = np.empty_like(values)
    for sitting in np.unique(students.sittings):
        (here,) = np.nonzero(students.sittings == sitting)
        near = np.abs(number[here][:, None] - number[here]) <= NEIGHBOURS
        made[here] = near @ values[here] / near.sum(axis=1)
    return made


def thresholds(predicted: FloatArray, levels: FloatArray) -> FloatArray:
    """Return cuts that give the levels their shares among the training people."""
    return np.quantile(predicted, [float((levels <= level).mean()) for level in range(3)])


def kappa(true: npt.NDArray[Any], said: npt.NDArray[Any]) -> float:
    """Return the quadratically weighted kappa of four levels (Cohen 1968)."""
    table = np.zeros((4, 4))
    np.add.at(table, (true, said), 1.0)
    weights = np.subtract.outer(np.arange(4), np.arange(4)) ** 2 / 9
    chance = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return float(1 - (weights * table).sum() / (weights * chance).sum())


def by_person(
    there: npt.NDArray[np.bool_], people: npt.NDArray[Any], scores: FloatArray, baseline: FloatArray
) -> dict[str, list[float]]:
    """Return AUCs with intervals over people: of all, within one person, gains on the baseline."""
    rng = np.random.default_rng(0)
    target = there.astype(np.float64)
    names, who = np.unique(people, return_inverse=True)
    places = [np.flatnonzero(who == number) for number in range(len(names))]
    pairs = np.array([target[at].sum() * (len(at) - target[at].sum()) for at in places])
    inside, base_inside = (
        np.array(
            [
                area(target[at], of[at]) * n if n else 0.0
                for at, n in zip(places, pairs, strict=True)
            ]
        )
        for of in (scores, baseline)
    )
    drawn = []
    for _ in range(RESAMPLES):
        chosen = rng.integers(0, len(names), len(names))
        at = np.concatenate([places[number] for number in chosen])
        whole, base = area(target[at], scores[at]), area(target[at], baseline[at])
        asked = pairs[chosen].sum()
        own, base_own = inside[chosen].sum() / asked, base_inside[chosen].sum() / asked
        drawn.append((whole, own, whole - base, own - base_own))
    whole, base = area(target, scores), area(target, baseline)
    own, base_own = inside.sum() / pairs.sum(), base_inside.sum() / pairs.sum()
    low, high = np.nanquantile(np.array(drawn), [0.025, 0.975], axis=0)
    titles = ("AUC", "within a person", "gain on Angry + Sad", "gain within a person")
    made = {
        title: [round(float(one), 3) for one in (value, low[place], high[place])]
        for place, (title, value) in enumerate(
            zip(titles, (whole, own, whole - base, own - base_own), strict=True)
        )
    }
    return {**made, "Angry + Sad": [round(base, 3), round(float(base_own), 3)]}


def judge(
    students: Students,
    state: str,
    predicted: FloatArray,
    said: npt.NDArray[np.intp],
    baseline: FloatArray,
    on: npt.NDArray[np.bool_],
) -> dict[str, Any]:
    """Return every figure of one state, over the clips chosen by `on`."""
    levels = students.levels[state]
    there, people = levels[on] >= THERE_FROM, students.people[on]
    true = levels[on].astype(int)
    pooled, base = over_a_minute(students, predicted), over_a_minute(students, baseline)
    return {
        "one clip": by_person(there, people, predicted[on], baseline[on]),
        "over a minute": by_person(there, people, pooled[on], base[on]),
        "quadratic kappa": round(kappa(true, said[on]), 3),
        "accuracy": round(float((said[on] == true).mean()), 3),
        "accuracy of the commonest": round(float(np.bincount(true).max() / len(true)), 3),
    }


#: By state: levels of all clips, as numbers and cut to 0..3, shape (n,) each.
Made = dict[str, tuple[FloatArray, npt.NDArray[np.intp]]]


def fitted(students: Students, features: FloatArray, learnt: npt.NDArray[np.bool_]) -> Made:
    """Return what fits to some people say of all clips."""
    people = students.people[learnt]
    levels = {state: of[learnt] for state, of in students.levels.items()}
    penalties = choose_penalties(features[learnt], people, levels)
    ridge = Ridge(features[learnt], people)
    made = {}
    for state, of in levels.items():
        found = ridge.predict(of, penalties[state], features)
        made[state] = found, np.searchsorted(thresholds(found[learnt], of), found)
    return made


def left_out(students: Students, features: FloatArray) -> Made:
    """Return what fits to other people say of each clip, by ten folds over people."""
    fold = fold_of(students.people, FOLDS)
    made: Made = {
        state: (np.zeros(len(fold)), np.zeros(len(fold), np.intp)) for state in students.levels
    }
    for number in range(FOLDS):
        here = fold == number
        for state, of in fitted(students, features, ~here).items():
            for whole, part in zip(made[state], of, strict=True):
                whole[here] = part[here]
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of students.csv and .zip")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="folder of the networks")
    options = parser.parse_args()
    students = Students.read(options.data)
    refiner = options.weights / "fer-yolov9t-refiner.onnx"
    neck, scores = neck_of(options.data, students.names, refiner)
    reader = MarkReader.load(
        options.weights / "fer-landmarks.onnx", options.weights / "fer-eyes.onnx"
    )
    assert reader is not None
    faces = faces_of(options.data, students.names, reader)
    shares = scores / scores.sum(axis=1, keepdims=True)
    baseline = shares[:, 0] + shares[:, 3]
    everybody, val = np.ones(len(shares), bool), ~students.train
    results: dict[str, Any] = {
        split: [int(on.sum()), len(np.unique(students.people[on]))]
        for split, on in (("all", everybody), ("val", val))
    }
    levels = shipped_heads().levels(faces)
    for place, state in enumerate(SHOWN):
        figures = by_person(
            students.levels[state][val] >= THERE_FROM,
            students.people[val],
            levels[val, place],
            baseline[val],
        )
        results[f"{state}, the shipped head, val"] = figures
        print(f"{state}, the shipped head, val\n{json.dumps(figures)}", flush=True)
    for kind, features in (("points", faces), ("neck", neck)):
        for split, on, made in (
            ("val", val, fitted(students, features, students.train)),
            ("folds", everybody, left_out(students, features)),
        ):
            for state, of in made.items():
                name = f"{state}, {kind}, {split}"
                results[name] = judge(students, state, *of, baseline, on)
                print(f"{name}\n{json.dumps(results[name], indent=1)}", flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
