"""Whose tab is closed, wants no video any more: its analysis ends, and its bytes are let go.

Another page of the app is no reason, and neither is a connection that is lost for a moment.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import sleep

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from fer_core.video.jobs import VideoJob, VideoJobs

LOOK_EVERY_S = 10.0
#: A tab that is loaded anew is another one to Streamlit; one that sleeps comes back within this.
GONE_AFTER_S = 60.0


def forget_with_tab(jobs: VideoJobs, job: VideoJob) -> None:
    """Forget a job when the tab that is being served now has been closed for a minute."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return
    session_id = context.session_id

    def is_open() -> bool:
        return runtime.exists() and runtime.get_instance().is_active_session(session_id)

    threading.Thread(
        target=watch, args=(jobs, job, is_open), name="fer-video-tab", daemon=True
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
