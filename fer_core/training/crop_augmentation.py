"""Crops of faces as a camera might have taken them: light, blur, file, what hides them; on the GPU.

Thousands of crops a second: every change is one operation on a whole batch, each picture with
numbers of its own.
"""

from __future__ import annotations

import math
from functools import partial

import torch
from torch.nn import functional

from fer_core.training.geometry import PADDING

Tensor = torch.Tensor

#: Weights of red, green and blue in grey (ITU-R BT.601).
GREY = (0.299, 0.587, 0.114)
#: JPEG's example tables (ITU-T T.81, K.1 and K.2).
_LUMA = (
    *(16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55),
    *(14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62),
    *(18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92),
    *(49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99),
)
_CHROMA = (
    *(17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99),
    *(24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99),
    *(99,) * 32,
)


def surroundings(images: Tensor) -> Tensor:
    """Return what may lie outside pictures (n, 3, side, side): grey, black, a colour, a picture.

    Args:
        images: (n, 3, side, side), 0..1: pictures without faces.
    """
    count, device = len(images), images.device
    kind = torch.rand(count, 1, 1, 1, device=device)
    colour = torch.rand(count, 3, 1, 1, device=device).expand_as(images)
    grey = torch.full_like(images, PADDING / 255)
    filled = torch.where(kind < 0.45, grey, torch.where(kind < 0.6, torch.zeros_like(grey), colour))
    return torch.where(kind < 0.75, filled, images)


def relit(images: Tensor, strength: float) -> Tensor:
    """Return the images in other light: exposure, gamma, contrast, tint, grey, shade."""
    count, device = len(images), images.device

    def normal(spread: float, channels: int = 1) -> Tensor:
        return torch.randn(count, channels, 1, 1, device=device) * (spread * strength)

    def chosen(share: float) -> Tensor:
        return torch.rand(count, 1, 1, 1, device=device) < share * strength

    grey = sum(images[:, index : index + 1] * weight for index, weight in enumerate(GREY))
    saturation = torch.where(chosen(0.18), 0.0, (1 + normal(0.3)).clamp(0, 2))
    images = grey + (images - grey) * saturation
    images = images.clamp(1e-4, 1) ** torch.exp(normal(0.3))
    contrast, brightness = torch.exp(normal(0.22)), normal(0.08)
    dim = chosen(0.08)  # a dim room: dark, and little contrast
    low = torch.rand(count, 1, 1, 1, device=device) * 0.5 + 0.15
    contrast, brightness = (
        torch.where(dim, contrast * low, contrast),
        torch.where(dim, brightness - 0.5 * (1 - low) * 0.7, brightness),
    )
    images = ((images - 0.5) * contrast + 0.5 + brightness) * torch.exp(normal(0.07, 3))
    angle = torch.rand(count, 1, 1, 1, device=device) * 2 * math.pi
    places = torch.linspace(-0.5, 0.5, images.shape[-1], device=device)
    across = places[None, None, None] * angle.cos() + places[None, None, :, None] * angle.sin()
    shade = (0.7 + across * torch.rand(count, 1, 1, 1, device=device) * 1.2).clamp(0.2, 1.1)
    return torch.where(chosen(0.15), images * shade, images).clamp(0, 1)


def degraded(images: Tensor, strength: float) -> Tensor:
    """Return the images as a poor camera and a file would leave them.

    Small and enlarged again, blurred, noisy, then compressed, each for a share of them.
    """
    count, device = len(images), images.device
    side = images.shape[-1]

    def mixed(changed: Tensor, share: float) -> Tensor:
        chosen = torch.rand(count, 1, 1, 1, device=device) < share * strength
        return torch.where(chosen, changed, images)

    # One size and one width of blur for a batch: the batches differ.
    small = int(side * math.exp(-float(torch.rand(())) * 1.2))
    shrunk = functional.interpolate(images, size=max(20, small), mode="area")
    images = mixed(
        functional.interpolate(shrunk, size=side, mode="bilinear", align_corners=False), 0.4
    )
    images = mixed(_blurred(images, 0.4 + float(torch.rand(())) * side / 60), 0.2)
    spread = torch.rand(count, 1, 1, 1, device=device) * 0.06
    images = mixed(images + torch.randn_like(images) * spread, 0.3)
    quality = 30 + torch.rand(count, device=device) * 65
    return mixed(compressed(images.clamp(0, 1), quality), 0.6).clamp(0, 1)


