"""Videos become upright frames with their own times; what is none says what it is."""

from __future__ import annotations

import gc
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from fer_core.errors import EmptyFile
from fer_core.video.decode_worker import Wanted, decode
from fer_core.video.decoding import Frame, VideoLimits, frame_at, open_video
from fer_core.video.errors import (
    NotAVideo,
    VideoDamaged,
    VideoError,
    VideoTooLarge,
    VideoTooLong,
    VideoTooManyPixels,
    VideoWithoutPictures,
)
from fer_core.video.source import VideoSource
from tests.video.conftest import LIMITS
from tests.video.films_in_files import even_times, film, rotated, sound_only


def source(data: bytes) -> VideoSource:
    return VideoSource.of_bytes(data, "film", max_bytes=50_000_000)


def frames(
    data: bytes, limits: VideoLimits = LIMITS, rate: float | None = None
) -> tuple[list[Frame], str | None]:
    with source(data) as given, open_video(given, limits, rate=rate) as video:
        return list(video.frames()), video.ended


def grey(level: int, width: int = 160, height: int = 96) -> np.ndarray:
    return np.full((height, width, 3), level, np.uint8)


@pytest.mark.parametrize(
    ("form", "codec"),
    [("mp4", "libx264"), ("mov", "libx264"), ("matroska", "libx264"), ("webm", "libvpx")],
)
def test_each_kind_of_file_is_read(form: str, codec: str) -> None:
    data = film([grey(100)] * 10, even_times(1), form=form, codec=codec)
    found, ended = frames(data)
    assert [round(frame.at, 2) for frame in found] == pytest.approx(even_times(1), abs=0.002)
    assert found[0].rgb.shape == (96, 160, 3)
    assert ended is None


def test_a_rate_takes_every_second_frame() -> None:
    found, _ = frames(film([grey(100)] * 20, even_times(2)), rate=5)
    assert [round(frame.at, 2) for frame in found] == pytest.approx(even_times(2, 5), abs=0.002)


def test_a_variable_frame_rate_keeps_the_times_of_the_file() -> None:
    times = [0.0, 0.05, 0.1, 0.9, 1.0, 3.5, 3.6, 3.7]
    found, _ = frames(film([grey(20 * index) for index in range(8)], times), rate=5)
    assert [round(frame.at, 2) for frame in found] == [0.0, 0.9, 1.0, 3.5, 3.6]


def test_a_rotated_video_stands_upright() -> None:
    picture = grey(30)
    picture[:, :40] = 220  # light at the left becomes light at the top
    found, _ = frames(rotated(film([picture] * 3, even_times(0.3))))
    rgb = found[0].rgb
    assert rgb.shape == (160, 96, 3)
    assert rgb[:35].mean() > 190
    assert rgb[60:].mean() < 60


