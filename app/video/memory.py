"""What the tab for videos remembers, and the videos of this process."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from time import monotonic

import streamlit as st

from app.parts.clock import now
from app.parts.engine import engine_or_stop
from app.parts.memory import PageMemory
from fer_core.config import Settings, get_settings
from fer_core.video.analysis import sees_by_engine
from fer_core.video.decoding import VideoLimits
from fer_core.video.jobs import VideoJob, VideoJobs


@dataclass(slots=True)
class VideoMemory(PageMemory):
    """Of one browser tab.

    Attributes:
        owner: Under which its videos are known; nobody else finds them.
        job: The video that is analysed or shown; None before the first.
    """

    owner: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    job: VideoJob | None = None


@st.cache_resource(show_spinner=False, on_release=lambda jobs: jobs.close())
def _jobs(settings: Settings) -> VideoJobs:
    engine = engine_or_stop()
    return VideoJobs(lambda: sees_by_engine(engine), VideoLimits.of(settings), now, monotonic)


def video_jobs() -> VideoJobs:
    """Return the videos of this process."""
    return _jobs(get_settings())
