"""The eye network: how open an eye is, learnt from eyes with labels and from eyes cut by points.

    python -m fer_core.training.landmarks_eyes DATA OUTPUT.onnx --points POINTS

learns from the train rows of `eyes.csv`, and from the eyes of faces that a landmark network marked
(`POINTS/NAME.npz` of `landmark_teacher`): of those only the clearly open and the clearly
closed ones count, as its own word for an eye that looks down is in between. At the end it prints
what `--measure OUTPUT.onnx` prints alone: how well open and closed eyes of the val rows are told
apart.
"""

from __future__ import annotations

import argparse
import csv
import sys
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fer_core.training.errors import DataError
from fer_core.vision.landmarks import EYE_PX, EYE_RAISED, OnnxEyes, eye_tensor

Pictures = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

#: The eyes' points in the teacher's mesh, in iBUG's order: on the picture's left, then right; and
#: the blendshape that says how far each is closed.
MESH_EYES = ((33, 160, 158, 133, 153, 144), (362, 385, 387, 263, 373, 380))
BLINKS = (10, 9)
#: Blendshapes below and above which an eye is clearly open or closed.
OPEN_BELOW, CLOSED_ABOVE = 0.15, 0.6
#: Faces whose own pixels show an eye at least so wide, in pixels, are learnt from.
LEAST_WIDTH_PX = 12.0
#: Archives with colour faces whose eyes are cut out by the teacher's points.
MARKED = ("colour_heads", "affect_faces", "landmarks", "students", "webcam_frames")
#: Side of a stored eye, in pixels, and of it in widths of the eye: wider than what the network
#: sees, so that it can be shifted, turned and scaled.
STORED_PX = 64
STORED_WIDTHS = 2.6
BATCH = 128


def labelled_eyes(data: Path, split: str) -> tuple[Pictures, Floats]:
    """Return the eyes of `eyes.zip`, (n, 64, 64), and whether each is open, (n,).

    Raises:
        DataError: The data is not there.
    """
    pictures, opened = [], []
    try:
        with (
            zipfile.ZipFile(data / "eyes.zip") as archive,
            (data / "eyes.csv").open(newline="", encoding="utf-8") as table,
        ):
            for row in csv.DictReader(table):
                if row["split"] == split:
                    grey = _grey(archive.read(row["name"]))
                    pictures.append(cv2.resize(grey, (STORED_PX, STORED_PX)))
                    opened.append(float(row["state"] == "Open"))
    except (OSError, KeyError) as error:
        raise DataError(f"eyes.zip and eyes.csv cannot be read: {error}") from None
    return np.array(pictures, np.uint8), np.array(opened, np.float32)


def marked_eyes(data: Path, points: Path) -> tuple[Pictures, Floats]:
    """Return eyes cut out of marked faces, (n, 64, 64), as many open ones as closed, and (n,)."""
    pictures: list[Pictures] = []
    opened: list[float] = []
    for name in MARKED:
        file = points / f"{name}.npz"
        if file.is_file():
            with np.load(file) as marks, zipfile.ZipFile(data / f"{name}.zip") as archive:
                _cut_from(archive, marks, pictures, opened)
    labels = np.array(opened, np.float32)
    rng = np.random.default_rng(0)
    classes = [np.flatnonzero(labels == value) for value in (0.0, 1.0)]
    count = min(len(one) for one in classes)
    chosen = np.concatenate([rng.permutation(one)[:count] for one in classes])
    return np.array(pictures, np.uint8)[chosen], labels[chosen]


def _cut_from(
    archive: zipfile.ZipFile,
    marks: dict[str, npt.NDArray[np.generic]],
    pictures: list[Pictures],
    opened: list[float],
) -> None:
    places = np.asarray(marks["points"][:, :, :2], np.float32)
    blend = np.asarray(marks["blend"], np.float32)
    closed = blend[:, BLINKS]
    told = (closed > CLOSED_ABOVE) | (
        (closed < OPEN_BELOW) & (np.arange(len(closed)) % 4 == 0)[:, None]
    )
    for row in np.flatnonzero(told.any(axis=1)):
        grey = _grey(archive.read(str(marks["names"][row])))
        for side, mesh in enumerate(MESH_EYES):
            eye = places[row, list(mesh)]
            width = float(np.hypot(*(eye[3] - eye[0])))
            if told[row, side] and width >= LEAST_WIDTH_PX:
                pictures.append(_cut(grey, eye, width))
                opened.append(float(closed[row, side] < OPEN_BELOW))


def _grey(data: bytes) -> Pictures:
    """Return a picture in grey.

    Raises:
        DataError: It is none.
    """
    grey = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise DataError("a picture of the archive cannot be read")
    return np.asarray(grey, np.uint8)


def _cut(grey: Pictures, eye: Floats, width: float) -> Pictures:
    across = eye[3] - eye[0]
    angle = float(np.degrees(np.arctan2(across[1], across[0])))
    scale = STORED_PX / (STORED_WIDTHS * width)
    centre = (eye[0] + eye[3]) / 2
    matrix = cv2.getRotationMatrix2D((float(centre[0]), float(centre[1])), angle, scale)
    matrix[:, 2] += STORED_PX / 2 - centre
    matrix[1, 2] += EYE_RAISED * width * scale
    cut = cv2.warpAffine(grey, matrix, (STORED_PX, STORED_PX), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)


