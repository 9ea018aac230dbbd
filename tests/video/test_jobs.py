"""Videos wait their turn, tell how far they are, end when asked to, and go after an hour."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from fer_core.errors import Busy
from fer_core.video.analysis import Sees
from fer_core.video.errors import JobNotFound, JobUnfinished, NotAVideo
from fer_core.video.jobs import KEPT_S, MOST_WAITING, JobOptions, JobState, VideoJob, VideoJobs
from fer_core.video.source import VideoSource
from fer_core.vision.faces import Detections
from tests.video.conftest import LIMITS
from tests.video.films_in_files import even_times, film

FILM = film([np.full((48, 64, 3), 9, np.uint8)] * 20, even_times(2))


class Gate:
    """Sees nothing in a frame, once it is let through."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.seen = threading.Event()

    def sees(self) -> Sees:
        def see(_rgb: object, _at: float) -> Detections:
            self.seen.set()
            assert self.open.wait(30)
            return Detections((), 64, 48)

        return see


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(gate: Gate, clock: Clock) -> Iterator[VideoJobs]:
    made = VideoJobs(gate.sees, LIMITS, clock, clock)
    yield made
    gate.open.set()
    made.close()


def source(data: bytes = FILM) -> VideoSource:
    return VideoSource.of_bytes(data, "film", max_bytes=10**8)


def ended(job: VideoJob) -> VideoJob:
    version = 0
    for _ in range(2000):
        if job.is_over:
            return job
        version = job.wait(version, 1.0)
    raise AssertionError("it does not end")


def test_a_job_is_done_and_has_a_result(jobs: VideoJobs, gate: Gate) -> None:
    job = jobs.add("", source(), JobOptions())
    with pytest.raises(JobUnfinished):
        job.result()
    gate.open.set()
    assert ended(job).state is JobState.DONE
    assert len(job.result().frames) == 10
    assert (job.share, job.place) == (1.0, 0)


def test_so_many_wait_and_the_next_hears_busy(jobs: VideoJobs, gate: Gate) -> None:
    running = jobs.add("", source(), JobOptions())
    assert gate.seen.wait(60)
    waiting = [jobs.add("", source(), JobOptions()) for _ in range(MOST_WAITING)]
    assert running.state is JobState.RUNNING
    assert [job.place for job in waiting] == [1, 2, 3, 4]
    with pytest.raises(Busy):
        jobs.add("", source(), JobOptions())
    jobs.cancel(waiting[0])
    assert waiting[0].state is JobState.CANCELLED
    assert [job.place for job in waiting[1:]] == [1, 2, 3]


def test_a_running_job_ends_when_it_is_cancelled(jobs: VideoJobs, gate: Gate) -> None:
    job = jobs.add("", source(), JobOptions())
    assert gate.seen.wait(60)
    jobs.cancel(job)
    gate.open.set()
    assert ended(job).state is JobState.CANCELLED
    with pytest.raises(JobUnfinished):
        job.result()


def test_what_is_no_video_fails_with_its_reason(jobs: VideoJobs) -> None:
    job = ended(jobs.add("", source(b"no video"), JobOptions()))
    assert job.state is JobState.FAILED
    with pytest.raises(NotAVideo):
        job.result()


def test_a_job_is_its_owners_only(jobs: VideoJobs) -> None:
    job = jobs.add("a", source(), JobOptions())
    assert jobs.get("a", job.job_id) is job
    with pytest.raises(JobNotFound):
        jobs.get("b", job.job_id)
    assert jobs.all("b") == []


def test_results_are_let_go_after_their_hour(jobs: VideoJobs, gate: Gate, clock: Clock) -> None:
    gate.open.set()
    job = ended(jobs.add("", source(), JobOptions(keep_source=True)))
    clock.now += KEPT_S - 1
    assert jobs.get("", job.job_id) is job
    assert job.source.descriptors or job.source.payload
    clock.now += 2
    with pytest.raises(JobNotFound):
        jobs.get("", job.job_id)
    assert not job.source.descriptors
    assert not job.source.payload


@pytest.mark.parametrize("keeps", [True, False])
def test_the_video_stays_only_where_its_frames_are_wanted(
    jobs: VideoJobs, gate: Gate, keeps: bool
) -> None:
    gate.open.set()
    job = ended(jobs.add("", source(), JobOptions(keep_source=keeps)))
    assert bool(job.source.descriptors or job.source.payload) == keeps


def test_progress_covers_analysis_and_drawing(jobs: VideoJobs, gate: Gate) -> None:
    gate.open.set()
    job = ended(jobs.add("", source(), JobOptions(annotate=True)))
    assert job.annotated is not None
    assert job.progress is not None
    assert job.progress.stage == "drawing"


def test_a_defect_in_one_video_does_not_end_the_others(clock: Clock) -> None:
    def broken() -> Sees:
        raise RuntimeError("a defect")

    made: list[Callable[[], Sees]] = [broken, Gate().sees]
    jobs = VideoJobs(lambda: made.pop(0)(), LIMITS, clock, clock)
    job = ended(jobs.add("", source(), JobOptions()))
    assert job.error is not None
    assert job.error.code == "internal_error"
    second = ended(jobs.add("", source(b"no video"), JobOptions()))
    assert isinstance(second.error, NotAVideo)
    jobs.close()
