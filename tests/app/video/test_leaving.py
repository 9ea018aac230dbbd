"""A video is forgotten with its tab, and not for a connection that is lost for a moment."""

from __future__ import annotations

import pytest

from app.video.leaving import GONE_AFTER_S, LOOK_EVERY_S, watch
from fer_core.video.errors import JobNotFound
from fer_core.video.jobs import JobOptions, JobState, VideoJobs
from tests.video.conftest import LIMITS
from tests.video.test_jobs import Clock, Gate, ended, source

LOOKS = round(GONE_AFTER_S / LOOK_EVERY_S)


def test_a_video_whose_tab_is_closed_ends_and_is_let_go() -> None:
    gate, clock = Gate(), Clock()
    jobs = VideoJobs(gate.sees, LIMITS, clock, clock)
    job = jobs.add("tab", source(), JobOptions())
    assert gate.seen.wait(30)
    pauses: list[float] = []
    watch(jobs, job, lambda: False, pauses.append)
    assert len(pauses) == LOOKS - 1
    gate.open.set()
    assert ended(job).state is JobState.CANCELLED
    with pytest.raises(JobNotFound):
        jobs.get("tab", job.job_id)
    jobs.close()


def test_one_whose_tab_comes_back_in_time_goes_on() -> None:
    gate, clock = Gate(), Clock()
    jobs = VideoJobs(gate.sees, LIMITS, clock, clock)
    job = jobs.add("tab", source(), JobOptions())
    looks = iter([*[False] * (LOOKS - 1), True, *[False] * (LOOKS - 1), True])
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2 * LOOKS:
            jobs.forget(job)

    watch(jobs, job, lambda: next(looks), pause)
    assert len(pauses) == 2 * LOOKS
    gate.open.set()
    jobs.close()
