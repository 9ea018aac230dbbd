"""How well points, pose and eyes are told, how steady they are, and what they cost.

    python benchmarks/landmarks.py --data DIR [--weights MODEL.JSON] [--limit 244] [--meshes DIR]

prints, on the val rows of `landmarks.csv` and `eyes.csv` and on the clips of the data:

- the points' mean error, in % of the distance of the outer eye corners, by the box that the points
  give and by the box that the detector gives. What peers publish, by the same measure on 300-W's
  common, challenging and whole test sets (Helen and AFW, which these rows are from, are parts of
  300-W): HRNetV2-W18 (9.3 million parameters, 256 px) 2.91, 5.11, 3.34 (its README); a MobileNetV2
  of the repository cunjian/pytorch_face_landmark at 224 px 3.70, 7.27, 4.39, at 56 px 4.50, 8.50,
  5.27 (its README). Other pictures, so the figures stand beside each other and no more;
- yaw, pitch and roll against known turns: the same face turned by a known angle; with --meshes
  (files of `landmark_teacher`) also heads rendered from their own mesh at a known pose, and against
  what MediaPipe's face landmarker says of photographs of turned heads;
- how well open and closed eyes are told apart;
- how much points shake from frame to frame while the head hardly moves, as seen and as filtered;
- false alarms of "eyes heavy" an hour, of made-up lids that are never tired;
- processor time of a face.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fer_core.arrays import FloatArray
from fer_core.face.head_pose import angles_of, head_pose, rotation_of
from fer_core.training.data import PictureReader, load_dataset
from fer_core.training.landmark_teacher import box_of as teacher_box
from fer_core.training.landmark_teacher import rotations_of
from fer_core.training.landmarks_eyes import measure
from fer_core.training.turned_crops import DEPTH, Turn
from fer_core.training.turned_crops import turned as rendered
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.faces import Box, Face
from fer_core.vision.follower import FaceFollower
from fer_core.vision.image import RgbImage
from fer_core.vision.landmarks import MarkReader
from fer_core.vision.model_info import read_model_info
from tests.synthetic.lids import false_alarms_per_hour
from tests.synthetic.turned_faces import turned

SHIPPED = Path(__file__).parent.parent / "weights" / "model.json"
RESULTS = Path(__file__).parent / "results" / "landmarks.json"
#: Turns of each face, degrees: yaw, pitch, roll.
TURNS = (
    *((-40, 0, 0), (-30, 0, 0), (-20, 0, 0), (-10, 0, 0)),
    *((10, 0, 0), (20, 0, 0), (30, 0, 0), (40, 0, 0)),
    *((0, -20, 0), (0, -10, 0), (0, 15, 0), (0, 25, 0), (0, 0, 20)),
)
AXES = ("yaw", "pitch", "roll")
#: Photographs of turned heads: of which sets, and from which yaw to which, degrees.
PHOTOGRAPHS, BINS = ("landmarks", "colour_heads", "news_heads"), (0, 15, 25, 35, 45, 60)
#: Faces that are turned: those that look into the camera, as a turn adds to their own.
MOST_OWN_TURN = 12.0
CLIPS = ("neutral_to_smile.mp4", "face_then_none.mov")


def marked_rows(
    data: Path, limit: int, named: tuple[str, ...] = ("",)
) -> list[tuple[str, RgbImage, FloatArray]]:
    """Return name, picture and points (68, 2) of the val rows whose names begin with one of these.

    Args:
        data: The data folder.
        limit: Most rows.
        named: Beginnings of names; all by default.
    """
    found: list[tuple[str, RgbImage, FloatArray]] = []
    with (
        zipfile.ZipFile(data / "landmarks.zip") as archive,
        (data / "landmarks.csv").open(newline="", encoding="utf-8") as table,
    ):
        for row in csv.DictReader(table):
            if row["split"] == "val" and len(found) < limit and row["name"].startswith(named):
                raw = np.frombuffer(archive.read(row["name"]), np.uint8)
                picture = cv2.imdecode(raw, cv2.IMREAD_COLOR_RGB)
                points = np.array(row["points68_xy"].split(), float).reshape(68, 2)
                found.append((row["name"], np.asarray(picture, np.uint8), points))
    return found


def box_of(points: FloatArray) -> Box:
    """Return the face's box by its points: the forehead is above them."""
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return Box(x0, y0 - 0.35 * (y1 - y0), x1 - x0, 1.35 * (y1 - y0))


def error(found: FloatArray, points: FloatArray) -> float:
    """Return the mean distance of the points, in % of that of the outer eye corners."""
    apart = float(np.linalg.norm(points[45] - points[36]))
    return 100 * float(np.linalg.norm(found[:68] - points, axis=1).mean()) / apart


