"""A long study: frames of kept sessions, photos, hostile pictures, and restarts of the server.

Every second restart is a SIGKILL. Clients know nothing of restarts: they send the next frame, and
resume what is paused. A learner's studied time is what they were answered frames for; the session's
own count at the end is compared with it.
"""

from __future__ import annotations

import signal
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx

from benchmarks.hostile_inputs.drawing import encoded, face
from benchmarks.hostile_inputs.jpegs import scan_bomb
from benchmarks.hostile_inputs.texts import WORDS
from benchmarks.hostile_server import SESSION, Api, frame, tree_mb
from tests.support.servers import free_port

LEARNERS = 4
FRAMES_APART_S = 0.4
PHOTOS_APART_S = 5.0
VISITS_APART_S = 20.0
VISIT_FRAMES = 5
RESTART_EVERY_S = 150.0
#: Between two frames further apart than this, nobody counts as studying.
LONGEST_GAP_S = 3.0


class Learner:
    """Studies in a kept session with a text, whatever the server does."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=60)
        self._frame = frame()
        self._text = {"title": "Bees", "content": WORDS * 200}
        self._last: float | None = None
        self.session_id = ""
        self.studied_s = 0.0
        self.answers: Counter[str] = Counter()
        self.longest_silence_s = 0.0

    def run(self, ended: threading.Event, frames_apart_s: float) -> None:
        while not ended.wait(frames_apart_s):
            try:
                self._step()
            except httpx.HTTPError as error:
                self.answers[type(error).__name__] += 1

    def _step(self) -> None:
        if not self.session_id:
            request = {**SESSION, "retention": "keep", "text": self._text}
            answer = self._client.post("/api/v1/sessions", json=request)
            self._note(answer)
            if answer.status_code == 201:
                self.session_id = answer.json()["session_id"]
            return
        answer = self._client.post(
            f"/api/v1/sessions/{self.session_id}/frames",
            content=self._frame,
            headers={"Content-Type": "image/jpeg"},
        )
        self._note(answer)
        if answer.status_code != 200:
            return
        body = answer.json()
        if body["used"]:
            self._studied(monotonic())
        elif body["unused_because"] == "paused":
            self.answers["paused"] += 1
            self._client.post(f"/api/v1/sessions/{self.session_id}/resume")

    def _note(self, answer: httpx.Response) -> None:
        code = "" if answer.is_success else f" {answer.json().get('code')}"
        self.answers[f"{answer.status_code}{code}"] += 1

    def _studied(self, now: float) -> None:
        if self._last is not None:
            gap = now - self._last
            self.longest_silence_s = max(self.longest_silence_s, gap)
            if gap <= LONGEST_GAP_S:
                self.studied_s += gap
        self._last = now

    def finish(self) -> dict[str, Any]:
        """Finish the session; return its summary."""
        answer = self._client.post(f"/api/v1/sessions/{self.session_id}/finish")
        answer.raise_for_status()
        summary: dict[str, Any] = answer.json()
        return summary

    def text_is_there(self) -> bool:
        answer = self._client.get(f"/api/v1/sessions/{self.session_id}").json()
        return bool(answer.get("text"))


def run(minutes: float, load: float = 1.0) -> None:
    """Study for so long, and print memory each minute and what was kept at the end.

    Args:
        minutes: How long.
        load: What everybody sends, as a share of the usual; learners still send a frame a second.
    """
    with tempfile.TemporaryDirectory() as folder, ExitStack() as server:
        port = free_port()

        def start() -> Api:
            return server.enter_context(Api.running(Path(folder), port))

        api = start()
        learners = [Learner(api.url) for _ in range(LEARNERS)]
        ended = threading.Event()
        photos: Counter[str] = Counter()
        visits: Counter[str] = Counter()
        frames_apart_s = min(FRAMES_APART_S / load, 1.0)
        with _threads(
            [
                *(lambda one=one: one.run(ended, frames_apart_s) for one in learners),
                lambda: _send_photos(api.url, ended, photos, PHOTOS_APART_S / load),
                lambda: _visit(api.url, ended, visits, VISITS_APART_S / load),
            ],
            ended,
        ):
            until, minute, restarts, next_restart = (
                monotonic() + minutes * 60,
                0,
                0,
                RESTART_EVERY_S,
            )
            began = monotonic()
            while monotonic() < until:
                sleep(min(60.0, max(0.0, until - monotonic())))
                minute += 1
                print(
                    f"minute {minute:>3}: {tree_mb(api.pid):>5.0f} MB, {restarts} restarts, "
                    f"{sum(one.answers['200'] for one in learners)} frames, "
                    f"photos {dict(photos)}, visits {dict(visits)}",
                    flush=True,
                )
                if (
                    monotonic() - began >= next_restart
                    and until - monotonic() > RESTART_EVERY_S / 2
                ):
                    restarts += 1
                    next_restart += RESTART_EVERY_S
                    api.process.send_signal(signal.SIGKILL if restarts % 2 else signal.SIGTERM)
                    with suppress(Exception):
                        api.process.wait(60)
                    server.close()
                    api = start()
        for number, learner in enumerate(learners, start=1):
            text = learner.text_is_there()
            summary = learner.finish()
            print(
                f"learner {number}: studied {learner.studied_s:.0f} s by the answers, "
                f"{_studied_of(summary)} s by the session; text {'kept' if text else 'LOST'}; "
                f"longest silence {learner.longest_silence_s:.0f} s; {dict(learner.answers)}"
            )


def _studied_of(summary: dict[str, Any]) -> Any:
    """Return the studied seconds, wherever the summary has them."""
    if "studied_s" in summary:
        return round(summary["studied_s"])
    found = (_studied_of(value) for value in summary.values() if isinstance(value, dict))
    return next((value for value in found if value is not None), None)


@contextmanager
def _threads(work: list[Callable[[], None]], ended: threading.Event) -> Iterator[None]:
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _visit(url: str, ended: threading.Event, answers: Counter[str], apart_s: float) -> None:
    """Study a moment, finish, read the export, and erase the session, again and again."""
    body = frame()
    with httpx.Client(base_url=url, timeout=60) as client:
        while not ended.wait(apart_s):
            try:
                answer = client.post("/api/v1/sessions", json={**SESSION, "retention": "keep"})
                answer.raise_for_status()
                session = f"/api/v1/sessions/{answer.json()['session_id']}"
                for _ in range(VISIT_FRAMES):
                    client.post(
                        f"{session}/frames", content=body, headers={"Content-Type": "image/jpeg"}
                    ).raise_for_status()
                client.post(f"{session}/finish").raise_for_status()
                client.get(f"{session}/export").raise_for_status()
                client.delete(session).raise_for_status()
                answers["whole"] += 1
            except httpx.HTTPStatusError as error:
                answers[f"{error.response.status_code} {error.request.url.path[-10:]}"] += 1
            except httpx.HTTPError as error:
                answers[type(error).__name__] += 1


def _send_photos(url: str, ended: threading.Event, answers: Counter[str], apart_s: float) -> None:
    """Send a large photo, and in between one that is made to hold its decoder."""
    bodies = [encoded(face(4000, 3000), "JPEG"), scan_bomb(face(1400), 3000)]
    turn = 0
    with httpx.Client(base_url=url, timeout=120) as client:
        while not ended.wait(apart_s):
            turn += 1
            try:
                answer = client.post(
                    "/api/v1/analyses",
                    content=bodies[turn % 6 == 0],
                    headers={"Content-Type": "image/jpeg"},
                )
                answers[str(answer.status_code)] += 1
            except httpx.HTTPError as error:
                answers[type(error).__name__] += 1
