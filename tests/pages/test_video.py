"""The tab for videos, run without a browser."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.video.memory import VideoMemory, video_jobs
from fer_core.video.jobs import JobState, VideoJob
from tests.pages.running import run_page
from tests.video.films_in_files import even_times, film, still


@pytest.fixture
def lecture(astronaut: np.ndarray) -> tuple[str, bytes, str]:
    return ("lecture.mp4", film([still(astronaut)] * 20, even_times(2)), "video/mp4")


def start(file: tuple[str, bytes, str], *, people: str = "all") -> tuple[AppTest, VideoJob]:
    page = run_page("photos")
    page.file_uploader(key="video_file").set_value(file)
    page.radio(key="video_people").set_value(people)
    page.button(key="video_start").click().run()
    assert not page.exception
    memory: VideoMemory = page.session_state[VideoMemory.key()]
    assert memory.job is not None
    return page, memory.job


def wait_for(job: VideoJob) -> None:
    version = 0
    for _ in range(600):
        if job.is_over:
            return
        version = job.wait(version, 0.5)
    raise AssertionError("the video is not done")


def said(page: AppTest) -> str:
    groups = (page.markdown, page.caption, page.info, page.warning, page.error, page.header)
    return "\n".join(str(element.value) for group in groups for element in group)


def test_a_video_is_analysed_scrubbed_and_left(lecture: tuple[str, bytes, str]) -> None:
    page, job = start(lecture, people="one")
    wait_for(job)
    page.run()
    assert not page.exception
    assert "One face in 0:02" in said(page)
    assert list(page.dataframe[0].value["Face"]) == [1]
    assert page.slider(key="video_at").value == 0
    page.slider(key="video_at").set_value(1.0).run()
    assert not page.exception
    assert "Timeline" in said(page)
    assert len(page.get("download_button")) == 3
    page.button(key="video_again").click().run()
    assert page.file_uploader(key="video_file").value is None
    assert not job.source.descriptors
    assert not job.source.payload


def test_a_file_that_is_no_video_says_so_and_lets_one_try_again() -> None:
    page, job = start(("notes.mp4", b"no video at all", "video/mp4"))
    wait_for(job)
    page.run()
    assert "notes.mp4: This file is not a video" in said(page).replace("\\", "")
    page.button(key="video_again").click().run()
    assert page.file_uploader(key="video_file").value is None


def test_a_video_can_be_cancelled(lecture: tuple[str, bytes, str]) -> None:
    page, job = start(lecture)
    video_jobs().cancel(job)
    wait_for(job)
    page.run()
    assert job.state in (JobState.CANCELLED, JobState.DONE)
    if job.state is JobState.CANCELLED:
        assert "cancelled" in said(page)


def test_without_a_file_it_asks_for_one() -> None:
    page = run_page("photos")
    page.button(key="video_start").click().run()
    assert "Choose a video first" in said(page)
