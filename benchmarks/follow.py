"""Following faces in films with known faces: what it costs, what it misses, what it says.

    python benchmarks/follow.py [--fps 5 12 24] [--clips FOLDER]

Each frame of a composed film, and of the clips in a folder if one is given, is analysed twice: by
the follower, and as 0.6.0 did, which detects in every frame. Both run on one processor thread. A
table says for each film

- which share of the frames was followed, and what a frame cost in processor time beside detecting;
- the longest time that a face was in the picture and not found, in seconds, of both;
- how many boxes lie where no face is, of both;
- in which share of the frames the largest face got the label that a photo's analysis gives it, of
  both, and how far the five probabilities are from those (mean of the largest difference).

Writes benchmarks/results/follow.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import process_time
from typing import Any

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fer_core.vision.detector import EmotionDetector
from fer_core.vision.faces import Detections, Face
from fer_core.vision.follower import FaceFollower
from fer_core.vision.image import RgbImage
from tests.synthetic.films import (
    Film,
    Frame,
    Person,
    Pose,
    along,
    between,
    leaning,
    play,
    resting,
    swaying,
)

RESULTS = Path(__file__).parent / "results" / "follow.json"
#: Overlap from which a found box is the face that is there.
SAME_IOU = 0.4
#: Every how many frames a photo's analysis is asked for its opinion.
ASKED_EVERY = 4


def films() -> dict[str, Film]:
    """Return what happens in front of a camera, by name."""
    seat, out = Pose(300, 230, 140), Pose(760, 230, 140)
    leaves = along([(0, seat), (2, seat), (2.5, out)])
    comes = along([(4, Pose(-120, 230, 140)), (4.6, seat), (8, seat)])
    walks = along(
        [(2, Pose(760, 200, 100)), (3, Pose(540, 200, 100)), (6, Pose(540, 200, 100)), (7, out)]
    )
    return {
        "reads": Film(8, {"a": resting()}),
        "another reads": Film(8, {"b": resting(height=120)}),
        "sways": Film(8, {"a": swaying(0.4, 2.5)}),
        "sways wildly": Film(8, {"a": swaying(0.8, 2.0)}),
        "leans in and back": Film(8, {"a": leaning(220, 70)}),
        "leaves, comes back": Film(8, {"a": lambda at: leaves(at) or comes(at)}),
        "jumps": Film(6, {"a": lambda at: resting(160 if at < 3 else 470)(at)}),
        "second one there at once": Film(
            8, {"a": resting(190), "b": between(resting(530, 230, 100), (2.1, 5.3))}
        ),
        "second one walks in": Film(8, {"a": resting(190), "b": walks}),
        "two": Film(8, {"a": swaying(0.2, 2.5, 100), "b": resting(550, 230, 90)}),
        "hand before the face": Film(6, {"a": resting()}, hidden=lambda at: 0.55 * (2 < at < 3.5)),
        "light fades": Film(6, {"a": resting()}, light=lambda at: 1 - 0.12 * at),
        "camera is moved": Film(6, {"a": resting()}, backdrop=lambda at: int(at > 3)),
        "nobody": Film(4, {}),
    }


def cast() -> dict[str, Person]:
    """Return who plays: a second person where matplotlib is installed, else the first mirrored."""
    try:
        return {"a": Person.astronaut(), "b": Person.admiral()}
    except ImportError:
        return {"a": Person.astronaut(), "b": Person.mirrored_astronaut()}


def clip(file: Path, fps: float) -> Iterator[Frame]:
    """Return a clip's frames at about that rate; where the faces are is not known."""
    capture = cv2.VideoCapture(str(file))
    rate = capture.get(cv2.CAP_PROP_FPS) or 25.0
    step, number = max(1, round(rate / fps)), 0
    while True:
        there, bgr = capture.read()
        if not there:
            capture.release()
            return
        if number % step == 0:
            rgb: RgbImage = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
            yield Frame(number / rate, rgb, {})
        number += 1


