"""The video callback with the real model: it draws, it counts, and nothing stops it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from fractions import Fraction

import av
import numpy as np
import pytest

from app.parts import camera as camera_module
from app.parts.camera import ANALYSED_FPS, READING_HOLDS_S, LiveCamera, PictureOptions
from app.parts.clock import now
from fer_core.affect.indicators import Reason
from fer_core.drawing.annotate import DrawOptions
from fer_core.emotions import Emotion
from fer_core.errors import NotReady
from fer_core.live.running_session import RunningSession
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.sessions.snapshot import Expression
from fer_core.vision.engine import InferenceEngine
from fer_core.vision.faces import Face


@pytest.fixture
def session() -> StudySession:
    return StudySession(SessionInfo("s", now() - 1))


@pytest.fixture
def camera(engine: InferenceEngine, session: StudySession) -> Iterator[LiveCamera]:
    made = LiveCamera(engine, RunningSession(session, now), now)
    made.take_over("tab")
    yield made
    made.close()


@pytest.fixture
def frame(astronaut: np.ndarray) -> av.VideoFrame:
    made = av.VideoFrame.from_ndarray(np.ascontiguousarray(astronaut[:480]), format="rgb24")
    made.pts, made.time_base = 3000, Fraction(1, 90000)
    return made


def until(condition: Callable[[], bool], timeout_s: float = 20.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def test_a_face_is_analysed_and_drawn_on_the_frames_that_follow(
    camera: LiveCamera, frame: av.VideoFrame, session: StudySession
) -> None:
    plain = camera.on_frame(frame).to_ndarray(format="rgb24")
    until(lambda: camera.figures().analysed > 0)
    drawn = camera.on_frame(frame).to_ndarray(format="rgb24")
    assert (plain != drawn).any()
    assert session.snapshot(now()).frames > 0


def drawn_labels(
    camera: LiveCamera, frame: av.VideoFrame, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[str | None, float, bool]]:
    """Return what the picture says of each face: word, probability, whether it is shown."""
    said: list[tuple[str | None, float, bool]] = []

    def note(_: np.ndarray, faces: tuple[Face, ...], options: DrawOptions) -> None:
        for face in faces:
            word = None if face.emotion is None else face.emotion.study_label
            said.append((word, face.probability, options.labels))

    with monkeypatch.context() as patched:
        patched.setattr(camera_module, "draw_faces_into", note)
        camera.on_frame(frame)
    return said


def test_the_picture_shows_the_reading_that_the_page_shows(
    camera: LiveCamera,
    frame: av.VideoFrame,
    session: StudySession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    camera.on_frame(frame)
    until(lambda: session.expression(now()).probabilities is not None)
    # Before the page has shown anything, the session's own reading.
    (before,) = drawn_labels(camera, frame, monkeypatch)
    assert before[0] == session.expression(now()).label == "Happy"
    shares = (0.0, 0.1, 0.1, 0.1, 0.7)
    camera.show_reading(Expression(Emotion.SURPRISED, 0.7, shares))
    assert drawn_labels(camera, frame, monkeypatch) == [("Surprised", 0.7, True)]
    # A page that is gone holds nothing fast.
    monkeypatch.setattr(camera, "_clock", lambda: now() - READING_HOLDS_S - 1)
    camera.show_reading(Expression(Emotion.SURPRISED, 0.7, shares))
    monkeypatch.setattr(camera, "_clock", now)
    assert drawn_labels(camera, frame, monkeypatch)[0][0] == "Happy"


def test_where_the_page_reads_nothing_the_picture_names_nothing(
    camera: LiveCamera, frame: av.VideoFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera.on_frame(frame)
    until(lambda: camera.figures().analysed > 0)
    camera.show_reading(Expression(reason=Reason.SEVERAL_FACES))
    assert [shown for *_, shown in drawn_labels(camera, frame, monkeypatch)] == [False]


def test_frames_keep_their_place_in_the_video(camera: LiveCamera, frame: av.VideoFrame) -> None:
    shown = camera.on_frame(frame)
    assert (shown.pts, shown.time_base) == (frame.pts, frame.time_base)
    assert (shown.width, shown.height) == (frame.width, frame.height)


def test_a_frame_without_a_time_base_is_shown_too(
    camera: LiveCamera, astronaut: np.ndarray
) -> None:
    camera.on_frame(av.VideoFrame.from_ndarray(astronaut, format="rgb24"))
    assert camera.figures().errors == 0


def test_the_picture_is_mirrored_and_the_analysis_is_not(
    camera: LiveCamera, frame: av.VideoFrame
) -> None:
    camera.options = PictureOptions(mirror=True, faces=False)
    shown = camera.on_frame(frame).to_ndarray(format="rgb24")
    original = frame.to_ndarray(format="rgb24")
    np.testing.assert_array_equal(shown, original[:, ::-1])


def test_with_everything_switched_off_the_frame_is_as_it_came(
    camera: LiveCamera, frame: av.VideoFrame
) -> None:
    camera.options = PictureOptions(mirror=False, faces=False)
    shown = camera.on_frame(frame).to_ndarray(format="rgb24")
    np.testing.assert_array_equal(shown, frame.to_ndarray(format="rgb24"))


def test_an_error_in_a_frame_returns_the_frame_and_is_counted(
    camera: LiveCamera, frame: av.VideoFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no drawing today")

    monkeypatch.setattr(camera_module, "draw_faces_into", broken)
    camera.on_frame(frame)
    until(lambda: camera.figures().analysed > 0)
    assert camera.on_frame(frame) is frame
    assert camera.figures().errors == 1


def test_a_closed_engine_does_not_stop_the_video(
    camera: LiveCamera, engine: InferenceEngine, frame: av.VideoFrame
) -> None:
    engine.close()
    assert camera.on_frame(frame) is frame
    with pytest.raises(NotReady):
        camera.take_snapshot(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))


def test_a_paused_session_gets_no_frames(
    camera: LiveCamera, session: StudySession, frame: av.VideoFrame
) -> None:
    session.pause(now())
    camera.on_frame(frame)
    assert camera.figures().frames == 1
    assert camera.figures().analysed == 0


@pytest.mark.parametrize("pulse", [False, True])
def test_at_most_fifteen_frames_a_second_are_analysed_unless_each_is_wanted(
    pulse: bool, engine: InferenceEngine, session: StudySession, frame: av.VideoFrame
) -> None:
    session.read_heart_rate(pulse)
    start, seconds, fps = now(), 2, 24
    at = start
    camera = LiveCamera(engine, RunningSession(session, lambda: at), lambda: at)
    for number in range(seconds * fps):
        at = start + number / fps
        camera.on_frame(frame)
    wanted = seconds * (fps if pulse else ANALYSED_FPS)
    until(lambda: engine.stats().analysed + engine.stats().dropped >= wanted - 1)
    camera.close()
    assert engine.stats().analysed + engine.stats().dropped <= wanted + 2


def test_frames_of_another_tab_are_passed_by(camera: LiveCamera, frame: av.VideoFrame) -> None:
    assert camera.callback_for("another tab")(frame) is frame
    assert camera.figures().frames == 0


def test_a_snapshot_counts_as_a_frame(
    camera: LiveCamera, session: StudySession, astronaut: np.ndarray
) -> None:
    assert camera.take_snapshot(astronaut).faces
    assert session.snapshot(now()).frames == 1


def test_the_callback_returns_within_a_frame_of_video(
    camera: LiveCamera, frame: av.VideoFrame
) -> None:
    camera.on_frame(frame)
    until(lambda: camera.figures().analysed > 0)
    spent = []
    for _ in range(30):
        started = time.thread_time()
        camera.on_frame(frame)
        spent.append(time.thread_time() - started)
    assert float(np.median(spent)) < 1 / 24
