"""Which faces a step sees: drawn by source and class, augmented on the device that trains."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from fer_core.training import crop_augmentation as augmentation
from fer_core.training import crop_placement
from fer_core.training.crop_augmentation import Tensor
from fer_core.training.crop_files import NO_FACE, SIDE, FaceCrops
from fer_core.training.crop_placement import Crops, Framing, Placement
from fer_core.training.faces import LabelledPicture

#: Source -> how often it is drawn beside the others; with a plus, its faces on other heads.
SOURCE_WEIGHTS = {
    "affect_faces": 0.7,
    "affect_faces+": 0.7,
    "colour_heads": 1.3,
    "ferplus": 0.8,
    "news_heads": 0.5,
    "web_crops": 0.55,
    "students": 0.4,
    "webcam_frames": 0.3,
    "landmarks": 0.12,
}
#: Within a source a class of n faces is drawn like n to the power of this: between as often as
#: it occurs (1) and as often as any other (0).
BALANCE = 0.5
#: One group of pictures in so many is kept out of training, to choose by.
KEPT_OUT = 25


def is_kept_out(unit: str) -> bool:
    """Tell whether a group of training pictures is kept out, to choose networks by."""
    return zlib.crc32(f"selection/{unit}".encode()) % KEPT_OUT == 0


def fold_of(unit: str, folds: int) -> int:
    """Return which teacher does not learn from a group of pictures."""
    return zlib.crc32(f"fold/{unit}".encode()) % folds


def drawing_weights(
    sources: Sequence[str], classes: npt.NDArray[np.int64], usable: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Return how often each face is drawn, shape (n,), sum 1.

    Args:
        sources: Of each face.
        classes: Of each face.
        usable: Which may be drawn.
    """
    names = np.asarray(sources)
    weights = np.zeros(len(names))
    for source in sorted(set(sources)):
        of_source = usable & (names == source)
        counts = np.bincount(classes[of_source], minlength=5).astype(np.float64)
        shares = counts**BALANCE / max(1e-9, (counts**BALANCE).sum())
        for each in np.flatnonzero(counts):
            members = of_source & (classes == each)
            weights[members] = SOURCE_WEIGHTS.get(source, 0.5) * shares[each] / counts[each]
    return np.asarray(weights / max(float(weights.sum()), 1e-12))


@dataclass(frozen=True, slots=True)
class CropSampler:
    """Draws augmented crops.

    Attributes:
        crops: All of them, on the device.
        weights: (n,), on the device: how often each face is drawn.
        pieces: (m,), indices of the crops that show no face.
    """

    crops: Crops
    weights: Tensor
    pieces: Tensor

    @classmethod
    def of(
        cls, crops: FaceCrops, weights: npt.NDArray[np.float64], device: torch.device
    ) -> CropSampler:
        """Put all crops on a device.

        Args:
            crops: From `face_crops.decode`.
            weights: Of `drawing_weights`; 0 for pieces.
            device: Of the training.
        """
        shape = (len(crops.rows), SIDE, SIDE, 4)
        pixels, start = torch.empty(shape, dtype=torch.uint8, device=device), 0
        for part in crops.parts:
            pixels[start : start + len(part)] = torch.from_numpy(np.array(part)).to(device)
            start += len(part)
        pieces = np.array([row.face == NO_FACE for row in crops.rows])
        return cls(
            Crops(pixels, torch.from_numpy(crops.boxes).to(device)),
            torch.from_numpy(weights.astype(np.float32)).to(device),
            torch.from_numpy(np.flatnonzero(pieces)).to(device),
        )

    def draw(self, count: int) -> Tensor:
        """Return the indices of faces, shape (count,)."""
        return torch.multinomial(self.weights, count, replacement=True)

    def draw_pieces(self, count: int) -> Tensor:
        """Return the indices of crops without a face, shape (count,); none where there are none."""
        if not len(self.pieces):
            return self.pieces
        return self.pieces[torch.randint(len(self.pieces), (count,), device=self.pieces.device)]

    def images(
        self, indices: Tensor, side: int, framing: Framing, strength: float
    ) -> tuple[Tensor, Tensor]:
        """Return augmented images (n, 3, side, side), 0..1, and boxes (n, 4) as corners."""
        images, boxes, _ = self.placed_images(indices, side, framing, strength)
        return images, boxes

    def placed_images(
        self, indices: Tensor, side: int, framing: Framing, strength: float
    ) -> tuple[Tensor, Tensor, Placement]:
        """Return the same as `images`, and where the crops lie in them."""
        placement = crop_placement.placed(self.crops.boxes[indices], side, framing)
        boxes = placement.boxes(self.crops.boxes[indices])
        around = self._around(len(indices), side)
        fill = augmentation.surroundings(around)
        images = crop_placement.drawn(self.crops.pixels[indices], placement, fill)
        images = augmentation.hidden(images, boxes, around, 0.15 * strength)
        images = augmentation.relit(images, strength)
        return augmentation.degraded(images, strength), boxes, placement

    def plain(
        self, indices: Tensor, side: int, span: float, mirrored: bool, cut: float = math.inf
    ) -> tuple[Tensor, Tensor]:
        """Return images as the app sees a found face, and boxes, as `images` does.

        Nothing is changed, and grey lies around the picture, of which `cut` face lengths are left.
        """
        chosen = Crops(self.crops.pixels[indices], self.crops.boxes[indices])
        images, placement = crop_placement.plain(chosen, side, span, mirrored, cut)
        return images, placement.boxes(chosen.boxes)

    def _around(self, count: int, side: int) -> Tensor:
        """Return what may lie around faces, (count, 3, side, side); each is used four times."""
        pieces = self.draw_pieces(math.ceil(count / 4))
        if not len(pieces):
            return torch.rand(count, 3, 1, 1, device=self.weights.device).expand(-1, -1, side, side)
        chosen = Crops(self.crops.pixels[pieces], self.crops.boxes[pieces])
        blank = torch.zeros(len(pieces), 3, side, side, device=pieces.device)
        images, _ = crop_placement.framed(chosen, side, Framing(), blank)
        return images.repeat(4, 1, 1, 1)[:count]


def selection(
    crops: FaceCrops, pictures: Mapping[tuple[str, str], LabelledPicture]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which crops may be learnt from, and which are kept out of training to choose by.

    Pictures whose group (photo, person) or hash occurs in `val` are neither: they would tell what
    `val` shows.

    Args:
        crops: All of them.
        pictures: (source, name) -> picture.
    """
    held = {each.unit for each in pictures.values() if each.split != "train"}
    held_hashes = {
        row.picture_hash for row in crops.rows if pictures[row.source, row.name].split != "train"
    }
    usable, kept_out = [], []
    for row in crops.rows:
        picture = pictures[row.source, row.name]
        free = picture.split == "train" and picture.unit not in held and row.face != NO_FACE
        free &= row.picture_hash not in held_hashes
        kept = is_kept_out(picture.unit)
        usable.append(free and not kept)
        kept_out.append(free and kept and not row.transplanted)
    return np.array(usable), np.array(kept_out)
