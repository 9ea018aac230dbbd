"""Videos that wait for their analysis, are analysed one after the other, and are kept for an hour.

The page and the API share this. A job belongs to its owner; nobody else finds it. Everything is in
memory: the video until it was analysed (longer only where its frames are wanted), the results until
their hour is over.
"""

from __future__ import annotations

import io
import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from fer_core.errors import Busy, FerError
from fer_core.video.analysis import (
    DEFAULT_RATE,
    OnProgress,
    People,
    Sees,
    VideoAnalysis,
    VideoProgress,
    analyse_video,
    stop_if,
)
from fer_core.video.annotate import annotate_video
from fer_core.video.decoding import VideoLimits
from fer_core.video.errors import JobNotFound, JobUnfinished, VideoCancelled
from fer_core.video.source import VideoSource

#: Jobs that wait, over all owners; each holds its video in memory.
MOST_WAITING = 4
#: Finished jobs kept; the oldest go first where there are more.
MOST_FINISHED = 20
#: How long results are kept, in seconds.
KEPT_S = 3600.0
#: Largest annotated video kept in memory.
MOST_ANNOTATED_BYTES = 300_000_000

_log = logging.getLogger(__name__)


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class JobOptions:
    """What is wanted of a video.

    Attributes:
        rate: Frames analysed a second.
        people: Every face, or one person's timeline besides.
        annotate: Whether an annotated video is wanted.
        blur: Whether faces are made unrecognisable in it.
        keep_source: Whether the video stays in memory with the results, so that its frames can be
            shown beside them.
    """

    rate: float = DEFAULT_RATE
    people: People = "all"
    annotate: bool = False
    blur: bool = False
    keep_source: bool = False


class VideoJob:
    """One video and what becomes of it. Every method may be called from any thread.

    Attributes:
        job_id: Cannot be guessed.
        owner: Whose it is.
        source: The video; let go where it is not needed any more.
        options: What is wanted.
        created_at: Seconds since the epoch.
        finished_at: The same; None while it waits or runs.
        state: Where it stands.
        place: In the queue, from 1; 0 of one that does not wait.
        progress: How far it is; None before the first frame.
        error: Why it failed; None otherwise.
        analysis: What was found; None before the end.
        annotated: The annotated video as MP4; None where none is wanted or before the end.
    """

    def __init__(self, owner: str, source: VideoSource, options: JobOptions, at: float) -> None:
        self.job_id = secrets.token_urlsafe(16)
        self.owner = owner
        self.source = source
        self.options = options
        self.created_at = at
        self.finished_at: float | None = None
        self.state = JobState.QUEUED
        self.place = 0
        self.progress: VideoProgress | None = None
        self.error: FerError | None = None
        self.analysis: VideoAnalysis | None = None
        self.annotated: bytes | None = None
        self._cancelled = threading.Event()
        self._changed = threading.Condition()
        self._version = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing more becomes of it."""
        return self.state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)

    @property
    def share(self) -> float | None:
        """Share of the whole that is done, 0..1; None where the length is not known."""
        if self.state is JobState.DONE:
            return 1.0
        if self.progress is None:
            return 0.0
        share = self.progress.share
        if share is None or not self.options.annotate:
            return share
        return share / 2 + (0.5 if self.progress.stage == "drawing" else 0.0)

    def result(self) -> VideoAnalysis:
        """Return what was found.

        Raises:
            JobUnfinished: It has no result, or not yet.
            FerError: It failed, for this reason.
        """
        if self.error is not None:
            raise self.error
        if self.analysis is None or self.state is not JobState.DONE:
            raise JobUnfinished
        return self.analysis

    def cancel(self) -> None:
        """End the work as soon as the frame in hand is done; cancelling twice changes nothing."""
        self._cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether it was asked to end."""
        return self._cancelled.is_set()

    def changed(self) -> None:
        """Tell those who wait that something has changed."""
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    def wait(self, version: int, timeout_s: float) -> int:
        """Wait until something changes; return the number of the newest change.

        Args:
            version: Of the last change that is known; 0 for none.
            timeout_s: Longest wait.
        """
        with self._changed:
            if self._version == version:
                self._changed.wait(timeout_s)
            return self._version


