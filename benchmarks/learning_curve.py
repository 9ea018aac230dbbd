"""How much better the expressions of colour_heads are told with more faces: learning curves.

    fer train prepare --data DIR --source colour_heads --folder runs/curve
    python benchmarks/learning_curve.py --data DIR --folder runs/curve --weights REFINER.onnx

A linear classifier learns, from 1/64 to all of the training faces, what a refiner's last layers see
in them, and is judged on val. The refiner must not have learnt from the set (0.6.0's had not), else
the small shares look better than they are. What the whole network would gain by learning from it is
left out, so the level is a lower bound.

The set comes from two places: nearly all its happy and calm faces from one, nearly all its angry
and sad ones from the other. Who sees where a picture comes from knows half of the answer, so how
well that is told comes first, and beside the curve of all five classes stand those within each
place, of the classes that it has enough of. Only they say what is learnt about faces.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fer_core.emotions import LABELS
from fer_core.training import metrics
from fer_core.training.crop_figures import labelled_face
from fer_core.training.crop_files import FaceCrops, open_crops
from fer_core.training.crop_placement import Crops, plain
from fer_core.training.crop_sampler import selection
from fer_core.training.data import load_dataset
from fer_core.training.initialise import first_network

RESULTS = Path(__file__).parent / "results" / "learning_curve.json"
SIDE, SPAN, BATCH = 128, 1.67, 128
#: Of the input's side, what the face takes: features outside of it are left out.
FACE = (0.2, 0.8)
SOURCE = "colour_heads"
#: Shares of the training faces are 1 / 2**power.
SHARES = (6, 4, 2, 1, 0)
DRAWS, DECAYS = 3, (3e-4, 1e-3, 3e-3, 1e-2)
#: Training faces of a class, so that it can be learnt within one place.
ENOUGH = 1000
Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@torch.inference_mode()
def features(model: nn.Module, crops: FaceCrops) -> Floats:
    """Return what the last layers see in each face and its mirror image, shape (n, features).

    Args:
        model: A YOLOv9 in eval mode; its levels' mean and largest values over the face are taken.
        crops: Of one set.
    """
    head = cast(Any, model).model[-1]
    seen: dict[int, Any] = {}
    head.register_forward_pre_hook(lambda _, inputs: seen.update({-1: inputs[0]}))
    for level, branch in enumerate(head.cv3):
        branch[1].register_forward_hook(lambda _, __, out, level=level: seen.update({level: out}))
    boxes, rows, start = torch.from_numpy(np.array(crops.boxes)), [], 0
    for part in crops.parts:
        for first in range(0, len(part), BATCH):
            pixels = torch.from_numpy(np.array(part[first : first + BATCH]))
            chosen = Crops(pixels, boxes[start : start + len(pixels)])
            views = [_seen(model, seen, chosen, mirrored) for mirrored in (False, True)]
            rows.append(((views[0] + views[1]) / 2).numpy())
            start += len(pixels)
    return np.concatenate(rows)


def _seen(model: nn.Module, seen: dict[int, Any], crops: Crops, mirrored: bool) -> torch.Tensor:
    images, _ = plain(crops, SIDE, SPAN, mirrored)
    model(images.to(memory_format=torch.channels_last))
    values = []
    for level in (*seen[-1], *(seen[number] for number in sorted(seen) if number >= 0)):
        low = int(level.shape[-1] * FACE[0])
        high = max(low + 1, round(level.shape[-1] * FACE[1]))
        face = level[:, :, low:high, low:high].float()
        values += [face.mean((2, 3)), face.amax((2, 3))]
    return torch.cat(values, 1)


def classifier(inputs: Floats, labels: Labels, decay: float) -> nn.Linear:
    """Return a softmax regression, its classes weighted alike, its weights held small."""
    torch.manual_seed(0)
    layer = nn.Linear(inputs.shape[1], len(LABELS))
    nn.init.zeros_(layer.weight)
    x, y = torch.from_numpy(inputs), torch.from_numpy(labels)
    weights = 1 / torch.bincount(y, minlength=len(LABELS)).clamp(min=1).float()
    search = torch.optim.LBFGS(layer.parameters(), max_iter=150, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        search.zero_grad()
        loss = nn.functional.cross_entropy(layer(x), y, weights)
        loss = loss + decay * layer.weight.square().sum()
        loss.backward()
        return loss

    search.step(closure)
    return layer


@torch.inference_mode()
def answers_of(layer: nn.Linear, inputs: Floats) -> Labels:
    """Return the likeliest class of each row."""
    return np.asarray(layer(torch.from_numpy(inputs)).argmax(1).numpy(), np.int64)


@dataclass(frozen=True, slots=True)
class Problem:
    """Faces to learn from, to choose the decay by (kept out of training), and to be judged on."""

    name: str
    inputs: Floats
    labels: Labels
    learn: Mask
    choose: Mask
    judge: Mask

    def within(self, name: str, mask: Mask) -> Problem:
        """Return the same of some faces only."""
        masks = self.learn & mask, self.choose & mask, self.judge & mask
        return Problem(name, self.inputs, self.labels, *masks)

    def given(self, count: int, rng: np.random.Generator) -> Labels:
        """Return what one that learnt from so many faces says of those to be judged."""
        drawn = rng.choice(np.flatnonzero(self.learn), count, replace=False)
        inputs, labels = self.inputs[drawn], self.labels[drawn]
        layers = [classifier(inputs, labels, decay) for decay in DECAYS]
        chosen = self.inputs[self.choose]
        best = max(
            layers,
            key=lambda layer: metrics.macro_f1(self.labels[self.choose], answers_of(layer, chosen)),
        )
        return answers_of(best, self.inputs[self.judge])

    def curve(self) -> list[dict[str, Any]]:
        """Return macro-F1 by the number of faces, its spread over draws; an interval at the end."""
        rng, rows = np.random.default_rng(0), []
        truth = self.labels[self.judge]
        for power in SHARES:
            count = int(self.learn.sum()) >> power
            answers = [self.given(count, rng) for _ in range(DRAWS if power else 1)]
            figures = [metrics.macro_f1(truth, given) for given in answers]
            mean, spread = float(np.mean(figures)), float(np.std(figures))
            row: dict[str, Any] = {"faces": count, "macro_f1": round(mean, 4)}
            if power:
                row["spread"] = round(spread, 4)
            else:
                low, high = metrics.interval(truth, answers[0], metrics.macro_f1)
                row["interval"] = [round(low, 4), round(high, 4)]
            rows.append(row)
            print(self.name, row, flush=True)
        return rows


def origins(data: Path) -> dict[str, str]:
    """Return where each picture comes from, by its name."""
    with (data / f"{SOURCE}.csv").open(newline="", encoding="utf-8") as file:
        return {row["name"]: row["origin"] for row in csv.DictReader(file)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="of `fer train prepare`")
    parser.add_argument("--weights", type=Path, required=True, help="a refiner, .onnx or .pt")
    parser.add_argument("--model", default="yolov9t")
    options = parser.parse_args()
    torch.set_num_threads(1)
    crops = open_crops(options.folder / "crops")
    pictures = {(each.source, each.name): each for each in load_dataset(options.data)}
    usable, kept_out = selection(crops, pictures)
    val = np.array([pictures[row.source, row.name].split == "val" for row in crops.rows])
    labels = np.array([labelled_face(pictures, row).emotion for row in crops.rows], np.int64)
    where = origins(options.data)
    names, place = np.unique([where[row.name] for row in crops.rows], return_inverse=True)
    seen = features(first_network(options.model, options.weights).eval(), crops)
    seen = (seen - seen[usable].mean(0)) / (seen[usable].std(0) + 1e-3)
    everything = Problem("all", seen, labels, usable, kept_out, val)
    of_place = replace(everything, labels=place.astype(np.int64))
    told = of_place.given(int(usable.sum()), np.random.default_rng(0))
    result: dict[str, Any] = {
        "val": int(val.sum()),
        "origin_told_right": round(float((told == place[val]).mean()), 4),
        "curves": {},
    }
    print("where a picture comes from is told right:", result["origin_told_right"])
    problems = [everything]
    for number, name in enumerate(names):
        counts = np.bincount(labels[usable & (place == number)], minlength=len(LABELS))
        plenty = np.flatnonzero(counts >= ENOUGH)
        title = f"{name}: {', '.join(LABELS[each] for each in plenty)}"
        problems.append(everything.within(title, (place == number) & np.isin(labels, plenty)))
    for problem in problems:
        result["curves"][problem.name] = problem.curve()
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(RESULTS)


if __name__ == "__main__":
    main()
