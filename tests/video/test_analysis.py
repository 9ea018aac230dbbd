"""A video's faces over time, one person's timeline, and the files that tell of them."""

from __future__ import annotations

import csv
import io
import json
from itertools import count
from pathlib import Path

import av
import numpy as np
import pytest

from fer_core.config import PROJECT_ROOT
from fer_core.video import exports
from fer_core.video.analysis import (
    VideoAnalysis,
    VideoProgress,
    analyse_video,
    sees_by_detector,
    stop_if,
)
from fer_core.video.annotate import annotate_video, draw_frame
from fer_core.video.decoding import VideoLimits, frame_at
from fer_core.video.errors import VideoCancelled, VideoTooLarge
from fer_core.video.source import VideoSource
from fer_core.vision.detector import EmotionDetector
from tests.video.conftest import LIMITS
from tests.video.films_in_files import crossing, even_times, film, rotated, still

CLIPS = PROJECT_ROOT.parent / "shared" / "data" / "clips"


def analyse(detector: EmotionDetector, data: bytes, **options: object) -> VideoAnalysis:
    ticks = count()
    with VideoSource.of_bytes(data, "film.mp4", max_bytes=50_000_000) as source:
        return analyse_video(
            source,
            sees_by_detector(detector),
            LIMITS,
            lambda: float(next(ticks)),
            **options,  # type: ignore[arg-type]
        )


def test_a_smile_is_seen_throughout_with_one_number(
    detector: EmotionDetector, smile: bytes
) -> None:
    heard: list[VideoProgress] = []
    found = analyse(detector, smile, on_progress=heard.append)
    assert (found.faces, len(found.frames), found.ended) == (1, 15, None)
    assert {faces[0].emotion.label for _, faces in found.frames.all() if faces[0].emotion} == {
        "Happy"
    }
    assert [progress.frames for progress in heard] == list(range(1, 16))
    assert heard[-1].share == pytest.approx(2.8 / 3, abs=0.05)
    assert heard[-1].left_s is not None
    assert heard[0].stage == "analysing"


def test_a_video_without_a_face_is_an_answer(detector: EmotionDetector) -> None:
    empty = film([np.full((240, 320, 3), 110, np.uint8)] * 10, even_times(1))
    found = analyse(detector, empty)
    assert found.faces == 0
    rows = list(csv.DictReader(io.StringIO(exports.to_csv(found, "second"))))
    assert [row["reason"] for row in rows] == ["no_face"]


def test_a_turned_phone_shows_the_same_face(
    detector: EmotionDetector, astronaut: np.ndarray
) -> None:
    lying = np.ascontiguousarray(np.rot90(still(astronaut, 480, 640)))
    found = analyse(detector, rotated(film([lying] * 5, even_times(0.5))))
    assert (found.width, found.height) == (480, 640)
    assert found.faces == 1


def test_two_faces_that_cross_keep_their_numbers(
    detector: EmotionDetector, head: np.ndarray
) -> None:
    found = analyse(detector, film(crossing(head, 50), even_times(5)))
    first = {face.track_id: face.box.centre[0] for face in found.frames.faces(0)}
    last = {face.track_id: face.box.centre[0] for face in found.frames.faces(len(found.frames) - 1)}
    assert set(first) == set(last) == {1, 2}
    assert (first[1] < first[2]) != (last[1] < last[2])
    assert found.faces == 2


def test_one_person_has_the_timeline_of_a_live_session(
    detector: EmotionDetector, smile: bytes
) -> None:
    found = analyse(detector, smile, people="one")
    assert found.session is not None
    totals = found.session.totals(3.0)
    assert totals.valid_s == pytest.approx(2.8, abs=0.1)
    assert totals.shares is not None
    assert totals.shares[1] > 0.9  # Happy
    assert analyse(detector, smile).session is None


def test_files_tell_of_each_frame_and_second(detector: EmotionDetector, smile: bytes) -> None:
    found = analyse(detector, smile)
    frames = list(csv.DictReader(io.StringIO(exports.to_csv(found, "frame"))))
    assert [row["time_s"] for row in frames[:3]] == ["0.000", "0.200", "0.400"]
    assert {row["face"] for row in frames} == {"1"}
    seconds = list(csv.DictReader(io.StringIO(exports.to_csv(found, "second"))))
    assert [(row["second"], row["frames"], row["seen"]) for row in seconds] == [
        ("0", "5", "1.000"),
        ("1", "5", "1.000"),
        ("2", "5", "1.000"),
    ]
    document = json.loads(exports.to_json(found, "second", detector.info))
    assert document["seconds"][2]["faces"][0]["expression"] == "Happy"
    assert document["video"]["duration_s"] == pytest.approx(3.0, abs=0.1)
    whole = json.loads(exports.to_json(found, "frame", detector.info))
    assert len(whole["frames"]) == 15


def test_a_cancelled_analysis_ends_at_its_next_frame(
    detector: EmotionDetector, smile: bytes
) -> None:
    heard: list[VideoProgress] = []
    cancelled = stop_if(lambda: len(heard) >= 3, heard.append)
    with pytest.raises(VideoCancelled):
        analyse(detector, smile, on_progress=cancelled)
    assert len(heard) == 3


def test_the_annotated_video_is_h264_without_sound(detector: EmotionDetector, smile: bytes) -> None:
    found = analyse(detector, smile)
    out = io.BytesIO()
    with VideoSource.of_bytes(smile, "film.mp4", max_bytes=10**8) as source:
        annotate_video(source, found, LIMITS, out, lambda: 0.0)
        plain = frame_at(source, LIMITS, 1.0, 1280).rgb
    out.seek(0)
    with av.open(out, "r") as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert not container.streams.audio
        drawn = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(drawn) == 30
    assert np.abs(drawn[10].astype(int) - plain).max() > 100  # a box
    expected = draw_frame(plain, found, 1.0)
    assert np.abs(drawn[10].astype(int) - expected).mean() < 6


def test_an_annotated_video_has_a_limit_in_memory(detector: EmotionDetector, smile: bytes) -> None:
    found = analyse(detector, smile)
    with (
        VideoSource.of_bytes(smile, "film.mp4", max_bytes=10**8) as source,
        pytest.raises(VideoTooLarge, match="annotated"),
    ):
        annotate_video(source, found, LIMITS, io.BytesIO(), lambda: 0.0, max_bytes=10)


def test_a_rate_that_cannot_be_is_refused(detector: EmotionDetector, smile: bytes) -> None:
    with pytest.raises(ValueError, match="a second"):
        analyse(detector, smile, rate=0.0)


@pytest.mark.skipif(not CLIPS.exists(), reason="the clips are not beside this checkout")
@pytest.mark.parametrize("name", ["neutral_to_smile.mp4", "face_then_none.mov"])
def test_the_clips_show_what_their_names_say(detector: EmotionDetector, name: str) -> None:
    with VideoSource.of_path(Path(CLIPS / name)) as source:
        found = analyse_video(
            source, sees_by_detector(detector), VideoLimits(60, 10**7), lambda: 0.0
        )
    seconds = list(exports.seconds_of(found))
    assert found.faces == 1
    if name.startswith("face_then_none"):
        assert seconds[0].face is not None
        assert seconds[-1].face is None
    else:
        labels = [one.face.emotion for one in seconds if one.face is not None]
        assert labels[-1] is not None
        assert labels[-1].label == "Happy"
        assert labels[0] != labels[-1]
