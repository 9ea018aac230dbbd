"""What is done to a landmark network that has been trained on: a mean, its bias out, 8 bits.

Training on, on few faces, makes a network better at what they show and worse at the rest. Between
its weights before and after lies one that keeps most of both (Wortsman et al. 2022). And what it is
off on average, point by point, from where people set the points, is taken out of its last layer.
Then it is written in 8 bits, whose ranges are those of faces of all sources.
"""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from fer_core.training.crop_files import FaceCrops, open_crops
from fer_core.training.crop_placement import Crops, Framing, Placement, Tensor, drawn, placed
from fer_core.training.crop_sampler import selection
from fer_core.training.distil import CROPS, all_pictures
from fer_core.training.errors import CheckpointError, DataError
from fer_core.training.geometry import PADDING
from fer_core.training.landmark_network import LandmarkNetwork, load
from fer_core.training.landmark_training import pixels_of, with_points
from fer_core.vision.landmark_layout import CROP_FACES, CROP_PX

#: How the crops are framed that the bias is told by: as boxes of a detector are.
FRAMING = Framing((0.9 * CROP_FACES, 1.1 * CROP_FACES), shift=0.08, roll=(0, 0, 0), narrow=0.0)
#: Faces of each source by which it is quantised.
EXAMPLES = 60
Floats = npt.NDArray[np.float32]
#: The points that people set, and the data set in which they did.
BY_HAND, MARKED_BY_HAND = 68, "landmarks"


def between(before: LandmarkNetwork, after: LandmarkNetwork, share: float) -> LandmarkNetwork:
    """Return the network whose weights lie `share` of the way from one to the other, 0..1.

    Raises:
        CheckpointError: They are not of one width.
    """
    if before.width != after.width:
        raise CheckpointError("networks of two widths have no mean")
    mean = copy.deepcopy(after).eval()
    first = before.state_dict()
    mean.load_state_dict(
        {
            name: torch.lerp(first[name], value, share) if value.is_floating_point() else value
            for name, value in after.state_dict().items()
        }
    )
    return mean


@torch.no_grad()
def take_bias_out(
    network: LandmarkNetwork,
    crops: FaceCrops,
    chosen: npt.NDArray[np.int64],
    batch: int = 128,
    seed: int = 0,
) -> npt.NDArray[np.float64]:
    """Change the last layer by what the points are off on average; return that, (68, 2), shares.

    Args:
        network: In eval mode, on the processor.
        crops: All.
        chosen: Of which, faces whose points people set, and which may be learnt from.
        batch: Crops at a time.
        seed: Of how they are framed.

    Raises:
        DataError: None is chosen.
    """
    if not len(chosen):
        raise DataError("no face whose points people set may be learnt from")
    torch.manual_seed(seed)
    off = []
    for start in range(0, len(chosen), batch):
        rows = chosen[start : start + batch]
        images, placement = _framed(crops, rows)
        found = network(images)[0][:, :BY_HAND]
        wanted = placement.points(torch.from_numpy(crops.points[rows]))[:, :BY_HAND] / CROP_PX
        off.append((found - wanted).numpy())
    bias = np.concatenate(off).mean(axis=0)
    network.points.bias[: 2 * BY_HAND] -= torch.from_numpy(bias.reshape(-1))
    return np.asarray(bias, np.float64)


def examples(crops: FaceCrops, usable: npt.NDArray[np.bool_], seed: int = 0) -> Floats:
    """Return images by which the network is quantised, (n, 3, CROP_PX, CROP_PX), 0..1.

    Args:
        crops: All.
        usable: Which may be learnt from, (n,).
        seed: Of the draws.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    parts = [
        _framed(crops, rng.choice(rows, min(EXAMPLES, len(rows)), replace=False))[0].numpy()
        for rows in with_points(crops, usable).values()
    ]
    return np.concatenate(parts)


def _framed(crops: FaceCrops, rows: npt.NDArray[np.int64]) -> tuple[Tensor, Placement]:
    """Return crops as the app sees them, (n, 3, CROP_PX, CROP_PX), and where they lie."""
    part = Crops(torch.from_numpy(pixels_of(crops, rows)), torch.from_numpy(crops.boxes[rows]))
    placement = placed(part.boxes, CROP_PX, FRAMING, mirrored=False)
    grey = torch.full((len(rows), 3, CROP_PX, CROP_PX), PADDING / 255)
    return drawn(part.pixels, placement, grey, plain=True), placement


def finish(
    data: Path, folder: Path, before: Path, after: Path, share: float
) -> tuple[LandmarkNetwork, Floats]:
    """Return the network between two written ones, without bias, and examples to quantise it by.

    Both by the train faces of `prepare`.

    Args:
        data: The data folder.
        folder: Of `prepare`.
        before: Weights from which was trained on.
        after: What came of it.
        share: Of the latter, 0..1.

    Raises:
        DataError: The data or crops cannot be used.
        CheckpointError: The weights cannot be used.
    """
    network = between(load(before), load(after), share)
    pictures, crops = all_pictures(data), open_crops(folder / CROPS)
    usable, _ = selection(crops, pictures)
    chosen = with_points(crops, usable).get(MARKED_BY_HAND, np.zeros(0, np.int64))
    take_bias_out(network, crops, chosen)
    return network, examples(crops, usable)
