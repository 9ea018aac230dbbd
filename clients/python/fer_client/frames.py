"""Frames of a live camera: one in flight, the rest skipped, so that the answer is about now."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from fer_client import types
from fer_client.errors import ApiProblem, ServerUnreachable
from fer_client.sessions import Session
from fer_client.transport import BROKEN_OFF

#: Wait after a refusal that does not say how long.
_PAUSE_S = 1.0
#: Wait after a broken connection; it doubles up to the one above while none comes about.
_RECONNECT_AFTER_S = 0.1


@dataclass(frozen=True, slots=True)
class SenderStats:
    """Counts since the sender was made."""

    submitted: int = 0
    answered: int = 0
    skipped: int = 0
    refused: int = 0


class FrameSender:
    """Sends frames from a thread of its own, one at a time.

    `submit` never blocks: a frame that still waits is replaced by the newer one. When the API is
    busy the sender waits as told and goes on with whatever frame is newest then. An error in one of
    the functions given ends the sender; the next `submit`, or else `close`, raises it.

    Args:
        session: Where the frames go.
        on_answer: Called in the sender's thread with each answer.
        on_problem: Called there with each problem. Busy answers are only counted, and so are broken
            lines, be it in a proxy's words (502, 504), while they last less than a second and a
            half: the next frame may go to another server.
    """

    def __init__(
        self,
        session: Session,
        on_answer: Callable[[types.Frame], None],
        on_problem: Callable[[Exception], None] | None = None,
    ) -> None:
        self._session = session
        self._on_answer = on_answer
        self._on_problem = on_problem
        self._condition = threading.Condition()
        self._frame: tuple[bytes, datetime] | None = None
        self._closed = threading.Event()
        self._failure: BaseException | None = None
        self._reconnect_s = _RECONNECT_AFTER_S
        self._counts = {"submitted": 0, "answered": 0, "skipped": 0, "refused": 0}
        self._thread = threading.Thread(target=self._run, name="frame-sender", daemon=True)
        self._thread.start()

    def submit(self, jpeg: bytes, captured_at: datetime | None = None) -> None:
        """Hand in a frame and return at once."""
        self._raise_failure()
        with self._condition:
            self._counts["submitted"] += 1
            self._counts["skipped"] += self._frame is not None
            self._frame = jpeg, captured_at or datetime.now(UTC)
            self._condition.notify()

    @property
    def stats(self) -> SenderStats:
        """What has become of the frames."""
        with self._condition:
            return SenderStats(**self._counts)

    def close(self) -> None:
        """Finish the frame in flight and end the thread."""
        self._closed.set()
        with self._condition:
            self._condition.notify()
        self._thread.join()
        self._raise_failure()

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def __enter__(self) -> FrameSender:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        try:
            self._send_until_closed()
        except Exception as error:  # nobody sees what a thread raises
            self._failure = error

    def _send_until_closed(self) -> None:
        while (frame := self._next()) is not None:
            try:
                answer = self._session.send_frame(*frame)
            except ApiProblem as problem:
                wait = problem.retry_after_s
                if wait is None and problem.status in BROKEN_OFF:
                    self._broke_off(problem)
                else:
                    self._refused(
                        problem, _PAUSE_S if wait is None else wait, is_ordinary=wait is not None
                    )
            except ServerUnreachable as error:
                self._broke_off(error)
            else:
                self._reconnect_s = _RECONNECT_AFTER_S
                with self._condition:
                    self._counts["answered"] += 1
                self._on_answer(answer)

    def _next(self) -> tuple[bytes, datetime] | None:
        with self._condition:
            self._condition.wait_for(lambda: self._frame is not None or self._closed.is_set())
            if self._closed.is_set():
                return None
            frame, self._frame = self._frame, None
            return frame

    def _broke_off(self, error: Exception) -> None:
        self._refused(error, self._reconnect_s, is_ordinary=self._reconnect_s < _PAUSE_S)
        self._reconnect_s = min(2 * self._reconnect_s, _PAUSE_S)

    def _refused(self, error: Exception, wait_s: float, *, is_ordinary: bool) -> None:
        with self._condition:
            self._counts["refused"] += 1
        if self._on_problem is not None and not is_ordinary:
            self._on_problem(error)
        self._closed.wait(wait_s)