def nearest(faces: tuple[Face, ...], box: Box) -> Face | None:
    """Return the face that lies where a box is."""
    best = max(faces, key=lambda face: face.box.iou(box), default=None)
    return best if best is not None and best.box.iou(box) > 0.3 else None


def point_errors(
    reader: MarkReader, detector: EmotionDetector, rows: list[tuple[str, RgbImage, FloatArray]]
) -> dict[str, float]:
    """Return the points' error by their own box and by the detector's."""
    own, seen, spent = [], [], []
    for _, picture, points in rows:
        began = time.process_time()
        marks = reader.read(picture, box_of(points))
        spent.append(time.process_time() - began)
        if marks is not None:
            own.append(error(marks.points, points))
        face = nearest(detector.detect(picture, "frame").faces, box_of(points))
        marks = None if face is None else reader.read(picture, face.box)
        if marks is not None:
            seen.append(error(marks.points, points))
    return {
        "faces": len(rows),
        "marked": len(own),
        "error_percent": float(np.mean(own)),
        "median_error_percent": float(np.median(own)),
        "found_by_detector": len(seen),
        "error_percent_by_detector": float(np.mean(seen)),
        "processor_ms": 1000 * float(np.median(spent)),
    }


def pose_errors(
    reader: MarkReader, rows: list[tuple[str, RgbImage, FloatArray]]
) -> dict[str, float]:
    """Return by axis and turn the mean error of known turns, and the mean of what is told, degrees.

    Of faces that look into the camera. Pictures laid over a head lack what a turn uncovers; the
    network learnt from such pictures of other people, laid over another head.
    """
    told: dict[tuple[int, int], list[float]] = {}
    missed = 0
    for _, picture, points in rows:
        marks = reader.read(picture, box_of(points))
        pose = None if marks is None else head_pose(marks.points)
        if pose is None or max(abs(pose.yaw), abs(pose.pitch), abs(pose.roll)) > MOST_OWN_TURN:
            continue
        for turn in TURNS:
            shown, box = turned(picture, points, *turn)
            marks = reader.read(shown, box)
            after = None if marks is None else head_pose(marks.points)
            if after is None:
                missed += 1
                continue
            axis = int(np.argmax(np.abs(turn)))
            told.setdefault((axis, turn[axis]), []).append(after.angles[axis] - pose.angles[axis])
    figures: dict[str, float] = {"turns": sum(map(len, told.values())), "missed": missed}
    for (axis, turn_deg), seen in sorted(told.items()):
        name = f"{AXES[axis]} {turn_deg:+d}"
        figures[f"{name}, told"] = float(np.mean(seen))
        figures[f"{name}, error"] = float(np.mean(np.abs(np.array(seen) - turn_deg)))
    for axis, name in enumerate(AXES):
        off = [np.abs(np.array(seen) - turn) for (of, turn), seen in told.items() if of == axis]
        figures[f"{name}_deg"] = float(np.mean(np.concatenate(off)))
    return figures


def photograph_errors(reader: MarkReader, data: Path, meshes: Path) -> dict[str, float]:
    """Return by yaw how far yaw is from the teacher's, of val photographs, mean, degrees."""
    pictures = {(one.source, one.name): one for one in load_dataset(data) if one.split == "val"}
    decoder, off = PictureReader(), dict[tuple[int, int], list[float]]()
    for source in PHOTOGRAPHS:
        with np.load(meshes / f"{source}.npz") as stored:
            names, rotations = stored["names"], rotations_of(stored["matrix"])
            boxes = teacher_box(stored["points"])
        for name, rotation, box in zip(names, rotations, boxes, strict=True):
            picture = pictures.get((source, str(name)))
            if picture is None or not np.isfinite(rotation).all():
                continue
            truth = angles_of(rotation)[0]
            within = next((each for each in itertools.pairwise(BINS) if abs(truth) < each[1]), None)
            marks = reader.read(decoder.read(picture.container, picture.name), Box(*box.tolist()))
            pose = None if marks is None else head_pose(marks.points)
            if within is not None and pose is not None:
                off.setdefault(within, []).append(pose.yaw - truth)
    figures: dict[str, float] = {}
    for (low, high), errors in sorted(off.items()):
        figures[f"yaw {low} to {high}, faces"] = len(errors)
        figures[f"yaw {low} to {high}, error"] = float(np.mean(np.abs(errors)))
    return figures


