"""The 68 points of iBUG and the two iris centres, of every face that the landmark network saw.

Its mesh has other points than the ones people set by hand (Sagonas et al. 2013), so where both are
known the way from one to the other is fitted, and applied where only the mesh is. People set few
points on heads turned far, and slide those of the jaw along its outline: there the points stay
where they are on the head, at the vertices that they lie nearest to on frontal faces.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fer_core.arrays import FloatArray
from fer_core.face.head_pose import angles_of
from fer_core.training.errors import DataError
from fer_core.training.landmark_teacher import box_of, rotations_of
from fer_core.vision.landmark_layout import POINTS

Floats = npt.NDArray[np.float32]

#: Iris centres of the mesh, the forehead's and the chin's middle.
IRISES, FOREHEAD, CHIN = (468, 473), 10, 152
#: Principal components of the meshes that the fit uses, and its ridge.
COMPONENTS, RIDGE = 60, 1.0
#: Share of the pictures that is left out of the last fit: the mesh lies on another face.
MISFITS = 0.015
#: Passes of the fit: each leaves out what fitted worst in the one before.
PASSES = 2
#: Vertices of the mesh without the irises; faces turned by at most so many degrees are frontal.
VERTICES, FRONTAL = 468, 10.0
#: Yaw from which the points begin to stay where they are on the head, and from which they all do.
STAY_FROM, STAY_ALL = 20.0, 35.0


@dataclass(frozen=True, slots=True)
class MeshToPoints:
    """A linear map from a mesh in its own frame to the 68 points in the same frame.

    Attributes:
        mesh: (2 x 478,): the mean mesh.
        points: (2 x 68,): the mean of the points.
        matrix: (2 x 478, 2 x 68).
    """

    mesh: Floats
    points: Floats
    matrix: Floats

    @classmethod
    def fitted(cls, meshes: Floats, points: Floats) -> MeshToPoints:
        """Fit the map by ridge regression on principal components.

        Args:
            meshes: (n, 478, 2), in pixels.
            points: (n, 68, 2), by hand, in the same pixels.

        Raises:
            DataError: Fewer than twice as many faces as components.
        """
        if len(meshes) < 2 * COMPONENTS:
            raise DataError(f"{len(meshes)} faces with points are too few to fit a mesh to them")
        centres, frames = _frames(meshes)
        flat = _into(meshes, centres, frames).reshape(len(meshes), -1)
        wanted = _into(points, centres, frames).reshape(len(points), -1)
        used = np.ones(len(meshes), bool)
        nothing = np.zeros((flat.shape[1], wanted.shape[1]), np.float32)
        fit = cls(flat.mean(0), wanted.mean(0), nothing)
        for _ in range(PASSES):
            mesh, mean = flat[used].mean(0), wanted[used].mean(0)
            axes = np.linalg.svd(flat[used] - mesh, full_matrices=False)[2][:COMPONENTS].T
            reduced = (flat[used] - mesh) @ axes
            squares = reduced.T @ reduced + RIDGE * np.eye(COMPONENTS, dtype=np.float32)
            solved = np.linalg.solve(squares, reduced.T @ (wanted[used] - mean))
            fit = cls(mesh, mean, np.asarray(axes @ solved, np.float32))
            error = np.square(fit._mapped(flat) - wanted).mean(1)
            used = error <= np.quantile(error, 1 - MISFITS)
        return fit

    def applied(self, meshes: Floats) -> Floats:
        """Return the points (n, `POINTS`, 2) of meshes (n, 478, 2), in the same pixels."""
        centres, frames = _frames(meshes)
        flat = _into(meshes, centres, frames).reshape(len(meshes), -1)
        points = self._mapped(flat).reshape(len(meshes), -1, 2)
        back = np.einsum("nij,nkj->nki", np.linalg.inv(frames), points) + centres
        return np.asarray(np.concatenate([back, meshes[:, IRISES]], 1), np.float32)

    def _mapped(self, flat: Floats) -> Floats:
        return np.asarray((flat - self.mesh) @ self.matrix + self.points, np.float32)


@dataclass(frozen=True, slots=True)
class PointsOnHead:
    """Where the points lie on a mesh, whichever way the head is turned.

    Attributes:
        vertices: (`POINTS`,): the vertex that each is nearest to.
        offsets: (`POINTS`, 3): from there, in widths of the face that looks into the camera.
    """

    vertices: npt.NDArray[np.int64]
    offsets: Floats

    @classmethod
    def fitted(cls, meshes: Floats, points: Floats, rotations: FloatArray) -> PointsOnHead:
        """Find the vertices on frontal faces.

        Args:
            meshes: (n, 478, 3), pixels.
            points: (n, `POINTS`, 2), pixels.
            rotations: (n, 3, 3).

        Raises:
            DataError: No face is frontal.
        """
        rows = [
            row
            for row, rotation in enumerate(rotations)
            if np.isfinite(rotation).all() and max(map(abs, angles_of(rotation))) <= FRONTAL
        ]
        if not rows:
            raise DataError("no face looks into the camera: where points lie cannot be told")
        flat = meshes[rows, :VERTICES, :2]
        sizes = np.ptp(flat[:, :, 0], axis=1)[:, None, None]
        middles = flat.mean(axis=1, keepdims=True)
        vertices = ((flat - middles) / sizes).mean(axis=0)
        placed = ((points[rows] - middles) / sizes).mean(axis=0)
        apart = np.linalg.norm(placed[:, None] - vertices[None], axis=2)
        nearest = np.asarray(apart.argmin(axis=1), np.int64)
        offsets = np.zeros((POINTS, 3), np.float32)
        offsets[:, :2] = placed - vertices[nearest]
        nearest[-len(IRISES) :] = IRISES
        offsets[-len(IRISES) :] = 0.0
        return cls(nearest, offsets)

    def applied(self, mesh: Floats, rotation: FloatArray) -> Floats:
        """Return the points (`POINTS`, 2) of a mesh (478, 3), in the same pixels."""
        level = (mesh[:VERTICES] - mesh[:VERTICES].mean(axis=0)) @ rotation
        moved = float(np.ptp(level[:, 0])) * self.offsets @ rotation.T
        return np.asarray((mesh[self.vertices] + moved)[:, :2], np.float32)


def _stay(points: Floats, meshes: Floats, matrices: npt.NDArray[np.floating]) -> None:
    """Let the points of heads turned far stay where they are on the head, in place."""
    rotations = rotations_of(matrices)
    head = PointsOnHead.fitted(meshes, points, rotations)
    for row in np.flatnonzero(np.isfinite(rotations).all((1, 2))):
        yaw = abs(angles_of(rotations[row])[0])
        share = float(np.clip((yaw - STAY_FROM) / (STAY_ALL - STAY_FROM), 0, 1))
        if share > 0:
            stayed = head.applied(meshes[row], rotations[row])
            points[row] += share * (stayed - points[row])


def _frames(meshes: Floats) -> tuple[Floats, Floats]:
    """Return each mesh's centre (n, 1, 2), and what turns it upright and to size 1 (n, 2, 2)."""
    centres = meshes.mean(axis=1, keepdims=True)
    sizes = np.sqrt(np.square(meshes - centres).sum(2).mean(1))
    up = meshes[:, FOREHEAD] - meshes[:, CHIN]
    x, y = (up / np.linalg.norm(up, axis=1, keepdims=True)).T
    turns = np.stack([np.stack([-y, x], -1), np.stack([-x, -y], -1)], 1)
    return centres, np.asarray(turns / sizes[:, None, None], np.float32)


