"""Where a stored crop lies in the image made of it, and what moves with it: boxes and points."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch.nn import functional

from fer_core.training.crop_files import SIDE
from fer_core.training.geometry import PADDING

Tensor = torch.Tensor

#: Where a picture is cut: how many face lengths are left, drawn on a logarithmic scale, and by how
#: much each side of the cut differs (standard deviation of its logarithm).
CUT_LENGTHS, CUT_SPREAD = (1.0, 2.0), 0.1


@dataclass(frozen=True, slots=True)
class Framing:
    """How crops are framed.

    Attributes:
        span: Least and most face lengths that the input spans, drawn on a logarithmic scale.
        shift: Most by which the face is off centre, in face lengths.
        roll: Shares of faces turned by a normal 10 degrees, by up to 60, and by any angle; the
            rest stands as it is.
        narrow: Standard deviation of the logarithm of width to height.
        cut: Share of the pictures of which only `CUT_LENGTHS` around the face are left. Every
            collection has margins of its own; a network would read from them which one it sees,
            and so what it most likely shows.
    """

    span: tuple[float, float] = (1.2, 2.2)
    shift: float = 0.2
    roll: tuple[float, float, float] = (0.6, 0.12, 0.05)
    narrow: float = 0.06
    cut: float = 0.0


@dataclass(frozen=True, slots=True)
class Crops:
    """A batch of crops as they are stored.

    Attributes:
        pixels: uint8 (n, SIDE, SIDE, 4).
        boxes: (n, 4), x0, y0, x1, y1 in pixels; zeros where there is no face.
    """

    pixels: Tensor
    boxes: Tensor


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a batch of crops lies in the images made of them.

    Attributes:
        forward: (n, 2, 2): from an image's pixels to the crop's, around the middles.
        back: (n, 2, 2), its inverse.
        middle: (n, 2), in the crop.
        centre: (n, 2), in the image.
        mirrored: (n,).
        seen: (n, 4), corners in the crop's pixels: of the picture, what lies inside is shown.
        side: Of the images, pixels.
    """

    forward: Tensor
    back: Tensor
    middle: Tensor
    centre: Tensor
    mirrored: Tensor
    seen: Tensor
    side: int

    def boxes(self, boxes: Tensor) -> Tensor:
        """Return the boxes around the turned faces: of the ellipses that the boxes hold.

        Args:
            boxes: (n, 4), corners in the crops' pixels; zeros where there is no face.

        Returns:
            (n, 4), corners in the images' pixels, zeros likewise.
        """
        half = (boxes[:, 2:] - boxes[:, :2]) / 2
        reach = ((self.back * half[:, None]) ** 2).sum(-1).sqrt()
        moved = self.points(((boxes[:, :2] + boxes[:, 2:]) / 2)[:, None])[:, 0]
        corners = torch.cat([moved - reach, moved + reach], 1).clamp(0, self.side)
        return torch.where((boxes[:, 2] > boxes[:, 0])[:, None], corners, 0.0)

    def points(self, points: Tensor) -> Tensor:
        """Return points (n, k, 2), of the crops' pixels, in those of the images."""
        moved = torch.einsum("nij,nkj->nki", self.back, points - self.middle[:, None])
        return moved + self.centre[:, None]


def placed(boxes: Tensor, side: int, framing: Framing, mirrored: bool | None = None) -> Placement:
    """Draw where crops lie in images.

    Args:
        boxes: (n, 4), corners in the crops' pixels; zeros where there is no face.
        side: Of the images, pixels.
        framing: How.
        mirrored: Whether they are; every other one, at random, if None.
    """
    count, device = len(boxes), boxes.device

    def uniform(low: float, high: float) -> Tensor:
        return torch.rand(count, device=device) * (high - low) + low

    x0, y0, x1, y1 = boxes.unbind(1)
    has_face = x1 > x0
    length = torch.where(has_face, torch.maximum(x1 - x0, y1 - y0), SIDE / 2.5)
    span = torch.exp(uniform(math.log(framing.span[0]), math.log(framing.span[1])))
    scale = length * span / side  # stored pixels per pixel
    angle = _angles(count, framing, device)
    share = 0.5 if mirrored is None else float(mirrored)
    is_mirrored = torch.rand(count, device=device) < share
    aspect = torch.exp(torch.randn(count, device=device) * framing.narrow)
    stretch_x = scale * aspect.sqrt() * torch.where(is_mirrored, -1.0, 1.0)
    stretch_y = scale / aspect.sqrt()
    cosine, sine = angle.cos(), angle.sin()
    # From image to stored crop: R(angle) diag(stretch) (p - c).
    forward = torch.stack(
        [
            torch.stack([cosine * stretch_x, -sine * stretch_y], -1),
            torch.stack([sine * stretch_x, cosine * stretch_y], -1),
        ],
        -2,
    )
    middle = torch.where(
        has_face[:, None], torch.stack([(x0 + x1) / 2, (y0 + y1) / 2], -1), SIDE / 2
    )
    offset = (
        torch.stack([uniform(-1, 1), uniform(-1, 1)], -1) * (framing.shift * side / span)[:, None]
    )
    back = torch.linalg.inv(forward)
    seen = _cut(middle, length, framing.cut)
    return Placement(forward, back, middle, side / 2 + offset, is_mirrored, seen, side)