def _blurred(images: Tensor, sigma: float) -> Tensor:
    radius = max(1, math.ceil(2 * sigma))
    places = torch.arange(-radius, radius + 1, device=images.device, dtype=images.dtype)
    kernel = torch.exp(-(places**2) / (2 * sigma**2))
    kernel = (kernel / kernel.sum()).expand(3, 1, -1)
    padded = functional.pad(images, (radius,) * 4, mode="replicate")
    # Every width of blur would be tried out anew, for seconds.
    with torch.backends.cudnn.flags(benchmark=False):
        rows = functional.conv2d(padded, kernel[:, :, None, :], groups=3)
        return functional.conv2d(rows, kernel[:, :, :, None], groups=3)


def compressed(images: Tensor, quality: Tensor) -> Tensor:
    """Return the images after JPEG with half the colour resolution, without the entropy coding.

    Args:
        images: (n, 3, side, side), 0..1; sides multiples of 16.
        quality: (n,), 1..100.
    """
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality)[:, None, None]
    red, green, blue = (images * 255).unbind(1)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    chroma = torch.stack([(blue - luma) * 0.564, (red - luma) * 0.713], 1)
    halved = functional.avg_pool2d(chroma, 2)
    luma = _quantised(luma[:, None] - 128, _LUMA, scale)[:, 0] + 128
    halved = _quantised(halved, _CHROMA, scale)
    chroma = functional.interpolate(halved, scale_factor=2, mode="bilinear", align_corners=False)
    blue, red = luma + chroma[:, 0] / 0.564, luma + chroma[:, 1] / 0.713
    green = (luma - 0.299 * red - 0.114 * blue) / 0.587
    return torch.stack([red, green, blue], 1) / 255