def _into(points: Floats, centres: Floats, frames: Floats) -> Floats:
    return np.asarray(np.einsum("nij,nkj->nki", frames, points - centres), np.float32)


def points_by_hand(table: Path) -> dict[str, Floats]:
    """Return name -> (68, 2), pixels, of a table with the column `points68_xy`.

    Raises:
        DataError: It cannot be read.
    """
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            return {
                row["name"]: np.array(row["points68_xy"].split(), np.float32).reshape(68, 2)
                for row in csv.DictReader(file)
            }
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{table} holds no points: {error}") from error


def compact(folder: Path, table: Path, output: Path) -> dict[str, int]:
    """Write `landmark_teacher`'s files with `POINTS` points in place of the mesh's 478.

    Args:
        folder: Of `landmark_teacher`'s files.
        table: With points by hand, of pictures in the file of the same stem; those stay theirs.
        output: The folder to write into.

    Returns:
        Stem -> faces.

    Raises:
        DataError: A file cannot be used.
    """
    by_hand = points_by_hand(table)
    files = {path.stem: path for path in sorted(folder.glob("*.npz"))}
    if table.stem not in files:
        raise DataError(f"{folder} holds no {table.stem}.npz, whose points people have set")
    fit = _fit(files[table.stem], by_hand, _learnt(table))
    counts = {}
    output.mkdir(parents=True, exist_ok=True)
    for stem, path in files.items():
        with np.load(path) as stored:
            names, meshes = stored["names"], stored["points"].astype(np.float32)
            blend = stored["blend"].astype(np.float16)
            matrices = stored.get("matrix")
        points = np.full((len(names), POINTS, 2), np.nan, np.float32)
        seen = ~np.isnan(meshes[:, 0, 0])
        points[seen] = fit.applied(meshes[seen, :, :2])
        if matrices is not None:
            _stay(points, meshes, matrices)
        if stem == table.stem:
            for row, name in enumerate(names):
                points[row, :68] = by_hand.get(str(name), points[row, :68])
        boxes = box_of(meshes).astype(np.float16)
        np.savez_compressed(
            output / f"{stem}.npz",
            names=names,
            boxes=boxes,
            blend=blend,
            points=points.astype(np.float16),
        )
        counts[stem] = int(seen.sum())
    return counts


def _learnt(table: Path) -> set[str]:
    with table.open(encoding="utf-8-sig", newline="") as file:
        return {row["name"] for row in csv.DictReader(file) if row.get("split") == "train"}


def _fit(path: Path, by_hand: Mapping[str, Floats], learnt: set[str]) -> MeshToPoints:
    with np.load(path) as stored:
        names, meshes = stored["names"], stored["points"].astype(np.float32)[:, :, :2]
    rows = [
        row
        for row, name in enumerate(names)
        if str(name) in learnt and str(name) in by_hand and not np.isnan(meshes[row, 0, 0])
    ]
    return MeshToPoints.fitted(
        meshes[rows], np.stack([by_hand[str(names[row])] for row in rows]).astype(np.float32)
    )