class VideoJobs:
    """The jobs of one process. Every method may be called from any thread.

    Args:
        sees: Makes what sees the frames of one video.
        limits: What of a video is taken.
        clock: Seconds since the epoch.
        monotonic: Seconds that only go forward.
    """

    def __init__(
        self,
        sees: Callable[[], Sees],
        limits: VideoLimits,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self._sees = sees
        self.limits = limits
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.Condition()
        self._waiting: deque[VideoJob] = deque()
        self._jobs: dict[str, VideoJob] = {}
        self._thread: threading.Thread | None = None
        self._closed = False

    def add(self, owner: str, source: VideoSource, options: JobOptions) -> VideoJob:
        """Let a video wait for its analysis.

        Raises:
            Busy: Too many wait already.
        """
        with self._lock:
            self._forget_old()
            if self._closed or len(self._waiting) >= MOST_WAITING:
                raise Busy("Other videos wait already. Try again when one is done.")
            job = VideoJob(owner, source, options, self._clock())
            self._jobs[job.job_id] = job
            self._waiting.append(job)
            self._number()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="fer-videos", daemon=True)
                self._thread.start()
            self._lock.notify_all()
        return job

    def get(self, owner: str, job_id: str) -> VideoJob:
        """Return a job of this owner.

        Raises:
            JobNotFound: There is none with this id, or it is another's.
        """
        with self._lock:
            self._forget_old()
            job = self._jobs.get(job_id)
        if job is None or job.owner != owner:
            raise JobNotFound
        return job

    def all(self, owner: str) -> list[VideoJob]:
        """Return the jobs of this owner, newest first."""
        with self._lock:
            self._forget_old()
            return [job for job in self._jobs.values() if job.owner == owner][::-1]

    def cancel(self, job: VideoJob) -> None:
        """End a job, whether it waits or runs; one that is over stays as it is."""
        job.cancel()
        with self._lock:
            waited = job in self._waiting
            if waited:
                self._waiting.remove(job)
                self._number()
        if waited:
            self._end(job, JobState.CANCELLED)

    def forget(self, job: VideoJob) -> None:
        """Cancel a job and let go of everything of it."""
        self.cancel(job)
        with self._lock:
            self._jobs.pop(job.job_id, None)
        if job.is_over:
            job.source.close()

    def close(self) -> None:
        """End everything; what runs stops at its next frame."""
        with self._lock:
            self._closed = True
            jobs = list(self._jobs.values())
            self._lock.notify_all()
        for job in jobs:
            self.forget(job)
        if self._thread is not None:
            self._thread.join(timeout=10.0)

    def _number(self) -> None:
        for place, job in enumerate(self._waiting, start=1):
            job.place = place
            job.changed()

    def _forget_old(self) -> None:
        horizon = self._clock() - KEPT_S
        over = [job for job in self._jobs.values() if job.finished_at is not None]
        surplus = len(over) - MOST_FINISHED
        for number, job in enumerate(sorted(over, key=lambda job: job.finished_at or 0.0)):
            if number < surplus or (job.finished_at or 0.0) < horizon:
                del self._jobs[job.job_id]
                job.source.close()

    def _run(self) -> None:
        while True:
            with self._lock:
                while not self._waiting and not self._closed:
                    # Wakes up to let go of what is over its hour, also where nobody asks.
                    self._lock.wait(60.0)
                    self._forget_old()
                if self._closed:
                    return
                job = self._waiting.popleft()
                job.place = 0
                self._number()
                job.state = JobState.RUNNING
            job.changed()
            self._work(job)

    def _work(self, job: VideoJob) -> None:
        def note(progress: VideoProgress) -> None:
            job.progress = progress
            job.changed()

        passed_on = stop_if(lambda: job.is_cancelled or self._closed, note)
        try:
            analysis = analyse_video(
                job.source,
                self._sees(),
                self.limits,
                self._monotonic,
                rate=job.options.rate,
                people=job.options.people,
                on_progress=passed_on,
            )
            if job.options.annotate:
                job.annotated = self._annotate(job, analysis, passed_on)
            job.analysis = analysis
            self._end(job, JobState.DONE)
        except VideoCancelled:
            self._end(job, JobState.CANCELLED)
        except FerError as error:
            job.error = error
            self._end(job, JobState.FAILED)
        except Exception:  # one video must not end the thread that serves all
            _log.exception("a video could not be analysed")
            job.error = FerError()
            self._end(job, JobState.FAILED)

    def _annotate(self, job: VideoJob, analysis: VideoAnalysis, note: OnProgress) -> bytes:
        out = io.BytesIO()
        annotate_video(
            job.source,
            analysis,
            self.limits,
            out,
            self._monotonic,
            blur=job.options.blur,
            max_bytes=MOST_ANNOTATED_BYTES,
            on_progress=note,
        )
        return out.getvalue()

    def _end(self, job: VideoJob, state: JobState) -> None:
        job.finished_at, job.place = self._clock(), 0
        job.state = state
        if state is not JobState.DONE or not job.options.keep_source:
            job.source.close()
        with self._lock:
            forgotten = job.job_id not in self._jobs
        if forgotten:
            job.source.close()
        job.changed()