class Tally:
    """What one path did on one film."""

    def __init__(self) -> None:
        self.cpu_s = 0.0
        self.elsewhere = 0
        self._missing_since: dict[str, float] = {}
        self.longest_gap_s = 0.0
        self.agreed: list[bool] = []
        self.differences: list[float] = []

    def note(self, frame: Frame, detections: Detections, opinion: Detections | None) -> None:
        """Count one frame."""
        faces = detections.faces
        for name, box in frame.faces.items():
            if any(face.box.iou(box) >= SAME_IOU for face in faces):
                self._missing_since.pop(name, None)
            else:
                since = self._missing_since.setdefault(name, frame.at)
                self.longest_gap_s = max(self.longest_gap_s, frame.at - since)
        for name in set(self._missing_since) - set(frame.faces):
            del self._missing_since[name]
        self.elsewhere += sum(
            not any(face.box.iou(box) >= SAME_IOU for box in frame.faces.values()) for face in faces
        )
        if opinion is not None and opinion.faces and faces:
            self._compare(faces[0], opinion.faces[0])

    def _compare(self, face: Face, opinion: Face) -> None:
        self.agreed.append(face.strongest is opinion.strongest)
        self.differences.append(float(np.abs(face.probabilities - opinion.probabilities).max()))

    def row(self, frames: int, with_truth: bool) -> dict[str, float | None]:
        """Return the figures."""
        return {
            "cpu_ms": round(1e3 * self.cpu_s / frames, 1),
            "longest_gap_s": round(self.longest_gap_s, 2) if with_truth else None,
            "boxes_elsewhere": self.elsewhere if with_truth else None,
            "agrees": round(float(np.mean(self.agreed)), 3) if self.agreed else None,
            "differs_by": round(float(np.mean(self.differences)), 3) if self.agreed else None,
        }


def watch(detector: EmotionDetector, frames: Sequence[Frame], with_truth: bool) -> dict[str, Any]:
    """Analyse a film on both paths."""
    follower, followed = FaceFollower(), 0
    tallies = {"detecting": Tally(), "following": Tally()}
    for number, frame in enumerate(frames):
        asked = number % ASKED_EVERY == 0
        opinion = detector.detect(frame.rgb, "photo") if asked else None
        for name, tally in tallies.items():
            cpu = process_time()
            if name == "following":
                detections = follower.analyse(detector, frame.rgb, frame.at)
                followed += detections.timing.path == "followed"
            else:
                detections = detector.detect(frame.rgb, "frame")
            tally.cpu_s += process_time() - cpu
            tally.note(frame, detections, opinion)
    rows = {name: tally.row(len(frames), with_truth) for name, tally in tallies.items()}
    cost = tallies["following"].cpu_s / tallies["detecting"].cpu_s
    return {"followed": round(followed / len(frames), 2), "cost": round(cost, 2), **rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--fps", type=float, nargs="+", default=[5.0, 12.0, 24.0])
    parser.add_argument("--clips", type=Path, help="a folder of videos")
    arguments = parser.parse_args()
    detector = EmotionDetector.load(threads=1)
    detector.detect(np.zeros((480, 640, 3), np.uint8), "frame")
    people = cast()
    results: dict[str, Any] = {}
    for fps in arguments.fps:
        print(f"\n{fps:g} frames a second; each pair is detecting / following")
        print(
            f"{'':28} {'followed':>8} {'cost':>5} {'cpu ms':>11} {'gap s':>11} {'elsewhere':>9} "
            f"{'agrees':>11} {'differs by':>11}"
        )
        shown = {name: (list(play(film, fps, people)), True) for name, film in films().items()}
        clips = sorted(arguments.clips.iterdir()) if arguments.clips else []
        shown |= {file.name: (list(clip(file, fps)), False) for file in clips}
        rows = results[f"{fps:g}"] = {}
        for name, (frames, with_truth) in shown.items():
            row = rows[name] = watch(detector, frames, with_truth)
            pairs = [
                " / ".join(
                    "-" if row[path][key] is None else f"{row[path][key]:g}"
                    for path in ("detecting", "following")
                )
                for key in ("cpu_ms", "longest_gap_s", "boxes_elsewhere", "agrees", "differs_by")
            ]
            print(
                f"{name:28} {row['followed']:8.2f} {row['cost']:5.2f} {pairs[0]:>11} "
                f"{pairs[1]:>11} {pairs[2]:>9} {pairs[3]:>11} {pairs[4]:>11}"
            )
    RESULTS.parent.mkdir(exist_ok=True)
    result = {
        "machine": platform.platform(),
        "load_before": os.getloadavg()[0],
        "model": f"{detector.info.name} {detector.info.version}",
        "by_fps": results,
    }
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
