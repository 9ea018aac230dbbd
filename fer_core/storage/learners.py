"""What the sessions in a history say together about each learner."""

from __future__ import annotations

from collections.abc import Callable

from fer_core.affect.baseline import Baseline
from fer_core.learner.profile import LearnerProfile
from fer_core.reading.pace import Pace
from fer_core.storage import queries
from fer_core.storage.cards import find_card_answers
from fer_core.storage.database import Database
from fer_core.storage.history import StoredSession

#: So many passages of earlier sessions make the own pace.
EARLIER_PACES = 200
#: So many earlier sessions say what the indicators usually are.
EARLIER_SESSIONS = 5


class LearnerStore:
    """What is known of learners. All methods may be called from any thread.

    They raise `StorageError` while the database cannot be used.

    Args:
        database: The history.
        clock: Returns seconds since the epoch.
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def profile(self, *, owner: str = "", before: float | None = None) -> LearnerProfile:
        """Return what all sessions together say about a learner.

        The weights are learnt anew from the answers that are in the history, so a deleted
        session leaves no trace in them.

        Args:
            owner: Who.
            before: Take answers and paces of sessions that started before this moment, seconds
                since the epoch; of all sessions without it.
        """
        with self._database.reading() as connection:
            row = queries.find_learner(connection, owner)
            since = float(row["answers_from"])
            answers = queries.find_answers(connection, owner, since, before)
            answers += find_card_answers(connection, owner, since, before)
            answers.sort(key=lambda given: given[0].answered_at)
            paces = queries.find_paces(connection, owner, before, EARLIER_PACES)
            usual = queries.find_usual(connection, owner, before, EARLIER_SESSIONS)
        baseline = row["baseline"]
        return LearnerProfile.from_answers(
            answers,
            baseline=None if baseline is None else Baseline.from_dict(baseline),
            baseline_at=row["baseline_at"],
            paces_wpm=paces,
            usual=usual,
            answers_from=since,
        )

    def own_pace(self, stored: StoredSession, *, owner: str = "") -> Pace:
        """Return the pace that a stored session's passages compare with: that of those before."""
        before = stored.summary.info.started_at
        with self._database.reading() as connection:
            return Pace.of(queries.find_paces(connection, owner, before, EARLIER_PACES))

    def reset_baseline(self, *, owner: str = "") -> None:
        """Forget the learner's usual; the next session learns it anew."""
        with self._database.writing() as connection:
            queries.set_learner(connection, owner, baseline=None, baseline_at=None)

    def reset_personalisation(self, *, owner: str = "") -> None:
        """Let answers count from now on only."""
        with self._database.writing() as connection:
            queries.set_learner(connection, owner, answers_from=self._clock())
