"""Faces turned further than photographs show them, with points and poses that are known.

People are photographed from the front: of the training faces 2 % are turned by more than 35
degrees, and a network that learns from those alone tells less of such a turn than there is. So the
picture of a face is laid over the teacher's mesh of it, which is turned before a camera; its points
go with it (as Zhu et al. 2016, "Face alignment across large poses", did it with another mesh). What
a turn uncovers stays stretched or blurred. The crops are like those of `face_crops`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fer_core.arrays import FloatArray
from fer_core.face.head_pose import angles_of, rotation_of
from fer_core.training.check import difference_hash
from fer_core.training.crop_files import Collected, Row
from fer_core.training.data import Image, PictureReader
from fer_core.training.errors import DataError
from fer_core.training.face_crops import CHUNK, crop, in_crop
from fer_core.training.faces import LabelledPicture
from fer_core.training.landmark_points import FRONTAL, VERTICES, PointsOnHead
from fer_core.training.landmark_teacher import OVAL, box_of, rotations_of

LOGGER = logging.getLogger(__name__)

#: How many turned faces come of each face of a source, on average: those whose points people set
#: are few, and their pictures large.
PER_FACE = {
    "landmarks": 4.0,
    "colour_heads": 0.4,
    "news_heads": 0.5,
    "students": 0.25,
    "webcam_frames": 0.4,
    "web_crops": 0.3,
}
#: Where they are turned to, degrees: yaw evenly within, pitch normally with this spread and within.
YAW, PITCH, PITCH_SPREAD = 60.0, 35.0, 14.0
#: No face is turned by more than this, nor one that is turned further by itself. Degrees.
MOST_TURN, MOST_OWN = 50.0, 30.0
#: Faces of fewer pixels than this show nothing when turned.
LEAST_PX = 56.0
#: Rings around the outline, as shares of the way from the middle, so that hair turns too; how much
#: farther each lies behind it, in half widths of the face.
RINGS = ((1.25, 0.5), (1.6, 1.1))
#: What the meshes' depths are multiplied with: so turned and frontal faces have the same head.
DEPTH = 1.1
#: How far the camera is, in widths of the face.
DISTANCES = (3.0, 9.0)


@dataclass(frozen=True, slots=True)
class Meshes:
    """What the teacher and `landmark_points` know of one source.

    Attributes:
        rows: Name -> row, of faces that were seen.
        meshes: (n, 478, 3), pixels; z away from the camera.
        points: (n, POINTS, 2), pixels.
        rotations: (n, 3, 3), as `head_pose.angles_of` takes them.
        shapes: (n, 52), 0..1.
    """

    rows: dict[str, int]
    meshes: npt.NDArray[np.float32]
    points: npt.NDArray[np.float32]
    rotations: FloatArray
    shapes: npt.NDArray[np.float32]


def read_meshes(meshes: Path, points: Path) -> Meshes:
    """Return what two files of the same archive hold, of `landmark_teacher` and of `compact`.

    Raises:
        DataError: They are no such files.
    """
    try:
        with np.load(meshes) as stored, np.load(points) as compacted:
            names = [str(name) for name in stored["names"]]
            if names != [str(name) for name in compacted["names"]]:
                raise DataError(f"{meshes} and {points} are of different pictures")
            found = np.asarray(stored["points"], np.float32) * (1.0, 1.0, DEPTH)
            placed = np.asarray(compacted["points"], np.float32)
            rotations = rotations_of(stored["matrix"])
            shapes = np.asarray(stored["blend"], np.float32)
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{meshes} and {points} hold no meshes with poses: {error}") from error
    turns = np.isfinite(rotations.reshape(len(names), -1)).all(axis=1)
    marks = np.isfinite(placed.reshape(len(names), -1)).all(axis=1)
    seen = np.flatnonzero(turns & marks)
    rows = {names[row]: int(row) for row in seen}
    return Meshes(rows, found.astype(np.float32), placed, rotations, shapes)


@dataclass(frozen=True, slots=True)
class Turn:
    """How a face is turned: from where it is, before which camera, and what lies around it.

    Attributes:
        rotation: (3, 3), from the picture's axes to those after the turn.
        distance: Of the camera, in widths of the face.
        fixed: The picture's edge stays, and what lies between is stretched; blurred otherwise.
    """

    rotation: FloatArray
    distance: float = 5.0
    fixed: bool = True


def turned(
    image: Image,
    mesh: npt.NDArray[np.float32],
    points: npt.NDArray[np.float32],
    depths: npt.NDArray[np.float32],
    turn: Turn,
) -> tuple[Image, npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return the picture with its face turned, and where its mesh and its points are then.

    Args:
        image: RGB uint8 (H, W, 3).
        mesh: (VERTICES or more, 3), pixels, z away from the camera.
        points: (n, 2), pixels.
        depths: (n,), z of the points.
        turn: How.
    """
    width = float(np.ptp(mesh[:, 0]))
    middle = np.append(mesh[:VERTICES, :2].mean(axis=0), 0.0)
    camera = turn.distance * width

    def seen(space: npt.NDArray[np.float32]) -> FloatArray:
        # Back to where each point is in space, and seen anew.
        off = np.asarray(space, np.float64) - middle
        off[:, :2] *= (camera + off[:, 2:]) / camera
        off = off @ turn.rotation.T
        flat = off[:, :2] * camera / (camera + off[:, 2:])
        return np.asarray(np.column_stack([flat, off[:, 2]]) + middle, np.float64)

    outline = mesh[list(OVAL)]
    rings = [
        np.column_stack(
            [
                middle[:2] + share * (outline[:, :2] - middle[:2]),
                outline[:, 2] + behind * width / 2,
            ]
        )
        for share, behind in RINGS
    ]
    source = np.concatenate([mesh[:VERTICES], *rings]).astype(np.float32)
    target = seen(source)
    if turn.fixed:
        edge = _edge(*image.shape[:2])
        source = np.concatenate([source, np.column_stack([edge, np.full(len(edge), width)])])
        target = np.concatenate([target, source[-len(edge) :]])
    warped = _warped(image, source[:, :2], target)
    moved = seen(np.column_stack([points, depths]))[:, :2]
    return warped, seen(mesh).astype(np.float32), moved.astype(np.float32)


