"""The tab for videos, from top to bottom: hand in, wait or cancel, look, take away."""

from __future__ import annotations

import math

import streamlit as st

from app.parts.buttons import pressed, submitted
from app.parts.engine import settings_or_stop
from app.parts.words import plain
from app.video.leaving import forget_with_tab
from app.video.memory import VideoMemory, video_jobs
from app.video.results import show_results
from fer_core.charts.timeline import clock_text
from fer_core.errors import FerError
from fer_core.video.analysis import DEFAULT_RATE
from fer_core.video.jobs import JobOptions, JobState, VideoJob
from fer_core.video.source import VideoSource

FILE_TYPES = ["mp4", "m4v", "mov", "webm", "mkv"]
RATES = (1.0, 2.0, DEFAULT_RATE, 10.0)


def show_videos() -> None:
    memory = VideoMemory.of_tab()
    job = memory.job
    if job is None:
        hand_in(memory)
    elif job.is_over:
        show_end(memory, job)
    else:
        show_progress(job)


def hand_in(memory: VideoMemory) -> None:
    settings = settings_or_stop()
    with st.form("video_form", border=False):
        file = st.file_uploader(
            "Drop a video here, or choose one",
            type=FILE_TYPES,
            max_upload_size=math.ceil(settings.max_video_mb),
            help=f"MP4, MOV, WebM or MKV, up to {settings.max_video_mb:g} MB and "
            f"{settings.max_video_minutes:g} minutes.",
            key="video_file",
        )
        st.caption(
            "The video stays in this computer's memory until you take another or close this tab. "
            "No frame is saved."
        )
        people = st.radio(
            "Who is in it",
            ["all", "one"],
            format_func={
                "all": "Every face, with numbers",
                "one": "One person: their timeline as in a live session, too",
            }.__getitem__,
            key="video_people",
        )
        rate = st.select_slider(
            "Looks a second",
            RATES,
            DEFAULT_RATE,
            format_func=lambda value: f"{value:g}",
            key="video_rate",
            help="More looks see shorter expressions and take longer.",
        )
        annotate = st.checkbox(
            "Make a video with the faces drawn in (H.264, without sound)", key="video_annotate"
        )
        blur = st.checkbox("Blur the faces in it", key="video_blur")
        wanted = submitted("Analyse", icon=":material/movie:", type="primary", key="video_start")
    if not wanted:
        return
    if file is None:
        st.warning("Choose a video first.", icon=":material/movie:")
        return
    options = JobOptions(rate, "one" if people == "one" else "all", annotate, blur, True)
    try:
        source = VideoSource.of_bytes(
            file.getvalue(), file.name, max_bytes=settings.max_video_bytes
        )
        memory.job = video_jobs().add(memory.owner, source, options)
        forget_with_tab(video_jobs(), memory.job)
    except FerError as error:
        st.error(plain(error.message), icon=":material/error:")
        return
    st.rerun()


@st.fragment(run_every=1.0)
def show_progress(job: VideoJob) -> None:
    """Show how far the analysis is, and let it be cancelled."""
    if job.is_over:
        st.rerun()
    st.progress(job.share or 0.0, progress_words(job))
    if pressed("Cancel", icon=":material/cancel:", key="video_cancel"):
        video_jobs().cancel(job)


def progress_words(job: VideoJob) -> str:
    """Return how far an analysis is, in words."""
    name, progress = plain(job.source.name), job.progress
    if job.is_cancelled:
        return f"Ending the analysis of {name}"
    if job.state is JobState.QUEUED:
        return f"{name} waits: {job.place} in the queue"
    if progress is None:
        return f"Opening {name}"
    doing = "Drawing into" if progress.stage == "drawing" else "Looking at"
    left = progress.left_s
    rest = "" if left is None else f", about {clock_text(left + 0.5)} left"
    return f"{doing} {name}: at {clock_text(progress.at)}{rest}"


def show_end(memory: VideoMemory, job: VideoJob) -> None:
    if job.state is JobState.CANCELLED:
        st.info("The analysis was cancelled.", icon=":material/cancel:")
    elif job.error is not None:
        st.error(f"{plain(job.source.name)}: {plain(job.error.message)}", icon=":material/error:")
    else:
        show_results(job, video_jobs().limits)
    if pressed("Another video", icon=":material/movie:", key="video_again"):
        video_jobs().forget(job)
        memory.job = None
        st.rerun()
