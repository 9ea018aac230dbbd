"""What more pictures of a set would bring, and how many of its labels a stranger doubts.

    python benchmarks/ceilings.py --data DIR --faceres FOLDER/models [--count 3000] [--keep FILE]

The shipped networks have learnt from these sets' training pictures, so a layer on what they see
there would look better than it is. `faceres` of npm's @vladmandic/human@3.3.6 has not: it learnt to
tell people, ages and genders apart. A linear layer on its features learns from 1/16 to all of
`count` training faces of a set and is judged on val. The level is a lower bound, far below that of
a network that learns as a whole; how much each doubling brings is what counts.

The same layer, crosswise over ten parts of the training and val faces together, doubts labels by
confident learning, see `soft_targets.corrected`. Part of that is wrong labels, part faces that the
layer misreads.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.faceres import SIDE, FaceRes
from benchmarks.learning_curve import Floats, Labels, Mask, Problem, classifier
from fer_core.emotions import LABELS
from fer_core.training.check import cross_split_duplicates
from fer_core.training.data import PictureReader, load_dataset
from fer_core.training.errors import UnreadablePicture
from fer_core.training.faces import LabelledPicture
from fer_core.training.soft_targets import corrected
from fer_core.vision.image import RgbImage

SETS = ("news_heads", "web_crops", "affect_faces")
#: Side of the square around the labelled box, in its longer sides.
SPAN = 1.25
BATCH, SEED, PARTS = 16, 3, 10
#: Of the crosswise layer: the strongest but one of those that the curves choose from.
DECAY = 3e-3


def square(picture: RgbImage, box: tuple[float, float, float, float]) -> RgbImage:
    """Return the square around a face as faceres wants it, the edge's pixels drawn out."""
    x, y, width, height = box
    scale = SIDE / (SPAN * max(width, height))
    centre = SIDE / 2 - (x + width / 2) * scale, SIDE / 2 - (y + height / 2) * scale
    matrix = np.array([[scale, 0, centre[0]], [0, scale, centre[1]]])
    cut = cv2.warpAffine(picture, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)


def seen_in(pictures: Sequence[LabelledPicture], network: FaceRes) -> Floats:
    """Return the features of each picture's one face, shape (n, 1024); NaN where it is damaged."""
    reader, rows = PictureReader(), []
    for first in range(0, len(pictures), BATCH):
        faces = []
        part = pictures[first : first + BATCH]
        for picture in part:
            try:
                image = reader.read(picture.container, picture.name)
                faces.append(square(image, picture.faces[0].box_in(*image.shape[:2])))
            except UnreadablePicture:
                faces.append(np.zeros((SIDE, SIDE, 3), np.uint8))
        rows.append(network.features(faces))
    return np.concatenate(rows).astype(np.float32)


def doubted(inputs: Floats, labels: Labels, units: Sequence[str]) -> Mask:
    """Return whose label a layer that did not learn from it doubts, shape (n,).

    Args:
        inputs: Shape (n, features).
        labels: Shape (n,).
        units: What stays together when faces are divided.
    """
    names, unit = np.unique(units, return_inverse=True)
    part = np.random.default_rng(SEED).integers(0, PARTS, len(names))[unit]
    told = np.zeros((len(labels), len(LABELS)), np.float32)
    for number in range(PARTS):
        layer = classifier(inputs[part != number], labels[part != number], DECAY)
        with torch.inference_mode():
            told[part == number] = (
                layer(torch.from_numpy(inputs[part == number])).softmax(1).numpy()
            )
    return np.asarray(corrected(labels, told) != labels)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--faceres", type=Path, required=True, help="the package's folder models")
    parser.add_argument("--count", type=int, default=3000, help="training faces of a set, at most")
    parser.add_argument("--keep", type=Path, help="a folder for the features, for another run")
    options = parser.parse_args()
    torch.set_num_threads(1)
    network, rng = FaceRes(options.faceres), np.random.default_rng(SEED)
    everything = load_dataset(options.data)
    of_sets = [each for each in everything if each.source in SETS and len(each.faces) == 1]
    twice = cross_split_duplicates(of_sets)
    for source in SETS:
        known = [each for each in of_sets if each.source == source and each not in twice]
        val = [each for each in known if each.split == "val"]
        held = {each.unit for each in val}
        train = [each for each in known if each.split == "train" and each.unit not in held]
        drawn = rng.permutation(len(train))[: options.count]
        pictures = [train[index] for index in drawn] + val
        kept = options.keep / f"{source}-{len(pictures)}.npy" if options.keep else None
        inputs = np.load(kept) if kept and kept.exists() else seen_in(pictures, network)
        if kept and not kept.exists():
            np.save(kept, inputs)
        labels = np.array([each.faces[0].emotion for each in pictures], np.int64)
        judge = np.arange(len(pictures)) >= len(drawn)
        choose = ~judge & (np.arange(len(pictures)) % 8 == 0)
        learn = ~judge & ~choose
        inputs = (inputs - inputs[learn].mean(0)) / (inputs[learn].std(0) + 1e-3)
        Problem(source, inputs, labels, learn, choose, judge).curve()
        doubts = doubted(inputs, labels, [each.unit for each in pictures])
        shares = {
            LABELS[each]: round(float(doubts[labels == each].mean()), 3)
            for each in np.unique(labels)
        }
        print(source, "labels doubted:", round(float(doubts.mean()), 3), shares, flush=True)


if __name__ == "__main__":
    main()