def _quantised(planes: Tensor, table: tuple[int, ...], scale: Tensor) -> Tensor:
    count, channels, height, width = planes.shape
    cosines = _cosines(planes.device)
    steps = torch.tensor(table, device=planes.device, dtype=torch.float32).view(8, 8)
    steps = ((steps * scale + 50) / 100).floor().clamp(1, 255)[:, None, None, None]
    blocks = planes.view(count, channels, height // 8, 8, width // 8, 8).permute(0, 1, 2, 4, 3, 5)
    frequencies = cosines @ blocks @ cosines.T
    blocks = cosines.T @ ((frequencies / steps).round() * steps) @ cosines
    return blocks.permute(0, 1, 2, 4, 3, 5).reshape(count, channels, height, width)


def _cosines(device: torch.device) -> Tensor:
    """Return the matrix (8, 8) of the discrete cosine transform."""
    places = torch.arange(8, device=device, dtype=torch.float32)
    matrix = torch.cos((2 * places[None] + 1) * places[:, None] * math.pi / 16) / 2
    matrix[0] /= math.sqrt(2)
    return matrix


def _uniform(count: int, device: torch.device, low: float, high: float) -> Tensor:
    """Return a number between the two for each of some images, (count, 1, 1)."""
    return torch.rand(count, 1, 1, device=device) * (high - low) + low


def hidden(images: Tensor, boxes: Tensor, others: Tensor, share: float) -> Tensor:
    """Return the images with a part of some faces hidden by a patch: a hand, a mask, glasses.

    Args:
        images: (n, 3, side, side).
        boxes: (n, 4), x0, y0, x1, y1.
        others: (n, 3, side, side): what the patches are made of, half of the time; else a colour.
        share: Of the faces.
    """
    count, _, side, _ = images.shape
    device = images.device
    uniform = partial(_uniform, count, device)

    x0, y0, x1, y1 = (value[:, None, None] for value in boxes.unbind(1))
    width, height = x1 - x0, y1 - y0
    # A third each: the eyes (dark glasses), the mouth (a mask), anything at the rim.
    kind = torch.rand(count, 1, 1, device=device)
    middle_y = torch.where(kind < 0.25, 0.38, torch.where(kind < 0.5, 0.78, uniform(0, 1)))
    middle_x = torch.where(kind < 0.5, 0.5, torch.where(uniform(0, 1) < 0.5, 0.02, 0.98))
    half_x = torch.where(kind < 0.5, uniform(0.3, 0.55), uniform(0.1, 0.3))
    half_y = torch.where(
        kind < 0.25,
        uniform(0.06, 0.12),
        torch.where(kind < 0.5, uniform(0.15, 0.28), uniform(0.1, 0.4)),
    )
    places = torch.arange(side, device=device, dtype=torch.float32) + 0.5
    across = ((places[None, None] - x0 - middle_x * width) / (half_x * width + 1e-3)).abs()
    down = ((places[None, :, None] - y0 - middle_y * height) / (half_y * height + 1e-3)).abs()
    round_patch = torch.rand(count, 1, 1, device=device) < 0.6
    inside = torch.where(round_patch, across**2 + down**2 < 1, (across < 1) & (down < 1))
    inside &= (torch.rand(count, 1, 1, device=device) < share) & (width > 0)
    colour = torch.rand(count, 3, 1, 1, device=device)
    colour = torch.where(kind[..., None] < 0.25, colour * 0.25, colour).expand_as(images)
    patch = torch.where(torch.rand(count, 1, 1, 1, device=device) < 0.5, colour, others)
    return torch.where(inside[:, None], patch, images)


def covered(images: Tensor, boxes: Tensor) -> Tensor:
    """Return the images with mouth and chin of each face covered: by fingers, a hand, a mask.

    What covers them has the colour of the face's middle, lighter or darker, two times in three;
    else any.

    Args:
        images: (n, 3, side, side).
        boxes: (n, 4), x0, y0, x1, y1.
    """
    count, _, side, _ = images.shape
    device = images.device
    uniform = partial(_uniform, count, device)

    x0, y0, x1, y1 = (value[:, None, None] for value in boxes.unbind(1))
    places = torch.arange(side, device=device, dtype=torch.float32) + 0.5
    right = (places[None, None] - x0) / (x1 - x0) - uniform(0.32, 0.68)
    down = (places[None, :, None] - y0) / (y1 - y0) - uniform(0.7, 0.86)
    angle = uniform(-0.35, 0.35)
    along = (right * angle.cos() + down * angle.sin()) / uniform(0.28, 0.65)
    across = (down * angle.cos() - right * angle.sin()) / uniform(0.13, 0.28)
    kind = torch.rand(count, 1, 1, device=device)
    inside = torch.where(kind < 0.35, along**2 + across**2, along.abs().maximum(across.abs())) < 1
    fingers = torch.randint(2, 5, (count, 1, 1), device=device)
    of_finger = (across + 1) / 2 * fingers % 1
    edge = (kind > 0.5) & ((of_finger < 0.1) | (of_finger > 0.9))
    rim = side // 4
    middle = images[:, :, rim:-rim, rim:-rim].mean((2, 3), keepdim=True)
    own = torch.rand(count, 1, 1, 1, device=device) < 0.65
    any_colour = torch.rand(count, 3, 1, 1, device=device)
    colour = torch.where(own, middle * uniform(0.6, 1.1)[..., None], any_colour)
    patch = (colour * torch.where(edge, 0.65, 1.0)[:, None]).clamp(0, 1)
    return torch.where(inside[:, None], patch, images)