def rendered_errors(
    reader: MarkReader, rows: list[tuple[str, RgbImage, FloatArray]], meshes: Path
) -> dict[str, float]:
    """Return by pose the mean error of yaw, pitch and roll, degrees, of heads at a known pose.

    Each face that looks into the camera is drawn anew from the teacher's mesh of 478 points with
    its own picture on it. The network learnt from other people rendered so. Poses are those of the
    mesh itself, not against what is told of the picture.
    """
    with np.load(meshes / "landmarks.npz") as stored:
        number = {str(name): row for row, name in enumerate(stored["names"])}
        rotations, found = rotations_of(stored["matrix"]), stored["points"] * (1.0, 1.0, DEPTH)
    off: dict[tuple[int, int, int], list[FloatArray]] = {}
    nothing = np.zeros((0, 2), np.float32), np.zeros(0, np.float32)
    for name, picture, _ in rows:
        own = rotations[number[name]] if name in number else np.full((3, 3), np.nan)
        if not np.isfinite(own).all() or np.abs(angles_of(own)).max() > MOST_OWN_TURN:
            continue
        mesh = found[number[name]].astype(np.float32)
        for pose in TURNS:
            turn = Turn(rotation_of(*pose) @ own.T, fixed=False)
            shown, moved, _ = rendered(picture, mesh, *nothing, turn)
            marks = reader.read(shown, Box(*teacher_box(moved[None])[0].tolist()))
            told = None if marks is None else head_pose(marks.points)
            if told is not None:
                off.setdefault(pose, []).append(np.subtract(told.angles, pose))
    figures: dict[str, float] = {}
    for pose, errors in off.items():
        name = "yaw {:+d}, pitch {:+d}, roll {:+d}".format(*pose)
        figures[f"{name}, heads"] = len(errors)
        for axis, mean in zip(AXES, np.abs(errors).mean(axis=0), strict=True):
            figures[f"{name}, error of {axis}"] = float(mean)
    return figures


def jitter(detector: EmotionDetector, clip: Path) -> dict[str, float]:
    """Return how much points shake, in % of the eye distance: as seen, and as filtered.

    The shake is the second difference over time, which a steady movement does not have, divided by
    the square root of 6, which makes it the noise of one frame.
    """
    follower, plain = FaceFollower(), []
    filtered = []
    capture = cv2.VideoCapture(str(clip))
    fps = capture.get(cv2.CAP_PROP_FPS) or 25.0
    for index in itertools.count():
        there, frame = capture.read()
        if not there:
            break
        rgb = np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), np.uint8)
        steady = follower.analyse(detector, rgb, index / fps)
        if len(steady.faces) != 1 or steady.faces[0].marks is None:
            continue
        reader = detector.marks
        raw = None if reader is None else reader.read(rgb, steady.faces[0].box)
        if raw is not None:
            plain.append(raw.points[:68])
            filtered.append(steady.faces[0].marks.points[:68])

    def shake(points: list[FloatArray]) -> float:
        placed = np.array(points)
        apart = np.linalg.norm(placed[:, 45] - placed[:, 36], axis=1).mean()
        second = placed[2:] - 2 * placed[1:-1] + placed[:-2]
        return 100 * float(np.sqrt((second**2).mean() / 6)) / float(apart)

    return {
        "frames": len(plain),
        "as_seen_percent": shake(plain),
        "filtered_percent": shake(filtered),
    }


def main() -> None:
    """Measure, print and write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=SHIPPED)
    parser.add_argument("--meshes", type=Path, help="folder of landmark_teacher's files")
    parser.add_argument("--limit", type=int, default=10_000, help="most pictures")
    parser.add_argument("--hours", type=int, default=40, help="of made-up lids")
    options = parser.parse_args()
    networks = read_model_info(options.weights).networks
    if networks.landmarks is None or networks.eyes is None:
        sys.exit("This model has no networks for points and eyes.")
    detector = EmotionDetector.load(options.weights, threads=1)
    reader = detector.marks
    if reader is None:
        sys.exit("This model gives no points.")
    rows = marked_rows(options.data, options.limit)
    figures: dict[str, Any] = {"points": point_errors(reader, detector, rows)}
    figures["pose"] = pose_errors(reader, rows)
    if options.meshes is not None:
        figures["rendered"] = rendered_errors(reader, rows, options.meshes)
        figures["photographs"] = photograph_errors(reader, options.data, options.meshes)
    eyes = options.weights.with_name(Path(networks.eyes.file).name)
    figures["eyes"] = measure(options.data, eyes)
    figures["jitter"] = {
        clip: jitter(detector, options.data / "clips" / clip)
        for clip in CLIPS
        if (options.data / "clips" / clip).is_file()
    }
    seeds = range(4)
    alarms = [false_alarms_per_hour(max(1, options.hours // 4), seed) for seed in seeds]
    figures["heavy_eyes_false_alarms_per_hour"] = float(np.mean(alarms))
    for name, found in figures.items():
        print(f"{name}: {found}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
