"""What a landmark network sees in the training faces: points, blendshapes, better boxes.

Labels to learn from, made once, in an environment of its own, as mediapipe wants an older numpy
than the project:

    pip install mediapipe==0.10.21 pyyaml
    python -m fer_core.training.landmark_teacher DATA face_landmarker.task OUTPUT

writes `OUTPUT/NAME.npz` for each archive: names, points (n, 478, 3; pixels of the picture), blend
(n, 52; 0..1) and matrix (n, 4, 4; from the teacher's head to its camera), NaN where no face was
seen. `landmark_points`, `landmarks_head`, `landmarks_eyes` and `turned_crops` read these.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fer_core.arrays import FloatArray
from fer_core.training.errors import DataError
from fer_core.training.faces import Box
from fer_core.vision.landmark_layout import POINTS

Floats = npt.NDArray[np.float32]

#: Whose own boxes are templates or a cascade's, so that a landmark network's are better.
BOXED_ANEW = frozenset({"colour_heads", "students", "webcam_frames"})
SHAPES = 52
#: Side of the crop that the landmark network sees; the face is half of it.
SIDE = 256
#: Blendshapes of the left and the right half of a face: their mean is learnt, so that a mirrored
#: face shows the same.
PAIRS = (
    *((1, 2), (4, 5), (7, 8), (9, 10), (11, 12), (13, 14), (15, 16), (17, 18), (19, 20), (21, 22)),
    *((24, 26), (28, 29), (30, 31), (33, 39), (34, 35), (36, 37), (44, 45), (46, 47), (48, 49)),
    (50, 51),
)
#: The points of the face's outline: forehead to chin, ear to ear.
OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
#: How much larger the data's boxes are than the outline, and where it lies in them: medians over
#: 19,000 heads and 1,700 webcam pictures. Their own boxes are one template, or a cascade's.
OVAL_WIDTH, OVAL_HEIGHT, OVAL_LEFT, OVAL_TOP = 0.92, 0.87, 0.035, 0.09

#: From the teacher's axes (up, towards the camera) to the picture's (down, away from it).
_AXES = np.diag([1.0, -1.0, -1.0])


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Of one archive.

    Attributes:
        rows: Name -> row.
        boxes: (n, 4), x, y, width, height, in the data's manner, NaN where no face was seen.
        shapes: (n, SHAPES), blendshapes, 0..1.
        points: (n, POINTS, 2), pixels, in `landmark_points`' order; NaN where unknown.
    """

    rows: dict[str, int]
    boxes: Floats
    shapes: Floats
    points: Floats

    def row(self, name: str) -> int | None:
        """Return a picture's row, None where no face was seen in it."""
        row = self.rows.get(name)
        return None if row is None or np.isnan(self.boxes[row, 0]) else row

    def boxes_by_name(self) -> dict[str, Box]:
        """Return x, y, width, height of each face that was seen."""
        boxes = {}
        for name, row in self.rows.items():
            x, y, width, height = (float(value) for value in self.boxes[row])
            if x == x:  # NaN is not
                boxes[name] = (x, y, width, height)
        return boxes


def read_landmarks(folder: Path) -> dict[str, Landmarks]:
    """Return what was seen in each archive: its stem -> landmarks.

    Raises:
        DataError: A file is no such file.
    """
    found = {}
    for path in sorted(folder.glob("*.npz")):
        try:
            with np.load(path) as stored:
                names = [str(name) for name in stored["names"]]
                shapes = stored["blend"].astype(np.float32)
                points = stored["points"].astype(np.float32)
                boxes = stored["boxes"] if "boxes" in stored else box_of(points)
        except (OSError, ValueError, KeyError) as error:
            raise DataError(f"{path} holds no landmarks: {error}") from error
        if points.shape[1:] != (POINTS, 2):
            points = np.full((len(names), POINTS, 2), np.nan, np.float32)
        rows = {name: row for row, name in enumerate(names)}
        found[path.stem] = Landmarks(rows, boxes.astype(np.float32), shapes, points)
    return found


