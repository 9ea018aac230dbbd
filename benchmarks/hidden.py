"""Faces that are partly hidden or turned: how many are found, and whether they are read alike.

    python benchmarks/hidden.py --data DIR [--weights MODEL.JSON] [--limit 40] [--sheet FILE.PNG]

Each `val` picture of a head is shown as it is and with one thing changed. Drawn over the face, at
points that the model's own network tells: glasses, dark glasses, a mask, a hand before the mouth, a
fist under the cheek. Or the picture is turned by 15 to 180 degrees. What is drawn is not what is
worn.

Found: a box overlaps the face's by .3. Alike: the strongest expression is that of the picture as it
is. Right: it is the label; not found is wrong. Calm: of heads labelled Natural, those that are
called Sad or Angry.

Then photographs of heads that were turned aside or bent when they were taken, by the yaw and the
pitch that the model's own network tells: how many one look finds, and reads rightly. The sets hold
hardly a head that is turned by more than 45 degrees.

--sheet writes one face with each change: look at it before you believe a figure.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.landmarks import nearest
from fer_core.arrays import FloatArray
from fer_core.emotions import EMOTIONS, Emotion
from fer_core.face.head_pose import head_pose
from fer_core.training.data import PictureReader, load_dataset
from fer_core.training.evaluate import limited
from fer_core.training.geometry import PADDING
from fer_core.vision.detector import EmotionDetector, Mode
from fer_core.vision.faces import Box, Face
from fer_core.vision.image import RgbImage
from fer_core.vision.landmarks import EYES

SHIPPED = Path(__file__).parent.parent / "weights" / "model.json"
#: With hair and background, so that a hand comes from somewhere.
SOURCES = ("colour_heads", "news_heads", "webcam_frames")
MODES: tuple[Mode, ...] = ("frame", "photo")
AS_IT_IS = "as it is"
#: Sets of photographs by pose, and where ranges of angles begin, degrees.
PHOTOGRAPHS = ("affect_faces", "colour_heads", "landmarks", "news_heads", "web_crops")
ANGLES = (0, 15, 30, 45, 90)
#: Of `Tally.row`.
COLUMNS = ("found", "alike", "right", "calm: Sad, Angry")
#: Colour of a pair of glasses.
FRAME = (28, 26, 30)


@dataclass(frozen=True, slots=True)
class Head:
    """A picture of one head.

    Attributes:
        rgb: The picture.
        box: The labelled one, in pixels.
        points: Shape (68, 2), as the model's own network tells them.
        emotion: The label; None where nobody said it.
    """

    rgb: RgbImage
    box: Box
    points: FloatArray
    emotion: Emotion | None

    @property
    def eye_distance(self) -> float:
        """Between the outer corners of the eyes, in pixels."""
        return float(np.linalg.norm(self.points[45] - self.points[36]))


#: Returns the changed picture and where the face is in it.
Change = Callable[[Head], tuple[RgbImage, Box]]


def glasses(dark: bool) -> Change:
    """Return what draws glasses with dark lenses, or with none."""

    def change(head: Head) -> tuple[RgbImage, Box]:
        image, distance = head.rgb.copy(), head.eye_distance
        line = max(1, round(0.045 * distance))
        middles = [head.points[eye].mean(axis=0) for eye in EYES]
        outward = (middles[1] - middles[0]) / np.linalg.norm(middles[1] - middles[0])
        tilt = float(np.degrees(np.arctan2(outward[1], outward[0])))
        axes = (round(0.29 * distance), round(0.22 * distance))
        for middle, side, temple in zip(middles, (-1, 1), (0, 16), strict=True):
            x, y = np.rint(middle).astype(int).tolist()
            cv2.ellipse(image, (x, y), axes, tilt, 0, 360, FRAME, -1 if dark else line, cv2.LINE_AA)
            _stroke(image, middle + side * axes[0] * outward, head.points[temple], FRAME, line)
        inner = axes[0] * outward
        _stroke(image, middles[0] + inner, middles[1] - inner, FRAME, line)
        return image, head.box

    return change


def _stroke(
    image: RgbImage, start: FloatArray, end: FloatArray, colour: Sequence[float], width: float
) -> None:
    """Draw a line with round ends."""
    (x0, y0), (x1, y1) = (np.rint(each).astype(int).tolist() for each in (start, end))
    cv2.line(image, (x0, y0), (x1, y1), colour, max(1, round(width)), cv2.LINE_AA)


def mask(head: Head) -> tuple[RgbImage, Box]:
    """Draw a surgical mask from the bridge of the nose to the chin."""
    image = head.rgb.copy()
    outline = np.concatenate([head.points[2:15], head.points[[28]]])
    cv2.fillPoly(image, [np.rint(outline).astype(np.int32)], (176, 205, 222), cv2.LINE_AA)
    for share in (0.35, 0.55, 0.75):  # its folds
        pleat = (1 - share) * head.points[28] + share * head.points[8]
        half = 0.5 * (head.points[13] - head.points[3]) * 0.8
        _stroke(image, pleat - half, pleat + half, (150, 182, 202), 1)
    return image, head.box


def hand_before_the_mouth(head: Head) -> tuple[RgbImage, Box]:
    """Draw four fingers in the colour of the cheeks across mouth and chin."""
    image, distance = head.rgb.copy(), head.eye_distance
    mouth, chin = head.points[48:60].mean(axis=0), head.points[8]
    along = (head.points[13] - head.points[3]) / np.linalg.norm(head.points[13] - head.points[3])
    down = (chin - mouth) / np.linalg.norm(chin - mouth)
    skin = _skin(head)
    for finger in range(4):
        start = mouth + (0.2 * finger - 0.2) * distance * down + 0.45 * distance * along
        _finger(image, start, start - 1.5 * distance * along, 0.19 * distance, skin)
    return image, head.box


def fist_under_the_cheek(head: Head) -> tuple[RgbImage, Box]:
    """Draw a fist over cheek and jaw, as of who leans on it, and the arm below."""
    image, distance = head.rgb.copy(), head.eye_distance
    down = (head.points[8] - head.points[27]) / np.linalg.norm(head.points[8] - head.points[27])
    middle, skin = head.points[4], _skin(head)
    _finger(image, middle, middle + 3 * distance * down, 0.5 * distance, skin)
    for finger in range(4):
        start = middle + (0.22 * finger - 0.3) * distance * down
        end = start + 0.3 * (head.points[8] - head.points[4])
        _finger(image, start, end, 0.2 * distance, skin)
    return image, head.box


def _skin(head: Head) -> FloatArray:
    """Return the median colour of the cheeks."""
    places = (head.points[[2, 31]].mean(axis=0), head.points[[14, 35]].mean(axis=0))
    height, width = head.rgb.shape[:2]
    pieces = []
    for x, y in places:
        left, top = int(np.clip(x, 2, width - 3)), int(np.clip(y, 2, height - 3))
        pieces.append(head.rgb[top - 2 : top + 3, left - 2 : left + 3].reshape(-1, 3))
    return np.asarray(np.median(np.concatenate(pieces), axis=0), np.float64)


def _finger(
    image: RgbImage, start: FloatArray, end: FloatArray, width: float, colour: FloatArray
) -> None:
    """Draw it with a darker edge."""
    _stroke(image, start, end, (0.62 * colour).tolist(), width)
    _stroke(image, start, end, (0.92 * colour).tolist(), 0.8 * width)


def rolled(degrees: float) -> Change:
    """Return what turns the picture around its middle, with room for all of it."""

    def change(head: Head) -> tuple[RgbImage, Box]:
        height, width = head.rgb.shape[:2]
        middle = (width / 2, height / 2)
        matrix = np.asarray(cv2.getRotationMatrix2D(middle, degrees, 1.0), np.float64)
        cos, sin = np.abs(matrix[0, :2])
        size = round(width * cos + height * sin), round(width * sin + height * cos)
        matrix[:, 2] += (np.array(size) - (width, height)) / 2
        # Grey, as the app has around a picture: what else lay there would change the answer, too.
        grey = (PADDING,) * 3
        image = cv2.warpAffine(head.rgb, matrix, size, borderValue=grey)
        of_face = matrix @ (*head.box.centre, 1.0)
        box_width, box_height = head.box.width, head.box.height
        half = np.array([box_width * cos + box_height * sin, box_width * sin + box_height * cos])
        half = np.minimum(half, max(box_width, box_height)) / 2  # a face is about an ellipse
        return np.asarray(image, np.uint8), Box(*(of_face - half), *(2 * half))

    return change


CHANGES: dict[str, Change] = {
    AS_IT_IS: lambda head: (head.rgb, head.box),
    "glasses": glasses(dark=False),
    "dark glasses": glasses(dark=True),
    "mask": mask,
    "hand before the mouth": hand_before_the_mouth,
    "fist under the cheek": fist_under_the_cheek,
    **{f"picture turned by {degrees}": rolled(degrees) for degrees in (15, 30, 45, 90, 135, 180)},
}


@dataclass(slots=True)
class Tally:
    """What was seen of the heads with one change, a truth value each."""

    found: list[bool] = field(default_factory=list)
    alike: list[bool] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    calm_called_sad: list[bool] = field(default_factory=list)

    def add(self, head: Head, face: Face | None) -> None:
        """Add what was seen of a head, but for whether it was read alike.

        Args:
            head: As it is.
            face: Found in its picture; None where there was none.
        """
        self.found.append(face is not None)
        if head.emotion is not None:
            self.right.append(face is not None and face.strongest is head.emotion)
        if head.emotion is Emotion.NATURAL and face is not None:
            self.calm_called_sad.append(face.strongest in (Emotion.SAD, Emotion.ANGRY))

    def row(self, name: str) -> str:
        """Return a row of a table: shares, and of how many heads."""
        shares = (self.found, self.alike, self.right, self.calm_called_sad)
        cells = (f"{np.mean(each):.3f} of {len(each)}" if each else "-" for each in shares)
        return f"{name:<24}" + "".join(f"{cell:>17}" for cell in cells)


def measure(detector: EmotionDetector, heads: list[Head], mode: Mode) -> dict[str, Tally]:
    """Return what is seen with each change.

    Args:
        detector: Of the model.
        heads: Shown as they are and changed.
        mode: In which they are shown.
    """
    tallies = {name: Tally() for name in CHANGES}
    for head in heads:
        faces = {
            name: nearest(detector.detect(rgb, mode).faces, box)
            for name, change in CHANGES.items()
            for rgb, box in [change(head)]
        }
        before = faces[AS_IT_IS]
        for name, face in faces.items():
            tallies[name].add(head, face)
            if face is not None and before is not None:
                tallies[name].alike.append(face.strongest is before.strongest)
    return tallies


def heads_of(
    data: Path, detector: EmotionDetector, sources: tuple[str, ...], limit: int
) -> list[Head]:
    """Return val heads of these sets whose points the model's network tells."""
    reader, heads = PictureReader(), []
    pictures = [
        each
        for each in load_dataset(data)
        if each.split == "val" and each.source in sources and len(each.faces) == 1
    ]
    for picture in limited(pictures, limit):
        rgb = np.asarray(reader.read(picture.container, picture.name), np.uint8)
        face = picture.faces[0]
        box = Box(*face.box_in(*rgb.shape[:2]))
        marks = None if detector.marks is None else detector.marks.read(rgb, box)
        if marks is not None:
            label = None if face.weak else EMOTIONS[face.emotion]
            heads.append(Head(rgb, box, marks.points[:68], label))
    return heads


