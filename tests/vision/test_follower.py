"""When a stream's faces are followed and when they are detected anew; films with known faces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from fer_core.arrays import FloatArray
from fer_core.emotions import Emotion
from fer_core.errors import NotAnImage
from fer_core.vision.detector import EmotionDetector, Mode
from fer_core.vision.faces import Box, Detections, Face, Timing
from fer_core.vision.follower import DETECT_EVERY_S, MOST_FOLLOWED, OVERTAKEN_S, FaceFollower
from fer_core.vision.image import RgbImage
from tests.synthetic.films import Film, Person, Pose, Track, along, between, play, resting, swaying

ROOM = np.full((480, 640, 3), 120, np.uint8)
SEAT = Box(200, 100, 120, 120)


@dataclass
class Scripted:
    """A model that sees what it is told to, and remembers how it was asked."""

    there: list[Box] = field(default_factory=lambda: [SEAT])
    refiner_sees: bool = True
    asked: list[str] = field(default_factory=list)
    #: What it says of the face that it detects next, and what it was told when it followed it.
    opinion: FloatArray | None = None
    told: list[FloatArray | None] = field(default_factory=list)

    def detect(self, rgb: RgbImage, mode: Mode) -> Detections:
        assert mode == "frame"
        self.asked.append("detect")
        return self._answer(rgb, Timing())

    def follow(
        self, rgb: RgbImage, boxes: Sequence[Box], opinion: FloatArray | None
    ) -> Detections | None:
        self.asked.append("follow")
        self.told.append(opinion)
        near = all(any(box.iou(there) > 0.3 for there in self.there) for box in boxes)
        if not near or not self.refiner_sees:
            return None
        return self._answer(rgb, Timing(path="followed"))

    def _answer(self, rgb: RgbImage, timing: Timing) -> Detections:
        faces = tuple(Face(box, 0.9, np.full(5, 0.2)) for box in self.there)
        opinion = self.opinion if timing.path == "detected" else self.told[-1]
        return Detections(faces, rgb.shape[1], rgb.shape[0], timing, opinion=opinion)


def paths(follower: FaceFollower, model: Scripted, *times: float, rgb: RgbImage = ROOM) -> str:
    """Return the path of each frame: d for detected, f for followed."""
    return "".join(follower.analyse(model, rgb, at).timing.path[0] for at in times)


def test_a_second_opinion_holds_until_the_detector_looks_anew() -> None:
    first, second = np.full(5, 0.1), np.full(5, 0.2)
    follower, model = FaceFollower(), Scripted(opinion=first)
    assert paths(follower, model, 0, 0.25, 0.5) == "dff"
    model.opinion = second
    assert paths(follower, model, 0.75, 1) == "df"
    model.opinion = None
    assert paths(follower, model, 1.5, 1.75) == "df"
    assert model.told == [first, first, second, None]


def test_a_face_that_was_found_is_followed_and_detected_anew_in_time() -> None:
    times = np.arange(0, 2, 0.125)
    seen = paths(FaceFollower(), Scripted(), *times)
    assert seen == "dfffff" * 2 + "dfff"
    detected = [at for at, path in zip(times, seen, strict=True) if path == "d"]
    assert np.diff(detected).max() <= DETECT_EVERY_S


def test_where_no_face_is_known_every_frame_is_detected() -> None:
    assert paths(FaceFollower(), Scripted(there=[]), 0, 0.1, 0.2) == "ddd"


def test_frames_a_second_apart_are_detected() -> None:
    assert paths(FaceFollower(), Scripted(), 0, 1, 2) == "ddd"


def test_a_face_that_is_gone_from_its_place_is_looked_for_in_the_same_frame() -> None:
    follower, model = FaceFollower(), Scripted()
    assert paths(follower, model, 0, 0.1) == "df"
    model.there = [Box(450, 100, 120, 120)]
    (face,) = follower.analyse(model, ROOM, 0.2).faces
    assert face.box == model.there[0]
    assert paths(follower, model, 0.3) == "f"


def test_a_face_that_the_refiner_does_not_see_is_not_followed_for_a_while() -> None:
    follower, model = FaceFollower(), Scripted(refiner_sees=False)
    assert paths(follower, model, 0, 0.1, 0.2, 0.1 + DETECT_EVERY_S - 0.01) == "dddd"
    assert model.asked.count("follow") == 1
    model.refiner_sees = True
    assert paths(follower, model, 0.1 + DETECT_EVERY_S) == "f"


def test_a_crowd_is_detected_every_time() -> None:
    crowd = [Box(60.0 * number, 100, 50, 50) for number in range(MOST_FOLLOWED + 1)]
    assert paths(FaceFollower(), Scripted(there=crowd), 0, 0.1) == "dd"
    assert paths(FaceFollower(), Scripted(there=crowd[1:]), 0, 0.1) == "df"


def test_another_scene_is_detected_and_another_light_is_not() -> None:
    rng = np.random.default_rng(0)
    scene = np.kron(rng.integers(60, 190, (24, 32, 1)), np.ones((20, 20, 3))).astype(np.uint8)
    follower, model = FaceFollower(), Scripted()
    assert paths(follower, model, 0, 0.1, rgb=scene) == "df"
    assert paths(follower, model, 0.2, rgb=scene + 60) == "f"
    assert paths(follower, model, 0.3, rgb=scene[::-1] + 60) == "d"


def test_frames_of_another_size_are_detected() -> None:
    follower, model = FaceFollower(), Scripted()
    assert paths(follower, model, 0) == "d"
    assert paths(follower, model, 0.1, rgb=ROOM[:240, :320]) == "d"


def test_a_frame_that_was_overtaken_is_answered_and_changes_nothing() -> None:
    follower, model = FaceFollower(), Scripted()
    assert paths(follower, model, 5.0) == "d"
    model.there = []
    assert paths(follower, model, 4.9) == "d"
    model.there = [SEAT]
    assert paths(follower, model, 5.1) == "f"


def test_a_clock_that_was_set_back_begins_anew() -> None:
    before = 100.0 - 2 * OVERTAKEN_S
    assert paths(FaceFollower(), Scripted(), 100.0, before, before + 0.1) == "ddf"


def test_each_stream_has_its_own_faces() -> None:
    first, second, model = FaceFollower(), FaceFollower(), Scripted()
    assert paths(first, model, 0) == "d"
    assert paths(second, model, 0.1) == "d"
    assert paths(first, model, 0.2) == "f"


def test_time_spent_in_vain_is_counted() -> None:
    follower, model = FaceFollower(), Scripted()
    assert follower.analyse(model, ROOM, 0).timing.inference_ms < 0.5
    model.there = []

    def slow(rgb: RgbImage, boxes: Sequence[Box], opinion: FloatArray | None) -> None:
        sum(range(200_000))

    model.follow = slow  # type: ignore[method-assign]
    assert follower.analyse(model, ROOM, 0.1).timing.inference_ms > 0.5


def test_what_is_not_rgb_is_refused() -> None:
    with pytest.raises(NotAnImage):
        FaceFollower().analyse(Scripted(), np.zeros((4, 4), np.uint8), 0)


# The shipped model

PEOPLE = {"her": Person.astronaut(), "other": Person.mirrored_astronaut()}


def watch(
    detector: EmotionDetector, film: Film, fps: float
) -> list[tuple[float, dict[str, Face], int, str]]:
    """Return each frame's time, whom of the cast was found, how many faces, and the path."""
    follower = FaceFollower()
    seen: list[tuple[float, dict[str, Face], int, str]] = []
    for frame in play(film, fps, PEOPLE):
        detections = follower.analyse(detector, frame.rgb, frame.at)
        found = {}
        for name, box in frame.faces.items():
            best = max(detections.faces, key=lambda face: face.box.iou(box), default=None)
            if best is not None and best.box.iou(box) > 0.5:
                found[name] = best
        seen.append((frame.at, found, len(detections.faces), detections.timing.path))
    return seen


