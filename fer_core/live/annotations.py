"""What learners add to a session, also after its end: their word on it, markers, marks, notes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from fer_core.learner.probes import Answer, clarity_correction, lost_answer
from fer_core.live.running_session import RunningSession
from fer_core.reading.notes import PassageNote
from fer_core.sessions.goal import GoalOutcome
from fer_core.sessions.markers import SessionMarkers

if TYPE_CHECKING:
    from fer_core.live.registry import SessionRegistry

Changed = TypeVar("Changed")

#: The same word about the same passage within this is said once. Seconds.
AGAIN_WITHIN_S = 60.0


class Annotations:
    """Takes what learners add, and keeps it. Safe for any number of threads.

    Args:
        registry: Where the sessions are.
    """

    def __init__(self, registry: SessionRegistry) -> None:
        self._registry = registry

    def change_markers(
        self, running: RunningSession, change: Callable[[SessionMarkers, float], Changed]
    ) -> Changed:
        """Let the learner's markers be changed, while the session runs and after its end.

        Args:
            running: The session.
            change: Changes them; gets the latest moment that can be marked: now, or the end of a
                session that is over. What it raises comes out, and what it returns.

        Raises:
            SessionNotFound: Another program has erased the session.
        """
        self._registry.refuse_erased(running)
        over = running.is_finished
        if not over:
            running.act()
        latest = running.session.since if over else self._registry.clock()
        changed = change(running.session.markers, latest)
        if over:
            self._registry.history.follow(running, is_stored=True)
            self._registry.save(running)
        else:
            self._registry.history.save_one(running)
        return changed

    def correct(self, running: RunningSession, passage_id: str, value: int) -> None:
        """Take the learner's own word about a passage, while the session runs and after its end.

        Where its text is not open, it is kept, and teaches nothing. The same word again within a
        minute is the same one: a request whose answer was lost, or a second click.

        Args:
            running: The session.
            passage_id: The passage.
            value: 1 (not clear at all) to 5 (completely clear).

        Raises:
            SessionNotFound: Another program has erased the session.
        """
        answer = clarity_correction(passage_id, value, self._registry.clock())
        about_it = (
            known
            for known, _ in reversed(running.session.examples)
            if known.probe.passage_id == passage_id
        )
        last = next(about_it, None)
        is_again = (
            last is not None
            and (last.is_correction, last.value) == (True, value)
            and last.probe.prompt == answer.probe.prompt
            and answer.answered_at - last.answered_at < AGAIN_WITHIN_S
        )
        if is_again:
            self._registry.refuse_erased(running)
        else:
            self._correct(running, answer)

    def lose(self, running: RunningSession, passage_id: str, at: float | None = None) -> None:
        """Take a press of "I'm lost" on a passage, now or before. Raises as `correct`."""
        now = self._registry.clock()
        self._correct(running, lost_answer(passage_id, now if at is None else min(at, now)))

    def _correct(self, running: RunningSession, answer: Answer) -> None:
        self._registry.refuse_erased(running)
        running.answer(answer.probe, answer.value, answer.answered_at, is_correction=True)
        if running.is_finished:
            self._registry.history.follow(running, is_stored=True)
            self._registry.save(running)

    def toggle_mark(self, running: RunningSession, passage_id: str) -> None:
        """Mark a passage of the open text as important, or take the mark away, and keep that."""
        if running.reading is None:
            return
        running.reading.toggle_mark(passage_id)
        if running.is_finished:
            self._registry.save(running)
        else:
            running.act()
            self._registry.history.save_marks(running)

    def set_note(self, running: RunningSession, note: PassageNote) -> None:
        """Keep what the learner highlighted in a passage of the open text and wrote to it."""
        if running.reading is None:
            return
        running.reading.set_note(note)
        if running.is_finished:
            self._registry.save(running)
        else:
            running.act()
            self._registry.history.save_notes(running)

    def judge_goal(self, running: RunningSession, outcome: GoalOutcome | None) -> None:
        """Take the learner's word on whether the goal was reached; None takes it back.

        Raises:
            SessionNotFound: Another program has erased the session.
            StorageError: The history cannot be changed now; the word holds in memory.
        """
        running.goal_outcome = outcome
        self._registry.history.save_goal_outcome(running)