@pytest.mark.parametrize(
    ("matrix", "corner"),
    [
        ((0, 1, -1, 0), "upper right"),
        ((-1, 0, 0, -1), "lower right"),
        ((0, -1, 1, 0), "lower left"),
        ((-1, 0, 0, 1), "upper right"),
        ((1, 0, 0, -1), "lower left"),
        ((0, 1, 1, 0), "upper left"),
        ((0, 0, 0, 0), "upper left"),
    ],
)
def test_a_frame_is_turned_and_mirrored_as_its_file_says(
    matrix: tuple[int, int, int, int], corner: str
) -> None:
    picture = grey(30)
    picture[: len(picture) // 2, : picture.shape[1] // 2] = 220
    found, _ = frames(rotated(film([picture], [0.0]), matrix))
    rgb = found[0].rgb
    rows = slice(0, 20) if "upper" in corner else slice(-20, None)
    columns = slice(0, 20) if "left" in corner else slice(-20, None)
    assert rgb[rows, columns].mean() > 190
    assert rgb.mean() < 110
    assert (rgb.shape[0] > rgb.shape[1]) == (matrix[0] == 0 != matrix[1])


def test_a_matroska_video_that_begins_late_is_as_long_as_it_plays() -> None:
    times = [100 + at for at in even_times(1)]
    data = film([grey(10 * n) for n in range(10)], times, form="matroska")
    with source(data) as given, open_video(given, LIMITS) as video:
        assert video.info.duration_s == pytest.approx(1.0, abs=0.1)
        assert next(video.frames()).at == 0.0


def test_a_long_video_takes_no_more_threads_with_time(tmp_path: Path) -> None:
    # A frame whose side data was asked for lives on, with what was made for it.
    tasks = Path("/proc/self/task")
    if not tasks.exists():
        pytest.skip("counts threads as Linux tells them")
    path = tmp_path / "film.mp4"
    path.write_bytes(rotated(film([grey(10 * n % 250) for n in range(40)], even_times(4))))
    wanted = Wanted(None, 0.0, None, 64, 10**6, 60.0)
    before = len(list(tasks.iterdir()))
    gc.disable()
    try:
        counts = [
            len(list(tasks.iterdir()))
            for _ in decode({"path": str(path), **asdict(wanted)}, bytearray())
        ]
    finally:
        gc.enable()
    assert max(counts) - before <= 4


def test_a_large_frame_comes_smaller() -> None:
    found, _ = frames(film([grey(100, 1920, 1080)] * 2, even_times(0.2)))
    assert found[0].rgb.shape == (720, 1280, 3)


def test_the_frame_of_any_moment_is_decoded_on_demand(tmp_path: Path) -> None:
    data = film([grey(20 * index) for index in range(10)], even_times(1))
    file = tmp_path / "film.mp4"
    file.write_bytes(data)
    for given in (source(data), VideoSource.of_path(file)):
        with given:
            for at, level in ((0.0, 0), (0.5, 100), (0.9, 180), (99.0, 180)):
                assert frame_at(given, LIMITS, at, 160).rgb.mean() == pytest.approx(level, abs=6)


def test_sound_without_pictures_says_so() -> None:
    with pytest.raises(VideoWithoutPictures, match="only sound"):
        frames(sound_only())


@pytest.mark.parametrize(
    "data",
    [
        b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/hostname\n",
        b"hello" * 100,
        b"\xff\xd8\xff\xe0" + b"\x00" * 500,
    ],
)
def test_what_is_no_video_is_none_even_where_it_names_other_files(data: bytes) -> None:
    with pytest.raises(NotAVideo):
        frames(data)


def test_nothing_and_too_much_are_refused() -> None:
    with pytest.raises(EmptyFile):
        VideoSource.of_bytes(b"", "film", max_bytes=10)
    with pytest.raises(VideoTooLarge, match="at most"):
        VideoSource.of_bytes(b"x" * 11, "film", max_bytes=10)


def test_a_file_without_its_end_is_damaged_and_one_that_streams_keeps_its_beginning() -> None:
    rng = np.random.default_rng(3)
    noise = [rng.integers(0, 255, (96, 160, 3), np.uint8) for _ in range(40)]
    plain = film(noise, even_times(4))
    with pytest.raises(VideoDamaged):
        frames(plain[: len(plain) // 2])
    streamed = film(noise, even_times(4), movflags="frag_keyframe+empty_moov", frag_duration="500")
    found, _ = frames(streamed[: len(streamed) // 2])
    assert 5 < len(found) < 40


def test_damage_in_the_middle_costs_little() -> None:
    rng = np.random.default_rng(3)
    noise = [rng.integers(0, 255, (96, 160, 3), np.uint8) for _ in range(30)]
    data = bytearray(film(noise, even_times(3)))
    middle = len(data) // 2
    data[middle : middle + 3000] = rng.integers(0, 255, 3000, np.uint8).tobytes()
    found, ended = frames(bytes(data))
    assert len(found) > 15
    assert ended == "damaged"


def test_what_lasts_too_long_by_its_own_word_is_refused() -> None:
    data = film([grey(9)] * 3, [0.0, 40.0, 80.0])
    with pytest.raises(VideoTooLong, match="at most 1"):
        frames(data)


def test_what_lasts_longer_than_it_says_ends_at_the_limit() -> None:
    streamed = film([grey(9)] * 30, [4.0 * n for n in range(30)], form="matroska", live="1")
    found, ended = frames(streamed)
    assert ended == "too_long"
    assert found[-1].at <= 60


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    with pytest.raises(VideoTooManyPixels, match="160 x 96"):
        frames(film([grey(9)] * 2, even_times(0.2)), VideoLimits(60, 1000))


def test_random_bytes_after_a_good_head_end_in_an_error_of_ours() -> None:
    data = film([grey(9)] * 5, even_times(0.5))
    rng = np.random.default_rng(1)
    for cut in (40, 200, len(data) // 3):
        broken = data[:cut] + rng.integers(0, 255, 4000, np.uint8).tobytes()
        with pytest.raises(VideoError):
            frames(broken)


def test_no_worker_is_left_when_frames_are_not_wanted_any_more() -> None:
    with source(film([grey(9)] * 50, even_times(5))) as given, open_video(given, LIMITS) as video:
        next(video.frames())
        process = video._stream._process
    assert process.poll() is not None