@pytest.mark.parametrize("track", [resting(), swaying(0.4)], ids=["at rest", "swaying"])
def test_a_face_keeps_its_box_and_its_label_while_it_is_followed(
    detector: EmotionDetector, track: Track
) -> None:
    seen = watch(detector, Film(3, {"her": track}), 8)
    # Now and then 1.0 boxes head and shoulders for a frame: its card says so.
    right = [found for _, found, count, _ in seen if list(found) == ["her"] and count == 1]
    assert len(right) >= 0.8 * len(seen)
    assert all(found["her"].emotion is Emotion.HAPPY for found in right)
    assert [path for *_, path in seen].count("followed") > len(seen) / 2


@pytest.mark.parametrize("fps", [5, 12])
def test_a_second_face_is_seen_within_a_second_and_so_is_its_going(
    detector: EmotionDetector, fps: float
) -> None:
    film = Film(4.5, {"her": resting(200), "other": between(resting(500, height=120), (1.1, 2.6))})
    seen = watch(detector, film, fps)
    both = [at for at, found, _, _ in seen if len(found) == 2]
    assert 1.1 <= both[0] <= 2.1
    assert all(count == 1 for at, _, count, _ in seen if at > 2.6)


def test_a_face_that_jumps_is_found_at_once(detector: EmotionDetector) -> None:
    film = Film(2, {"her": lambda at: resting(160 if at < 1 else 470)(at)})
    assert all("her" in found for _, found, _, _ in watch(detector, film, 8))


def test_a_face_that_leaves_is_gone_and_is_found_within_a_second_of_its_return(
    detector: EmotionDetector,
) -> None:
    stays, gone = Pose(320, 230, 140), Pose(760, 230, 140)
    leaves = along([(0, stays), (1, stays), (1.5, gone)])
    returns = along([(3, Pose(-120, 230, 140)), (3.4, stays), (4.5, stays)])
    film = Film(4.5, {"her": lambda at: leaves(at) or returns(at)})
    seen = watch(detector, film, 8)
    assert all(count == 0 for at, _, count, _ in seen if 1.6 < at < 3)
    assert min(at for at, found, _, _ in seen if at > 3 and found) <= 4
