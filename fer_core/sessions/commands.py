"""What a learner commands in a session: pause, resume, finish, and the breaks between rounds."""

from __future__ import annotations

from fer_core.sessions.events import EventKind
from fer_core.sessions.locked_core import LockedCore
from fer_core.sessions.snapshot import State


class SessionCommands(LockedCore):
    """Takes commands; each may come from any thread, and is stored before it counts."""

    def pause(self, at: float) -> None:
        """Stop the clock and the signals. Pausing twice changes nothing.

        Args:
            at: Since when; it may lie in the past, but not before the last sign of the learner.

        Raises:
            SessionFinished: The session is over.
        """
        with self._lock:
            self._core.pause(at)
        self._on_word()

    def interrupt(self) -> None:
        """Stop as of the last sign because the process ends; the next sign goes on by itself."""
        with self._lock:
            self._core.interrupt()

    def go_on(self, at: float) -> None:
        """Go on at a sign of the learner, where only the end of a process had stopped the session.

        Frames, reading reports and answers do so by themselves.
        """
        with self._lock:
            self._core.go_on(at)

    def resume(self, at: float) -> None:
        """Go on. A pause of two minutes, or as long as the planned break, counts as a rest.

        Raises:
            SessionFinished: The session is over.
        """
        with self._lock:
            self._core.resume(at)
        self._on_word()

    def finish(self, at: float) -> None:
        """End the session for good. Finishing twice changes nothing."""
        with self._lock:
            self._core.finish(at)
        self._on_word()

    def study_on_paper(self, on: bool, at: float) -> None:
        """Count a head bent to the desk as at work from now on, or as not turned to the screen.

        It is an event of the session, so that it holds after a restart, too. What is so already
        changes nothing, nor does a session that is over.
        """
        with self._lock:
            face = self._core.signals.face
            if on is face.on_paper or self._core.clock.state is State.FINISHED:
                return
            face.on_paper = on
            self._core.log.note(EventKind.ON_PAPER, at, on=on)
        self._on_word()

    def act(self, at: float) -> None:
        """Note that the learner did something here; who does is at work, seen or not."""
        with self._lock:
            self._core.signals.act(at)

    def snooze_break(self, at: float) -> None:
        """Let the break suggestion that stands come back in five minutes."""
        with self._lock:
            self._core.signals.act(at)
            self._core.answer_suggestion(at, self._core.breaks.snooze)
        self._on_word()

    def dismiss_break(self, at: float) -> None:
        """Take the break suggestion that stands away; after the timer's the next round begins."""
        with self._lock:
            self._core.signals.act(at)
            self._core.answer_suggestion(at, self._core.breaks.dismiss)
        self._on_word()

    def take_break(self, at: float) -> None:
        """Begin a break, suggested or not: pause, and let the timer count the break down.

        `resume` ends it, whenever that is, and begins the next round.

        Raises:
            SessionFinished: The session is over.
        """
        with self._lock:
            self._core.take_break(at)
        self._on_word()

    def extend_break(self, at: float) -> None:
        """Rest for one minute more; outside a break nothing changes.

        Raises:
            SessionFinished: The session is over.
        """
        with self._lock:
            self._core.extend_break(at)
        self._on_word()

    def extend_round(self, at: float) -> None:
        """Study for five minutes more before the break; in a pause nothing changes.

        Raises:
            SessionFinished: The session is over.
        """
        with self._lock:
            self._core.extend_round(at)
            self._core.signals.act(at)
        self._on_word()