def varied(pictures: Pictures, marked: npt.NDArray[np.bool_], rng: np.random.Generator) -> Pictures:
    """Return what the network sees, (n, 32, 32): shifted, turned, scaled, blurred, mirrored.

    Args:
        pictures: Shape (n, 64, 64).
        marked: Shape (n,): those that were cut by points, which have room around them.
        rng: Draws.
    """
    seen = np.empty((len(pictures), EYE_PX, EYE_PX), np.uint8)
    for index, picture in enumerate(pictures):
        room = STORED_WIDTHS / 1.8 if marked[index] else 1.0
        scale = EYE_PX / STORED_PX * room * float(np.exp(rng.normal(0, 0.12)))
        matrix = cv2.getRotationMatrix2D((STORED_PX / 2,) * 2, float(rng.normal(0, 7)), scale)
        matrix[:, 2] += [(EYE_PX - STORED_PX) / 2 + off for off in rng.normal(0, 1.6, 2)]
        one: Floats = cv2.warpAffine(
            picture,
            matrix,
            (EYE_PX, EYE_PX),
            flags=cv2.INTER_AREA,
            borderMode=cv2.BORDER_REPLICATE,
        ).astype(np.float32)
        if rng.random() < 0.5:
            blur = float(rng.uniform(0.3, 1.6))
            one = np.asarray(cv2.GaussianBlur(one, (0, 0), blur), np.float32)
        if rng.random() < 0.5:
            one = one[:, ::-1]
        gain, slope = float(np.exp(rng.normal(0, 0.25))), rng.normal(0, 18, 2)
        ramp = np.linspace(-0.5, 0.5, EYE_PX)
        lit = one * gain + slope[0] * ramp + slope[1] * ramp[:, None] + rng.normal(0, 12)
        noise = rng.normal(0, float(rng.uniform(0, 6)), lit.shape)
        seen[index] = np.clip(lit + noise, 0, 255)
    return seen


def as_tensor(grey: Pictures) -> Floats:
    """Return greys (n, 32, 32) as the network takes them."""
    return eye_tensor([cv2.cvtColor(one, cv2.COLOR_GRAY2RGB) for one in grey])


def train(data: Path, points: Path | None, output: Path, epochs: int, seed: int) -> None:
    """Learn and write the network.

    Raises:
        DataError: The data is not there.
    """
    import torch
    from torch import nn

    from fer_core.training.onnx_files import OPSET

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    pictures, opened = labelled_eyes(data, "train")
    marked = np.zeros(len(pictures), bool)
    if points is not None:
        more, more_opened = marked_eyes(data, points)
        marked = np.concatenate([marked, np.ones(len(more), bool)])
        pictures = np.concatenate([pictures, more])
        opened = np.concatenate([opened, more_opened])
    layers: list[nn.Module] = []
    for before, after in ((1, 12), (12, 24), (24, 40)):
        layers += [
            nn.Conv2d(before, after, 3, padding=1, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(),
            nn.MaxPool2d(2),
        ]
    network = nn.Sequential(
        *layers,
        nn.Dropout(0.2),
        nn.Flatten(),
        nn.Linear(40 * 16, 24),
        nn.ReLU(),
        nn.Linear(24, 1),
        nn.Flatten(0),
    )
    steps = epochs * (len(pictures) // BATCH)
    optimiser = torch.optim.AdamW(network.parameters(), 3e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, steps)
    # Half of each batch has a person's label.
    own, others = np.flatnonzero(~marked), np.flatnonzero(marked)
    for step in range(steps):
        half = BATCH if not len(others) else BATCH // 2
        chosen = (
            np.concatenate([rng.choice(own, half), rng.choice(others, BATCH - half)])
            if len(others)
            else rng.choice(own, BATCH)
        )
        seen = torch.from_numpy(as_tensor(varied(pictures[chosen], marked[chosen], rng)))
        target = torch.from_numpy(opened[chosen] * 0.96 + 0.02)
        loss = nn.functional.binary_cross_entropy_with_logits(network(seen), target)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 200 == 0:
            print(f"{step} of {steps}: loss {loss.item():.3f}", flush=True)
    whole = nn.Sequential(network, nn.Sigmoid()).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in `onnx_files`: the tracer is an old one
        torch.onnx.export(
            whole,
            (torch.zeros(2, 1, EYE_PX, EYE_PX),),
            str(output),
            opset_version=OPSET,
            input_names=["eyes"],
            output_names=["openness"],
            dynamic_axes={"eyes": {0: "n"}, "openness": {0: "n"}},
            dynamo=False,
        )


def area_under_curve(scores: Floats, positive: Floats) -> float:
    """Return the chance that a positive has a higher score than a negative, ties half."""
    from scipy.stats import rankdata

    ranks = rankdata(scores)
    count = int(positive.sum())
    rest = len(positive) - count
    return float((ranks[positive > 0].sum() - count * (count + 1) / 2) / (count * rest))


def measure(data: Path, network: Path) -> str:
    """Return in words how well open and closed eyes of the val rows are told apart."""
    pictures, opened = labelled_eyes(data, "val")
    small = np.array(
        [cv2.resize(one, (EYE_PX,) * 2, interpolation=cv2.INTER_AREA) for one in pictures]
    )
    scores = OnnxEyes(network)(as_tensor(small))
    right = float(((scores > 0.5) == (opened > 0.5)).mean())
    return (
        f"openness: AUC {area_under_curve(scores, opened):.4f}, right {right:.3f} "
        f"of {len(opened)} eyes ({int(opened.sum())} open)"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the training data")
    parser.add_argument("network", type=Path, help=".onnx file to write, or to measure")
    parser.add_argument("--points", type=Path, help="folder of the teacher's points")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--measure", action="store_true", help="only measure")
    options = parser.parse_args(arguments)
    try:
        if not options.measure:
            train(options.data, options.points, options.network, options.epochs, options.seed)
        print(measure(options.data, options.network))
    except DataError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
