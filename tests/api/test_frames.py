"""Frames of a running session: answered, left out, or refused."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from fer_core.api.model_loader import ModelService
from fer_core.api.schemas.moments import format_moment
from fer_core.api.services import CLOCK_TOLERANCE_S
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.vision.engine import InferenceEngine
from fer_core.vision.faces import Detections
from fer_core.vision.image import decode_image
from tests.api.conftest import encoded
from tests.api.learner import PASSAGES, START, Learner


def test_a_frame_gives_faces_and_indicators(learner: Learner, photo: bytes) -> None:
    learner.start()
    learner.clock.now += 1
    answer = learner.frame(photo, 1.0, **{"X-Frame-Id": "f1"})
    frame = answer.get_json()
    assert answer.status_code == 200
    assert (frame["frame_id"], frame["used"], frame["captured_at"]) == (
        "f1",
        True,
        "2027-01-15T08:00:01.000Z",
    )
    assert frame["faces"][0]["emotion"]["label"] == "Happy"
    assert frame["snapshot"]["expression"]["label"] == "Happy"
    assert frame["snapshot"]["indicators"]["stress"]["reason"]["text"]


def test_a_face_keeps_its_number(learner: Learner, photo: bytes) -> None:
    learner.start()
    learner.clock.now += 5
    ids = [learner.frame(photo, at).get_json()["faces"][0]["face_id"] for at in (1, 1.5, 2)]
    assert ids == [1, 1, 1]


def test_a_frame_without_a_face_is_an_answer(learner: Learner, empty_photo: bytes) -> None:
    learner.start()
    frame = learner.frame(empty_photo).get_json()
    assert (frame["faces"], frame["reason"]) == ([], "no_face")


def test_a_black_frame_is_a_camera_that_is_off(learner: Learner) -> None:
    learner.start()
    black = encoded(np.zeros((480, 640, 3), np.uint8))
    frame = learner.frame(black).get_json()
    assert frame["reason"] == "camera_off"
    assert frame["snapshot"]["presence"] == "camera_off"


def test_a_late_frame_is_answered_and_left_out(learner: Learner, photo: bytes) -> None:
    learner.start()
    learner.clock.now += 10
    learner.frame(photo, 5.0)
    late = learner.frame(photo, 4.0).get_json()
    assert (late["used"], late["unused_because"]) == (False, "late")
    assert late["faces"]
    assert late["snapshot"]["frames"] == 1
    assert late["snapshot"]["late_frames"] == 1


def test_a_frame_from_before_the_start_is_left_out(learner: Learner, photo: bytes) -> None:
    learner.start()
    assert learner.frame(photo, -1.0).get_json()["unused_because"] == "late"


def test_a_frame_in_a_pause_is_left_out(learner: Learner, photo: bytes) -> None:
    learner.start()
    learner.clock.now += 1
    learner.post("/pause")
    frame = learner.frame(photo).get_json()
    assert (frame["used"], frame["unused_because"]) == (False, "paused")


def test_a_frame_from_the_future_is_refused(learner: Learner, photo: bytes) -> None:
    learner.start()
    answer = learner.frame(photo, CLOCK_TOLERANCE_S + 1)
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["pointer"] == "/X-Captured-At"


def test_a_passage_read_in_the_future_is_refused(learner: Learner) -> None:
    learner.start(text={"passages": PASSAGES})
    seen = {"passage_id": "p1", "visible_share": 1.0}
    times = {"from": format_moment(learner.clock.now), "to": format_moment(learner.clock.now + 60)}
    answer = learner.post("/passages", [{**seen, **times}])
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["pointer"] == "/0/to"
    assert learner.get().get_json()["state"] == "active"


def test_a_frame_sent_again_gets_the_same_answer(learner: Learner, photo: bytes) -> None:
    learner.start()
    learner.clock.now += 10
    first = learner.frame(photo, 1.0, **{"X-Frame-Id": "f1"})
    again = learner.frame(photo, 1.0, **{"X-Frame-Id": "f1"})
    assert again.data == first.data
    assert learner.get().get_json()["totals"]["frames"] == 1


def test_a_damaged_frame_is_a_problem_and_the_session_goes_on(
    learner: Learner, photo: bytes
) -> None:
    learner.start()
    bad = learner.frame(photo[:500])
    assert (bad.status_code, bad.get_json()["code"]) == (422, "corrupt_image")
    assert learner.frame(photo).get_json()["used"]


def test_a_session_s_face_is_followed_from_frame_to_frame(
    learner: Learner, photo: bytes, models: ModelService
) -> None:
    def followed() -> int:
        return models.engine.stats().followed

    before = followed()
    learner.start()
    boxes = []
    for at in (0.0, 0.1, 0.2):
        learner.clock.now = START + at
        (face,) = learner.frame(photo, at).get_json()["faces"]
        boxes.append(face["box"])
    assert followed() == before + 2
    for box in boxes[1:]:
        assert box["x"] == pytest.approx(boxes[0]["x"], abs=8)
        assert box["width"] == pytest.approx(boxes[0]["width"], rel=0.1)
    # Another session's frame tells nothing of this one's.
    learner.start()
    learner.frame(photo, 0.2)
    assert followed() == before + 2


def test_the_api_and_the_page_give_the_same_timeline(
    learner: Learner, astronaut: np.ndarray, engine: InferenceEngine
) -> None:
    """The page submits to a stream; the API asks for single frames. The numbers are one."""
    mirrored = np.ascontiguousarray(astronaut[:, ::-1])
    grey = np.full_like(astronaut, 110)
    script = [encoded(rgb) for rgb in [astronaut] * 12 + [mirrored] * 8 + [grey] * 16]
    script += [encoded(astronaut)] * 8

    learner.start()
    for number, data in enumerate(script, start=1):
        learner.clock.now = START + number / 2
        learner.frame(data, number / 2)
    through_api = learner.get("/timeline").get_json()["rows"]

    page = StudySession(SessionInfo("page", START))
    observed = threading.Event()

    def observe(detections: Detections, captured_at: float) -> None:
        page.observe(detections, captured_at)
        observed.set()

    stream = engine.open_stream(observe)
    for number, data in enumerate(script, start=1):
        observed.clear()
        stream.submit(decode_image(data), START + number / 2)
        assert observed.wait(10)
    rows = page.rows()
    assert len(through_api) == len(rows) > 15
    for ours, theirs in zip(through_api, rows, strict=True):
        assert ours["presence"] == str(theirs.presence)
        assert ours["valence"] == (
            None if theirs.valence is None else pytest.approx(theirs.valence, abs=1e-4)
        )
        assert ours["attention"]["value"] == (
            None
            if theirs.attention.value is None
            else pytest.approx(theirs.attention.value, abs=0.01)
        )
