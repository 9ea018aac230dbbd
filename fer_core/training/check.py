"""Is the data fit to train on: missing files, bad boxes, leaks between the splits, balance."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from fer_core.emotions import LABELS
from fer_core.training.contact_sheet import TILES, tile, write_sheet
from fer_core.training.data import Image, PictureReader, load_dataset
from fer_core.training.errors import UnreadablePicture
from fer_core.training.faces import Box, LabelledPicture

#: A box may reach this many pixels over the picture's edge: annotators round.
OVERHANG_PX = 8.0


@dataclass(slots=True)
class CheckResult:
    """What `check` found.

    Attributes:
        pictures: How many were looked at.
        unreadable: Messages, one for each picture that is missing or damaged.
        bad_boxes: "archive: name" of boxes that are empty or reach far over the edge.
        leaks: Pairs of a training and a validation picture that look the same.
        balance: (source, split, label) -> faces.
    """

    pictures: int = 0
    unreadable: list[str] = field(default_factory=list)
    bad_boxes: list[str] = field(default_factory=list)
    leaks: list[tuple[str, str]] = field(default_factory=list)
    balance: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def is_clean(self) -> bool:
        return not (self.unreadable or self.bad_boxes or self.leaks)


def check(data: Path, sheet: Path | None = None, seed: int = 0) -> CheckResult:
    """Look at every picture of a data folder.

    Args:
        data: In either form.
        sheet: Where to write a contact sheet of a random draw, with boxes; None for none.
        seed: Of the draw.
    """
    pictures = load_dataset(data)
    result = CheckResult(pictures=len(pictures))
    rng = np.random.default_rng(seed)
    shown = set(rng.permutation(len(pictures))[:TILES].tolist())
    tiles: list[Image] = []
    reader = PictureReader()
    by_hash: dict[str, tuple[str, str]] = {}
    for index, picture in enumerate(pictures):
        title = f"{picture.container.name}: {picture.name}"
        try:
            image = reader.read(picture.container, picture.name)
        except UnreadablePicture as error:
            result.unreadable.append(str(error))
            continue
        for face in picture.faces:
            result.balance[picture.source, picture.split, LABELS[face.emotion]] += 1
            if _is_bad(face.box_in(*image.shape[:2]), image):
                result.bad_boxes.append(title)
        split, other = by_hash.setdefault(difference_hash(image), (picture.split, title))
        if split != picture.split:
            result.leaks.append((other, title))
        if index in shown:
            tiles.append(_tile(picture, image))
    if sheet is not None and tiles:
        write_sheet(tiles, sheet)
    return result


def difference_hash(image: Image) -> str:
    """Return a key that two pictures share if they differ by no more than a re-encoding.

    The signs of a 16 x 16 picture's steps from left to right: a difference hash of 240 bits.
    """
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (16, 16), interpolation=cv2.INTER_AREA).astype(np.int16)
    steps = np.packbits(small[:, 1:] > small[:, :-1])
    return hashlib.blake2b(steps.tobytes(), digest_size=16).hexdigest()


def cross_split_duplicates(pictures: Sequence[LabelledPicture]) -> set[LabelledPicture]:
    """Return the pictures of either split that look the same as one of the other split.

    Training leaves the training ones out, evaluation the validation ones: where a model has seen
    the very picture, its answer says nothing.
    """
    reader = PictureReader()
    by_hash: dict[str, list[LabelledPicture]] = defaultdict(list)
    for picture in pictures:
        with suppress(UnreadablePicture):
            by_hash[difference_hash(reader.read(picture.container, picture.name))].append(picture)
    mixed = (group for group in by_hash.values() if len({each.split for each in group}) > 1)
    return {picture for group in mixed for picture in group}


def describe(result: CheckResult) -> str:
    """Return the result as text for the terminal."""
    lines = [f"{result.pictures} pictures"]
    sources = sorted({(source, split) for source, split, _ in result.balance})
    lines.append(f"{'faces':<28}" + "".join(f"{label:>11}" for label in LABELS))
    for source, split in sources:
        counts = "".join(f"{result.balance[source, split, label]:>11}" for label in LABELS)
        lines.append(f"{source + ' ' + split:<28}{counts}")
    for title, found in (
        ("unreadable", result.unreadable),
        ("bad boxes", result.bad_boxes),
        ("in both splits", [" = ".join(pair) for pair in result.leaks]),
    ):
        lines.append(f"{title}: {len(found)}")
        lines.extend(f"  {each}" for each in found[:20])
        if len(found) > 20:
            lines.append(f"  ... and {len(found) - 20} more")
    return "\n".join(lines)


def _is_bad(box: Box, image: Image) -> bool:
    x, y, width, height = box
    over = max(-x, -y, x + width - image.shape[1], y + height - image.shape[0])
    return width < 1 or height < 1 or over > max(OVERHANG_PX, 0.1 * max(width, height))


def _tile(picture: LabelledPicture, image: Image) -> Image:
    shown = image.copy()
    for face in picture.faces:
        x, y, width, height = (round(value) for value in face.box_in(*image.shape[:2]))
        cv2.rectangle(shown, (x, y), (x + width, y + height), (0, 255, 0), 1)
    return tile(shown, " ".join(LABELS[face.emotion] for face in picture.faces))