def _edge(height: int, width: int, count: int = 8) -> FloatArray:
    """Return points on the picture's edge, (4 count, 2)."""
    along = np.arange(count) / count
    across, down, far = along * width, along * height, np.ones(count)
    return np.concatenate(
        [
            np.column_stack([across, 0 * far]),
            np.column_stack([width * far, down]),
            np.column_stack([width - across, height * far]),
            np.column_stack([0 * far, height - down]),
        ]
    )


def _warped(image: Image, source: npt.NDArray[np.float32], target: FloatArray) -> Image:
    """Draw the picture's triangles where they lie after the turn, the nearest on top."""
    from scipy.spatial import Delaunay

    height, width = image.shape[:2]
    triangles = Delaunay(source).simplices
    before, after = source[triangles].astype(np.float64), target[triangles][:, :, :2]

    def doubled_area(corners: FloatArray) -> FloatArray:
        (ax, ay), (bx, by) = (corners[:, k].T - corners[:, 0].T for k in (1, 2))
        return np.asarray(ax * by - ay * bx)

    # What shows its back is hidden by what lies before it.
    kept = doubled_area(after) * np.sign(doubled_area(before)) > 0.05
    triangles, before, after = triangles[kept], before[kept], after[kept]
    ones = np.ones((len(after), 3, 1))
    # Of each triangle the way from a drawn pixel to the picture's.
    ways = np.linalg.solve(np.concatenate([after, ones], axis=2), before)
    which = np.full((height, width), -1, np.int32)
    corners = np.rint((after - 0.5) * 16).astype(np.int32)
    for number in np.argsort(-target[triangles][:, :, 2].mean(axis=1)):
        cv2.fillConvexPoly(which, corners[number], int(number), shift=4)
    rows, columns = np.nonzero(which >= 0)
    places = np.column_stack([columns + 0.5, rows + 0.5, np.ones(len(rows))])
    places = np.einsum("ni,nij->nj", places, ways[which[rows, columns]]) - 0.5
    canvas = np.asarray(cv2.GaussianBlur(image, (0, 0), max(2.0, width / 20)), np.uint8)
    across, down = np.zeros((2, height, width), np.float32)
    across[rows, columns], down[rows, columns] = places.T
    drawn = cv2.remap(image, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    canvas[rows, columns] = drawn[rows, columns]
    return canvas


def draw_turn(own: FloatArray, rng: np.random.Generator) -> Turn | None:
    """Draw where a face is turned to; None where its own pose does not allow that.

    Args:
        own: Its rotation, (3, 3).
        rng: Draws.
    """
    yaw, pitch, roll = angles_of(own)
    if max(abs(yaw), abs(pitch)) > MOST_OWN:
        return None
    aside = float(rng.uniform(-YAW, YAW))
    # Mostly further to where it is turned anyway: that uncovers nothing.
    if abs(yaw) > FRONTAL / 2 and rng.random() < 0.75:
        aside = float(np.copysign(aside, yaw))
    down = float(np.clip(rng.normal(0, PITCH_SPREAD), -PITCH, PITCH))
    aside = float(np.clip(aside, yaw - MOST_TURN, yaw + MOST_TURN))
    rotation = rotation_of(aside, down, roll) @ own.T
    return Turn(rotation, float(rng.uniform(*DISTANCES)), bool(rng.random() < 0.5))


def write_turned(
    pictures: Mapping[tuple[str, str], LabelledPicture],
    meshes: Path,
    points: Path,
    output: Path,
    share: float = 1.0,
    seed: int = 0,
) -> int:
    """Write crops of turned faces, and return how many; `open_crops` reads them.

    Args:
        pictures: (source, name) -> picture.
        meshes: The folder of `landmark_teacher`'s files, with matrices.
        points: The folder of `compact`'s files.
        output: The folder to write into.
        share: Of what `PER_FACE` says.
        seed: Of the turns.

    Raises:
        DataError: A file cannot be used.
    """
    output.mkdir(parents=True, exist_ok=True)
    count = 0
    for number, source in enumerate(sorted(PER_FACE)):
        if not (meshes / f"{source}.npz").is_file():
            continue
        known = read_meshes(meshes / f"{source}.npz", points / f"{source}.npz")
        rows = list(known.rows.values())
        head = PointsOnHead.fitted(known.meshes[rows], known.points[rows], known.rotations[rows])
        rng, reader, collected = np.random.default_rng((seed, number)), PictureReader(), Collected()
        written = 0
        for name, row in known.rows.items():
            picture = pictures.get((source, name))
            if picture is None or len(picture.faces) != 1:
                continue
            mesh = known.meshes[row]
            # Of each held-out face one, to judge by.
            times = PER_FACE[source] * share if picture.split == "train" else 1.0
            if np.ptp(mesh[:, 0]) < LEAST_PX:
                continue
            for _ in range(int(times + rng.random())):
                turn = draw_turn(known.rotations[row], rng)
                if turn is None:
                    break
                image = reader.read(picture.container, picture.name)
                shown, moved, placed = turned(
                    image, mesh, known.points[row], mesh[head.vertices, 2], turn
                )
                x, y, width, height = (float(value) for value in box_of(moved[None])[0])
                box, whole = (x, y, width, height), np.full(shown.shape[:2], 255, np.uint8)
                collected.add(
                    Row(source, name, 0, picture_hash=difference_hash(image)),
                    crop(shown, whole, box),
                    known.shapes[row],
                    in_crop(placed, box),
                )
            if len(collected.rows) >= CHUNK:
                written += collected.write(output / f"{source}-turned-{written:07}.crops.npy")
                collected = Collected()
        written += collected.write(output / f"{source}-turned-{written:07}.crops.npy")
        LOGGER.info("%s: %d turned faces", source, written)
        count += written
    return count