def drawn(pixels: Tensor, placement: Placement, fill: Tensor, plain: bool = False) -> Tensor:
    """Return images (n, 3, side, side), 0..1, of crops where a placement puts them.

    Args:
        pixels: Of the crops, as stored.
        placement: Of each.
        fill: Images (n, 3, side, side), 0..1, for what lies outside the pictures.
        plain: The black around a cut-out face stays, in every other picture otherwise.
    """
    places = _places(placement)
    grid = places / SIDE * 2 - 1
    source = pixels.permute(0, 3, 1, 2).float() / 255
    sampled = functional.grid_sample(source, grid, padding_mode="reflection", align_corners=False)
    first, last = placement.seen[:, None, None].chunk(2, -1)
    inside = ((grid > -1) & (grid < 1) & (places > first) & (places < last)).all(-1)[:, None]
    kept = (torch.rand(len(pixels), 1, 1, 1, device=pixels.device) < 0.5) | plain
    alpha = torch.where(kept, sampled[:, 3:] * 4, (sampled[:, 3:] - 0.6) * 4).clamp(0, 1) * inside
    return sampled[:, :3] * alpha + fill * (1 - alpha)


def framed(
    crops: Crops, side: int, framing: Framing, fill: Tensor, mirrored: bool | None = None
) -> tuple[Tensor, Tensor]:
    """Return images (n, 3, side, side), 0..1, and boxes (n, 4), x0, y0, x1, y1 in their pixels.

    Args:
        crops: As stored.
        side: Of the images, pixels.
        framing: How.
        fill: Images (n, 3, side, side), 0..1, for what lies outside the pictures.
        mirrored: Whether they are, and plain; every other one, at random, if None.
    """
    placement = placed(crops.boxes, side, framing, mirrored)
    images = drawn(crops.pixels, placement, fill, plain=mirrored is not None)
    return images, placement.boxes(crops.boxes)


def plain(
    crops: Crops, side: int, span: float, mirrored: bool = False, cut: float = math.inf
) -> tuple[Tensor, Placement]:
    """Return images as the app sees a found face, and where the crops lie in them.

    Nothing is changed, and grey lies around the picture, of which `cut` face lengths are left.
    """
    placement = placed(crops.boxes, side, Framing((span, span), 0, (0, 0, 0), 0), mirrored)
    low, high = crops.boxes[:, :2], crops.boxes[:, 2:]
    half = (high - low).amax(1, keepdim=True).clamp(min=1) / 2 * cut
    seen = torch.cat([(low + high) / 2 - half, (low + high) / 2 + half], 1)
    placement = replace(placement, seen=seen)
    grey = torch.full((len(crops.boxes), 3, side, side), PADDING / 255, device=crops.boxes.device)
    return drawn(crops.pixels, placement, grey, plain=True), placement


def _angles(count: int, framing: Framing, device: torch.device) -> Tensor:
    kind = torch.rand(count, device=device)
    little, some, any_angle = framing.roll
    bounded = (torch.rand(count, device=device) * 2 - 1) * (math.pi / 3)
    free = (torch.rand(count, device=device) * 2 - 1) * math.pi
    return torch.where(
        kind < little + some + any_angle,
        torch.where(
            kind < little,
            torch.randn(count, device=device) * math.radians(10),
            torch.where(kind < little + some, bounded, free),
        ),
        torch.zeros_like(kind),
    )


def _cut(middle: Tensor, length: Tensor, share: float) -> Tensor:
    """Draw what is left of pictures, (n, 4): everything, but for a share of them."""
    count, device = len(length), length.device
    low, high = (math.log(each) for each in CUT_LENGTHS)
    lengths = torch.rand(count, 1, device=device) * (high - low) + low
    lengths = torch.exp(lengths + torch.randn(count, 4, device=device) * CUT_SPREAD)
    whole = torch.rand(count, 1, device=device) >= share
    sides = torch.where(whole, math.inf, length[:, None] / 2 * lengths)
    return torch.cat([middle - sides[:, :2], middle + sides[:, 2:]], 1)


def _places(placement: Placement) -> Tensor:
    """Return where in the crop each of an image's pixels lies, (n, side, side, 2)."""
    device = placement.centre.device
    along = torch.arange(placement.side, device=device, dtype=torch.float32) + 0.5
    pixels = torch.stack(torch.meshgrid(along, along, indexing="xy"), -1)
    moved = pixels[None] - placement.centre[:, None, None]
    turned = torch.einsum("nij,nhwj->nhwi", placement.forward, moved)
    return turned + placement.middle[:, None, None]
