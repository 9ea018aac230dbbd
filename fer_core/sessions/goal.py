"""Whether a session's goal was reached, in the learner's own judgement."""

from __future__ import annotations

from enum import StrEnum


class GoalOutcome(StrEnum):
    """What the learner says of the goal at the end."""

    REACHED = "reached"
    PARTLY = "partly"
    NOT_YET = "not_yet"

    @property
    def label(self) -> str:
        return {"reached": "Reached", "partly": "Partly", "not_yet": "Not yet"}[self.value]

    @property
    def icon(self) -> str:
        """A sign beside the word, never instead of it."""
        return {"reached": "✓", "partly": "◐", "not_yet": "○"}[self.value]
