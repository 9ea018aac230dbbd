"""Whose tab is closed, wants no video any more: its analysis ends, and its bytes are let go.

Another page of the app is no reason, and neither is a connection that is lost for a moment.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from time import sleep

from app.parts.streamlit_private import is_tab_open, served_tab
from fer_core.video.jobs import VideoJob, VideoJobs

LOOK_EVERY_S = 10.0
#: A tab that is reloaded is another one to Streamlit; one that sleeps comes back within this.
GONE_AFTER_S = 60.0


def forget_with_tab(jobs: VideoJobs, job: VideoJob) -> None:
    """Forget a job when the tab that is being served now has been closed for a minute."""
    tab = served_tab()
    if tab is None:
        return
    threading.Thread(
        target=watch,
        args=(jobs, job, partial(is_tab_open, tab)),
        name="fer-video-tab",
        daemon=True,
    ).start()


def watch(
    jobs: VideoJobs,
    job: VideoJob,
    is_open: Callable[[], bool],
    pause: Callable[[float], None] = sleep,
) -> None:
    """Forget a job when its tab has been closed for so long; end where it is forgotten anyway."""
    closed_s = 0.0
    while job in jobs.all(job.owner):
        closed_s = 0.0 if is_open() else closed_s + LOOK_EVERY_S
        if closed_s >= GONE_AFTER_S:
            jobs.forget(job)
            return
        pause(LOOK_EVERY_S)