def rotations_of(matrices: npt.NDArray[np.floating]) -> FloatArray:
    """Return the teacher's rotations (n, 3, 3), as `head_pose.angles_of` takes them.

    Args:
        matrices: (n, 4, 4), NaN where no face was seen.
    """
    turns = np.asarray(matrices, np.float64)[:, :3, :3]
    scale = np.linalg.norm(turns, axis=1).mean(axis=1)
    return np.asarray(_AXES @ (turns / scale[:, None, None]) @ _AXES)


def even(shapes: Floats) -> Floats:
    """Return blendshapes (n, SHAPES) alike for a mirrored face: the means of left and right."""
    shapes = shapes.copy()
    for left, right in PAIRS:
        shapes[:, [left, right]] = shapes[:, [left, right]].mean(axis=1, keepdims=True)
    return shapes


def box_of(points: npt.NDArray[np.floating]) -> Floats:
    """Return x, y, width, height (n, 4) of faces, in the data's manner, from the mesh's points."""
    outline = points[:, OVAL, :2].astype(np.float32)
    low, high = outline.min(axis=1), outline.max(axis=1)
    width, height = ((high - low) / np.array([OVAL_WIDTH, OVAL_HEIGHT], np.float32)).T
    left, top = low[:, 0] - OVAL_LEFT * width, low[:, 1] - OVAL_TOP * height
    return np.stack([left, top, width, height], axis=1)


def look_at(data: Path, task: Path, output: Path) -> None:
    """Look at every face of a data folder; write a file for each archive.

    Args:
        data: The data folder.
        task: MediaPipe's face_landmarker.task.
        output: Where to write.
    """
    import cv2
    import mediapipe  # type: ignore[import-not-found]  # in an environment of its own
    from mediapipe.tasks.python import BaseOptions, vision  # type: ignore[import-not-found]

    from fer_core.training.data import PictureReader, load_dataset

    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(task)),
        output_face_blendshapes=True,
        output_facial_transformation_matrixes=True,
        min_face_detection_confidence=0.3,
        min_face_presence_confidence=0.3,
    )
    network, reader = vision.FaceLandmarker.create_from_options(options), PictureReader()
    rows: dict[str, list[tuple[str, Floats, Floats, Floats]]] = {}
    for picture in load_dataset(data):
        if len(picture.faces) != 1:
            continue
        image = reader.read(picture.container, picture.name)
        x, y, width, height = picture.faces[0].box_in(*image.shape[:2])
        scale = SIDE / (2 * max(width, height))
        move = np.array(
            [
                [scale, 0, SIDE / 2 - scale * (x + width / 2)],
                [0, scale, SIDE / 2 - scale * (y + height / 2)],
            ]
        )
        crop = cv2.warpAffine(image, move, (SIDE, SIDE), borderValue=(128, 128, 128))
        seen = network.detect(mediapipe.Image(mediapipe.ImageFormat.SRGB, crop))
        points = np.full((478, 3), np.nan, np.float32)
        shapes = np.full(SHAPES, np.nan, np.float32)
        matrix = np.full((4, 4), np.nan, np.float32)
        if seen.face_landmarks:
            found = np.array([(p.x, p.y, p.z) for p in seen.face_landmarks[0]]) * SIDE / scale
            found[:, :2] -= move[:, 2] / scale
            points = found.astype(np.float32)
            shapes = np.array([each.score for each in seen.face_blendshapes[0]], np.float32)
            matrix = np.asarray(seen.facial_transformation_matrixes[0], np.float32)
        rows.setdefault(picture.source, []).append((picture.name, points, shapes, matrix))
    output.mkdir(parents=True, exist_ok=True)
    for source, known in rows.items():
        names, all_points, all_shapes, matrices = zip(*known, strict=True)
        np.savez_compressed(
            output / f"{source}.npz",
            names=names,
            points=np.array(all_points, np.float16),
            blend=np.array(all_shapes, np.float16),
            matrix=np.array(matrices, np.float32),
        )


if __name__ == "__main__":
    import sys

    look_at(*(Path(argument) for argument in sys.argv[1:4]))
