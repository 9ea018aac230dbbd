"""Pictures that show no face, made or found in installed packages: textures, moons, lamps, pages.

Detectors trained on faces alone take whatever fills the picture for one. `write_negatives` makes an
archive for training; the benchmark of false faces makes others, by another seed.
"""

from __future__ import annotations

import importlib.util
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from fer_core.training.data import Image
from fer_core.training.faceless import MAKERS, Random

#: Longer side of a made picture, pixels.
SIDE = 256
#: Pictures of packages that show no face: package -> folder in it, names. `TRAINED` ones are taught
#: from, those `KEPT` are for the benchmark.
PackagePictures = Mapping[str, tuple[str, tuple[str, ...]]]
TRAINED: PackagePictures = {
    "skimage": (
        "data",
        ("brick.png", "chelsea.png", "coffee.png", "cell.png", "retina.jpg", "clock_motion.png"),
    ),
}
KEPT: PackagePictures = {
    "skimage": (
        "data",
        (
            *("coins.png", "moon.png", "ihc.png", "logo.png", "hubble_deep_field.jpg", "color.png"),
            *("grass.png", "gravel.png", "rocket.jpg", "page.png", "text.png"),
            "motorcycle_left.png",
        ),
    ),
    "matplotlib": ("mpl-data/sample_data", ("logo2.png",)),
}


def write_negatives(path: Path, count: int, seed: int = 0) -> int:
    """Write an archive of made pictures and pieces of package pictures; return how many.

    Args:
        path: The zip file.
        count: Of made pictures.
        seed: Of them.
    """
    # Opened first: a folder that is not there is told before the pictures are made, not after.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        images = [made(number, seed) for number in range(count)]
        rng = np.random.default_rng((seed, count))
        for image in package_pictures(TRAINED):
            images += [varied(image, rng) for _ in range(12)]
        for number, image in enumerate(images):
            bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
            _, encoded = cv2.imencode(".webp", bgr, [cv2.IMWRITE_WEBP_QUALITY, 82])
            archive.writestr(f"{number:05}.webp", encoded.tobytes())
    return len(images)


def package_pictures(wanted: PackagePictures) -> list[Image]:
    """Return those pictures of installed packages that are there, at most 640 px long, RGB."""
    found = []
    for package, (folder, names) in wanted.items():
        specification = importlib.util.find_spec(package)
        if specification is None or not specification.submodule_search_locations:
            continue
        root = Path(specification.submodule_search_locations[0]) / folder
        for name in names:
            image = cv2.imread(str(root / name), cv2.IMREAD_COLOR)
            if image is None:
                continue
            scale = min(1.0, 640 / max(image.shape[:2]))
            size = round(image.shape[1] * scale), round(image.shape[0] * scale)
            small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
            found.append(np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB), np.uint8))
    return found


def varied(image: Image, rng: Random) -> Image:
    """Return a piece of a picture, turned, in other colours."""
    height, width = image.shape[:2]
    share = rng.uniform(0.4, 1.0)
    rows, columns = max(8, int(height * share)), max(8, int(width * share))
    top, left = int(rng.integers(height - rows + 1)), int(rng.integers(width - columns + 1))
    turned = np.rot90(image[top : top + rows, left : left + columns], int(rng.integers(4)))
    scale = SIDE / max(turned.shape[:2])
    size = max(8, round(turned.shape[1] * scale)), max(8, round(turned.shape[0] * scale))
    piece = cv2.resize(np.ascontiguousarray(turned), size, interpolation=cv2.INTER_AREA)
    tint = np.exp(rng.normal(0, 0.2, 3))
    return np.clip(piece * tint, 0, 255).astype(np.uint8)


def made(number: int, seed: int) -> Image:
    """Return picture `number` of the sequence `seed`: RGB, longer side `SIDE`."""
    rng = np.random.default_rng((seed, number))
    sides = SIDE, max(64, round(SIDE * rng.uniform(0.55, 1.0)))
    size = sides if rng.random() < 0.5 else (sides[1], sides[0])
    image: npt.NDArray[Any] = MAKERS[number % len(MAKERS)](size, rng)
    if rng.random() < 0.3:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 3)), np.uint8)
    if rng.random() < 0.25:
        noise = rng.normal(0, rng.uniform(2, 14), image.shape)
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.15:
        image = np.asarray(image.mean(axis=2, keepdims=True).repeat(3, axis=2), np.uint8)
    return np.ascontiguousarray(image)