def sheet(head: Head) -> RgbImage:
    """Return one head with every change, side by side."""
    tiles = []
    for change in CHANGES.values():
        rgb, box = change(head)
        x0, y0, x1, y1 = (round(value) for value in box.corners)
        marked = cv2.rectangle(rgb.copy(), (x0, y0), (x1, y1), (255, 255, 0), 1)
        tiles.append(cv2.resize(marked, (240, 240 * rgb.shape[0] // rgb.shape[1])))
    canvas = np.full((max(tile.shape[0] for tile in tiles), 240 * len(tiles), 3), 255, np.uint8)
    for number, tile in enumerate(tiles):
        canvas[: tile.shape[0], 240 * number : 240 * (number + 1)] = tile
    return canvas


def photographs(detector: EmotionDetector, heads: list[Head]) -> list[str]:
    """Return by yaw and by pitch how many heads one look finds, and reads rightly."""
    seen: dict[str, Tally] = {}
    for head in heads:
        pose = head_pose(head.points)
        if pose is None:
            continue
        face = nearest(detector.detect(head.rgb, "frame").faces, head.box)
        for name, angle in (("aside", abs(pose.yaw)), ("down", pose.pitch)):
            within = [each for each in itertools.pairwise(ANGLES) if each[0] <= angle < each[1]]
            if not within:  # bent upwards
                continue
            seen.setdefault("heads {} by {} to {}".format(name, *within[0]), Tally()).add(
                head, face
            )
    return [tally.row(name) for name, tally in sorted(seen.items())]


def main() -> None:
    """Print a table for each mode."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=SHIPPED)
    parser.add_argument("--limit", type=int, default=40, help="pictures of each set (40)")
    parser.add_argument("--photographs", type=int, default=1200, help="the same, by pose (1200)")
    parser.add_argument("--sheet", type=Path, help="write one head with each change")
    options = parser.parse_args()
    detector = EmotionDetector.load(options.weights, 1)
    if detector.marks is None:
        sys.exit("This model gives no points.")
    heads = heads_of(options.data, detector, SOURCES, options.limit)
    if options.sheet is not None:
        cv2.imwrite(str(options.sheet), cv2.cvtColor(sheet(heads[0]), cv2.COLOR_RGB2BGR))
    for mode in MODES:
        print(f"{mode + ' mode':<24}" + "".join(f"{name:>17}" for name in COLUMNS))
        for name, tally in measure(detector, heads, mode).items():
            print(tally.row(name), flush=True)
    print(f"{'photographs, frame mode':<24}" + "".join(f"{name:>17}" for name in COLUMNS))
    every = heads_of(options.data, detector, PHOTOGRAPHS, options.photographs)
    print(*photographs(detector, every), sep="\n")


if __name__ == "__main__":
    main()
