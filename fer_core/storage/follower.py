"""How far a running session has been saved."""

from __future__ import annotations

from dataclasses import dataclass, field

from fer_core.learner.probes import Answer
from fer_core.reading.visibility import View
from fer_core.sessions.markers import Marker
from fer_core.sessions.session import StudySession
from fer_core.storage.history import StoredSession, TextLabel
from fer_core.storage.requests import Creation
from fer_core.texts.document import Document


@dataclass(slots=True)
class Follower:
    """A session being saved, and how far it has been.

    Attributes:
        text: Which text it is about.
        unsaved_document: Its words, until they are saved.
        keeps_text: The words stay after its end.
        is_stored: It was saved before it was followed.
        creation: The request that started it, where that may come again.
        is_new: It has not been saved since it is followed.
        fence: The number under which this process runs it.
    """

    session: StudySession
    owner: str
    text: TextLabel | None = None
    unsaved_document: Document | None = None
    keeps_text: bool = False
    is_stored: bool = False
    creation: Creation | None = None
    is_new: bool = True
    fence: int = 0
    rows_until: float | None = None
    last_event: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    views: tuple[View, ...] = ()
    markers: tuple[Marker, ...] | None = None
    means_at: float = float("-inf")

    @property
    def session_id(self) -> str:
        return self.session.info.session_id

    @classmethod
    def of_stored(
        cls, session: StudySession, owner: str, stored: StoredSession, now: float
    ) -> Follower:
        """Return one that knows what is stored, so that no row of that is written again.

        Args:
            session: As it was made from what is stored.
            owner: Whose it is.
            stored: What was read while this process held the session.
            now: Seconds since the epoch.
        """
        last = stored.rows[-1] if stored.rows else None
        return cls(
            session,
            owner,
            is_stored=True,
            is_new=False,
            fence=stored.summary.fence,
            rows_until=None if last is None else last.at + last.width_s,
            last_event=stored.events[-1].sequence if stored.events else 0,
            answers={answer.probe.probe_id: answer for answer, _ in stored.answers},
            views=stored.views,
            markers=stored.markers,
            means_at=now,
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a follower is once the transaction is through."""

    rows_until: float | None
    last_event: int
    answers: dict[str, Answer]
    views: tuple[View, ...]
    markers: tuple[Marker, ...]
    means_at: float
    document: Document | None


def advance(follower: Follower, progress: Progress) -> None:
    """Note that a save has been committed."""
    follower.is_new = False
    follower.rows_until = progress.rows_until
    follower.last_event = progress.last_event
    follower.answers = progress.answers
    follower.views = progress.views
    follower.markers = progress.markers
    follower.means_at = progress.means_at
    if follower.unsaved_document is progress.document:
        follower.unsaved_document = None
