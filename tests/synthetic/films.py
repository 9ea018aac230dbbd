"""Films with known faces, composed from photographs that come inside packages.

A film is a function of time: who is where. So it can be played at any rate, and each frame carries
the boxes that are in it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import skimage.data

from fer_core.vision.faces import Box
from fer_core.vision.image import RgbImage, decode_image

WIDTH, HEIGHT = 640, 480


@dataclass(frozen=True)
class Person:
    """A photograph of one person.

    Attributes:
        picture: RGB, uint8, shape (height, width, 3).
        face: Where the face is in it.
    """

    picture: RgbImage
    face: Box

    @classmethod
    def astronaut(cls) -> Person:
        """Return Eileen Collins, who smiles (NASA, in scikit-image)."""
        return cls(skimage.data.astronaut()[:360, 40:360], Box(130, 62, 107, 107))

    @classmethod
    def mirrored_astronaut(cls) -> Person:
        """Return the same person looking the other way: a second one where no other is at hand."""
        person = cls.astronaut()
        face = person.face
        left = person.picture.shape[1] - face.x - face.width
        return cls(
            np.ascontiguousarray(person.picture[:, ::-1]),
            Box(left, face.y, face.width, face.height),
        )

    @classmethod
    def admiral(cls) -> Person:
        """Return Grace Hopper, who is calm (US Navy, in matplotlib).

        Raises:
            ImportError: matplotlib is not installed.
        """
        import matplotlib

        file = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
        return cls(decode_image(file.read_bytes()), Box(157, 112, 214, 215))


@dataclass(frozen=True)
class Pose:
    """Where a face is: its centre and height, in pixels of a 640x480 frame."""

    x: float
    y: float
    height: float


#: Seconds since the film began -> where a person's face is; None while away.
Track = Callable[[float], Pose | None]


@dataclass(frozen=True)
class Film:
    """What happens, and for how long.

    Attributes:
        seconds: Its length.
        cast: Each person's track.
        light: Seconds -> factor on all levels.
        hidden: Seconds -> share of each face, from the chin up, that a hand covers.
        backdrop: Seconds -> number of the scene behind.
    """

    seconds: float
    cast: Mapping[str, Track]
    light: Callable[[float], float] = lambda _: 1.0
    hidden: Callable[[float], float] = lambda _: 0.0
    backdrop: Callable[[float], int] = lambda _: 0


@dataclass(frozen=True)
class Frame:
    """One picture of a film.

    Attributes:
        at: Seconds since the film began.
        rgb: Uint8, shape (480, 640, 3).
        faces: Where the faces are of those whose faces are in the picture by half or more.
    """

    at: float
    rgb: RgbImage
    faces: Mapping[str, Box]


def play(film: Film, fps: float, people: Mapping[str, Person], seed: int = 0) -> Iterator[Frame]:
    """Return a film's frames, with a camera's noise."""
    rng = np.random.default_rng(seed)
    for number in range(round(film.seconds * fps)):
        at = number / fps
        canvas = backdrop(film.backdrop(at)).copy()
        faces = {}
        for name, track in film.cast.items():
            pose = track(at)
            if pose is None:
                continue
            box = _put(canvas, people[name], pose)
            _cover(canvas, box, film.hidden(at))
            if _share_in_view(box) >= 0.5:
                faces[name] = box
        lit = canvas * film.light(at) + rng.normal(0, 2, canvas.shape)
        yield Frame(at, np.clip(lit, 0, 255).astype(np.uint8), faces)


@cache
def backdrop(number: int) -> RgbImage:
    """Return a room without people: soft shapes, lit from one side, other ones for each number."""
    rng = np.random.default_rng(number)
    coarse = rng.integers(70, 200, (6, 8, 3)).astype(np.float32)
    soft = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    room = np.asarray(soft * np.linspace(1.1, 0.8, WIDTH)[None, :, None], np.float32)
    for _ in range(6):
        left, top = int(rng.integers(0, WIDTH)), int(rng.integers(0, HEIGHT))
        size = (int(rng.integers(40, 160)), int(rng.integers(40, 160)))
        colour = tuple(float(value) for value in rng.integers(40, 220, 3))
        cv2.rectangle(room, (left, top), (left + size[0], top + size[1]), colour, cv2.FILLED)
    result = np.clip(cv2.GaussianBlur(room, (0, 0), 3), 0, 255).astype(np.uint8)
    result.flags.writeable = False
    return result


def _put(canvas: RgbImage, person: Person, pose: Pose) -> Box:
    """Put a person onto a scene, softened at the edges, and return where the face is."""
    scale = pose.height / person.face.height
    centre_x, centre_y = person.face.centre
    move = np.array(
        [[scale, 0, pose.x - scale * centre_x], [0, scale, pose.y - scale * centre_y]], np.float32
    )
    size, flags = (WIDTH, HEIGHT), cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    height, width = person.picture.shape[:2]
    margin = round(0.06 * min(height, width))
    edge = np.zeros((height, width), np.float32)
    edge[margin:, margin : width - margin] = 1
    soft = cv2.GaussianBlur(edge, (0, 0), margin / 2)
    moved = cv2.warpAffine(person.picture, move, size, flags=flags)
    mask = cv2.warpAffine(soft, move, size)[:, :, None]
    canvas[:] = np.clip(canvas * (1 - mask) + moved * mask, 0, 255).astype(np.uint8)
    face_width, face_height = person.face.width * scale, person.face.height * scale
    return Box(pose.x - face_width / 2, pose.y - face_height / 2, face_width, face_height)


def _cover(canvas: RgbImage, box: Box, share: float) -> None:
    if share <= 0:
        return
    left, top, right, bottom = box.corners
    reach = round(0.15 * box.width)
    corner = (round(left) - reach, round(bottom - share * (bottom - top)))
    cv2.rectangle(
        canvas, corner, (round(right) + reach, round(bottom) + reach), (196, 148, 122), cv2.FILLED
    )


def _share_in_view(box: Box) -> float:
    left, top, right, bottom = box.corners
    width = min(right, WIDTH) - max(left, 0)
    height = min(bottom, HEIGHT) - max(top, 0)
    return max(0.0, width) * max(0.0, height) / box.area


def resting(x: float = 320, y: float = 230, height: float = 150) -> Track:
    """Return the track of someone who reads: small, slow movements."""
    return lambda at: Pose(
        x + 5 * math.sin(1.3 * at) + 2 * math.sin(4.1 * at),
        y + 3 * math.sin(0.9 * at + 1),
        height * (1 + 0.02 * math.sin(0.7 * at)),
    )


def swaying(reach: float = 0.8, period_s: float = 2.0, height: float = 140) -> Track:
    """Return the track of someone who sways by `reach` face heights to each side, and nods."""
    turn = 2 * math.pi / period_s
    return lambda at: Pose(
        320 + reach * height * math.sin(turn * at),
        230 + 0.2 * height * math.sin(2 * turn * at),
        height,
    )


def leaning(nearest: float = 300, farthest: float = 70, period_s: float = 4.0) -> Track:
    """Return the track of someone who leans in and back."""
    middle, reach = math.sqrt(nearest * farthest), math.sqrt(nearest / farthest)
    return lambda at: Pose(320, 235, middle * reach ** math.sin(2 * math.pi / period_s * at))


def between(track: Track, *stretches: tuple[float, float]) -> Track:
    """Return a track that is there in those stretches of seconds only, and is gone at once."""
    return lambda at: track(at) if any(start <= at < end for start, end in stretches) else None


def along(points: Sequence[tuple[float, Pose]]) -> Track:
    """Return the track straight from point to point, each at its second; away before and after."""
    times = [at for at, _ in points]

    def track(at: float) -> Pose | None:
        if not times[0] <= at <= times[-1]:
            return None
        axes = [(pose.x, pose.y, pose.height) for _, pose in points]
        return Pose(*(float(np.interp(at, times, values)) for values in zip(*axes, strict=True)))

    return track
