"""Learners of `benchmarks/chaos.py`: what they say through the Python client, and what is left."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import cv2
import httpx
import numpy as np
from fer_client import ApiProblem, Client, FrameSender, ServerUnreachable, Session, types

from benchmarks.chaos_node import HEIGHT, WIDTH

PASSAGES: list[types.PassageIn] = [
    {"passage_id": f"p{number}", "text": f"Leaf number {number} turns light into sugar. " * 4}
    for number in range(8)
]
#: Each says something so often. Seconds.
SAYS_EVERY_S = 2.0
_JPEG = cv2.imencode(".jpg", np.full((HEIGHT, WIDTH, 3), 120, np.uint8))[1].tobytes()

T = TypeVar("T")


@dataclass
class Outcome:
    """What became of one learner's hour.

    Attributes:
        wire: How often each status came over the wire, "broken" for a line that broke.
        noticed: What reached the learner's app as an error, beside skipped frames.
        waits: How long each word took to be taken, seconds.
        said: Words that were taken: answers and markers.
        missing: Of those, how many are not in the session's file at the end.
        text_kept: Whether the passages are all there.
        frames: Pictures that were answered.
        blind: The longest stretches without an answered picture, as the app saw it. Seconds.
        lost_runs: Each stretch of seconds without a picture in the timeline.
        stream_gap_s: The longest time in which the stream told nothing.
        stream_twice: Events that were told twice.
        stream_missing: Events that were never told.
    """

    wire: Counter[str] = field(default_factory=Counter)
    noticed: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    said: int = 0
    missing: int = 0
    text_kept: bool = False
    frames: int = 0
    blind: list[float] = field(default_factory=list)
    lost_runs: list[int] = field(default_factory=list)
    stream_gap_s: float = 0.0
    stream_twice: int = 0
    stream_missing: int = 0


class Learner:
    """One learner; `study` returns when the time is over.

    Args:
        url: Of the API.
        number: Which one it is.
        rate: Pictures a second.
        until: The end, by `time.monotonic`.
    """

    def __init__(self, url: str, number: int, rate: float, until: float) -> None:
        self.outcome = Outcome()
        self._number, self._rate, self._until = number, rate, until
        http = httpx.Client(timeout=60, event_hooks={"response": [self._saw]})
        self._client = Client(url, http=http)
        self._answered_at: float | None = None
        self._heard: list[int] = []
        self._answers: list[tuple[str, int]] = []
        self._markers: list[str] = []
        self._pauses = 0
        self.session_id = ""

    def _saw(self, response: httpx.Response) -> None:
        said = str(response.status_code)
        if response.is_error:
            response.read()
            said = f"{said} {ApiProblem.of(response).code}"
        self.outcome.wire[said] += 1

    def study(self) -> None:
        """Start a session, feed it, and look at what is left of it at the end."""
        session = self._client.start_session(
            consent_version="1",
            accepted_at=datetime.now(UTC),
            retention="keep",
            text=PASSAGES,
            text_title=f"Leaves {self._number}",
        )
        self.session_id = session.session_id
        stream = threading.Thread(target=self._listen, args=(session,), daemon=True)
        stream.start()
        began = time.time()
        with FrameSender(session, self._frame_came, self._frame_failed) as sender:
            self._feed(session, sender)
        ended = time.time()
        self._look_back(session, began, ended)
        self._told(session.finish)
        stream.join(30)
        self._client.close()

    def _feed(self, session: Session, sender: FrameSender) -> None:
        said_at, turn = time.monotonic(), 0
        while time.monotonic() < self._until:
            sender.submit(_JPEG)
            if time.monotonic() - said_at >= SAYS_EVERY_S:
                said_at, turn = time.monotonic(), turn + 1
                self._say(session, turn)
            time.sleep(1 / self._rate)

    def _say(self, session: Session, turn: int) -> None:
        passage = PASSAGES[turn % len(PASSAGES)]["passage_id"]
        now = datetime.now(UTC)
        seen = passage, 1.0, now - timedelta(seconds=SAYS_EVERY_S), now
        self._told(lambda: session.report_passages([seen]))
        kind = turn % 3
        if kind == 0:
            value = 1 + turn % 5
            if self._told(lambda: session.correct(passage, value)) is not _FAILED:
                self._answers.append((passage, value))
        elif kind == 1:
            words = f"moment {turn}"
            if self._told(lambda: session.add_markers({"words": words})) is not _FAILED:
                self._markers.append(words)
        elif turn % 2:
            self._told(session.pause)
            self._told(session.resume)
            self._pauses += 1

    def _told(self, call: Callable[[], T]) -> T | object:
        began = time.monotonic()
        try:
            answer = call()
        except (ApiProblem, ServerUnreachable) as error:
            self.outcome.noticed.append(str(error))
            return _FAILED
        self.outcome.waits.append(time.monotonic() - began)
        return answer

    def _frame_came(self, _: types.Frame) -> None:
        now = time.monotonic()
        if self._answered_at is not None:
            self.outcome.blind.append(now - self._answered_at)
        self._answered_at = now
        self.outcome.frames += 1

    def _frame_failed(self, error: Exception) -> None:
        if isinstance(error, ServerUnreachable):
            self.outcome.wire["broken"] += 1  # the next frame goes to another process
        else:
            self.outcome.noticed.append(str(error))

    def _listen(self, session: Session) -> None:
        heard_at = time.monotonic()
        try:
            for event in session.events():
                now = time.monotonic()
                if now < self._until:
                    self.outcome.stream_gap_s = max(self.outcome.stream_gap_s, now - heard_at)
                heard_at = now
                if event.event_id is not None:
                    self._heard.append(int(event.event_id))
        except (ApiProblem, ServerUnreachable) as error:
            self.outcome.noticed.append(f"stream: {error}")

    def _look_back(self, session: Session, began: float, ended: float) -> None:
        outcome = self.outcome
        export: dict[str, Any] = json.loads(session.export("json"))
        words = [one["words"] for one in export["markers"]]
        outcome.said = len(self._answers) + len(self._markers)
        outcome.missing = len(_missing(self._markers, words))
        text = session.details()["text"]
        outcome.text_kept = text is not None and len(text["passages"]) == len(PASSAGES)
        seconds = {
            int(datetime.fromisoformat(row["at"]).timestamp())
            for row in session.timeline("1s")["rows"]
        }
        run = 0
        for second in range(int(began) + 2, int(ended) - 3):
            if second in seconds:
                if run:
                    outcome.lost_runs.append(run)
                run = 0
            else:
                run += 1
        if run:
            outcome.lost_runs.append(run)

    def compare(self, answers: list[tuple[str, int]], happened: list[int]) -> None:
        """Compare what the database has with what was taken and told."""
        outcome = self.outcome
        outcome.missing += len(_missing(self._answers, answers))
        outcome.stream_missing = len(set(happened) - set(self._heard))
        outcome.stream_twice = len(self._heard) - len(set(self._heard))


_FAILED = object()


def _missing(said: list[T], kept: list[T]) -> list[T]:
    left = list(kept)
    missing = []
    for one in said:
        if one in left:
            left.remove(one)
        else:
            missing.append(one)
    return missing
