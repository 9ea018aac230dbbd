"""The history: every session of a learner, saved as it goes, read back, and erased for good.

A running session is saved every two seconds by a thread of its own. When the disk is full
or the database locked, the session goes on in memory, `status` says so, and it is saved
when it can be. Any number of processes may use one history at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection

from fer_core.affect.indicators import Estimate
from fer_core.config import Settings
from fer_core.errors import DatabaseTooNew, SessionNotFound, StorageError
from fer_core.reading.highlights import Highlight
from fer_core.reading.notes import PassageNote
from fer_core.reading.text_reading import Reading
from fer_core.sessions.session import StudySession
from fer_core.storage import queries
from fer_core.storage.archive import Archive
from fer_core.storage.cards import CardStore
from fer_core.storage.database import Database
from fer_core.storage.engines import database_url
from fer_core.storage.follower import Follower
from fer_core.storage.handover import Handover
from fer_core.storage.history import SessionSummary, StoredSession, TextLabel
from fer_core.storage.learners import LearnerStore
from fer_core.storage.own_words import OwnWords, replace_notes
from fer_core.storage.owners import OwnerStore
from fer_core.storage.records import reading_to_rows
from fer_core.storage.requests import Creation, forget_summary
from fer_core.storage.saver import Saver
from fer_core.storage.status import StoreStatus
from fer_core.storage.writer import clean
from fer_core.texts.document import Document


class SessionStore:
    """A history in a database. All methods may be called from any thread.

    Every method that takes an `owner` sees that learner's sessions only; on the learner's own
    machine it is "". Those that look or change raise `StorageError` while the database cannot be
    used; saving does not, see `status`.

    Args:
        url: A SQLAlchemy URL. SQLite and PostgreSQL are tested.
        clock: Returns seconds since the epoch.

    Raises:
        DatabaseTooNew: A newer version of the app wrote it.
        SettingsError: The URL cannot be used.

    Examples:
        >>> from fer_core import SessionStore, StudySession
        >>> from fer_core.sessions.session_info import SessionInfo
        >>> session = StudySession(SessionInfo("monday", started_at=0.0, title="Chapter 3"))
        >>> with SessionStore("sqlite:///history.sqlite") as store:
        ...     store.follow(session)  # saved as it goes on, by a thread of the store
        ...     session.finish(1800.0)
        ...     saved = store.save_now()
        ...     titles = [summary.info.title for summary in store.sessions()]
        >>> saved, titles
        (True, ['Chapter 3'])
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.database = Database(url)
        #: Review cards and the answers to them.
        self.cards = CardStore(self.database, clock)
        #: What all sessions together say about the learner.
        self.learner = LearnerStore(self.database, clock)
        #: The whole history as one file, to take along and to bring in.
        self.archive = Archive(self.database, clock)
        self._saver = Saver(self.database, clock)
        self.own_words = OwnWords(self.database)
        #: The learners whose sessions come through keys.
        self.owners = OwnerStore(self.database, clock)
        self.handover = Handover(self.database, self._saver, clock)
        try:
            self.database.prepare()
            self.handover.release_the_dead()
        except DatabaseTooNew:
            self.database.close()
            raise
        except StorageError as error:
            self._saver.note_outage(error)

    @classmethod
    def open(cls, settings: Settings) -> SessionStore:
        """Open the history that the settings name: FER_DATABASE_URL, or a file in FER_DATA_DIR."""
        return cls(database_url(settings))

    def __enter__(self) -> SessionStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Save what can be saved, hold no session any more, and let go of the database."""
        self._saver.close()
        self.handover.let_go_all()
        self.database.close()

    # Saving

    def follow(
        self,
        session: StudySession,
        *,
        owner: str = "",
        text: TextLabel | None = None,
        document: Document | None = None,
        keep_text: bool = True,
        is_stored: bool = False,
        creation: Creation | None = None,
    ) -> None:
        """Save a session from now on, until it is finished. Never raises.

        It is saved every two seconds, and whatever its learner says or does at once. A session that
        stays in memory is left alone; one that is not to be kept is removed after its end.
        Following twice changes nothing but the text. A finished one is followed again to save what
        was answered since.

        Args:
            session: New, or restored from this history.
            owner: Whose it is.
            text: The text that is read, if any.
            document: Its words.
            keep_text: They stay after the end of the session; else they are removed.
            is_stored: It was saved before: gone from the history, it must not come back.
            creation: The request that started it, where that may come again.
        """
        if not session.info.memory_only:
            self._saver.follow(
                Follower(session, owner, text, document, keep_text, is_stored, creation)
            )

    def go_on(self, session: StudySession, stored: StoredSession, *, owner: str = "") -> None:
        """Save a session that was brought back, from where it stands in the history. Never raises.

        Args:
            session: What `restored` returned.
            stored: What it was made from, read while this process held the session.
            owner: Whose it is.
        """
        self._saver.follow(Follower.of_stored(session, owner, stored, self._clock()))

    def save_one(self, session_id: str) -> bool:
        """Save one running session at once; tell whether it is safe. Never raises."""
        return self._saver.save_one(session_id)

    def save_now(self) -> bool:
        """Save every running session at once; tell whether all of it is safe."""
        return self._saver.save_now()

    def leave(self, session_id: str) -> bool:
        """Save a session that runs once more and follow it no longer: it can be restored.

        Returns:
            Whether all of it is safe; otherwise it is followed on.
        """
        return self._saver.leave(session_id)

    @property
    def status(self) -> StoreStatus:
        """Whether the history is being saved, and if not, why."""
        return self._saver.status

    def save_reading(
        self,
        session_id: str,
        reading: Reading,
        estimates: Mapping[str, Estimate],
        highlights: Sequence[Highlight],
        marked: Sequence[str] = (),
        notes: Sequence[PassageNote] = (),
        *,
        owner: str = "",
    ) -> None:
        """Keep how a text was read: each passage's figures, mark and notes, not its words.

        Args:
            session_id: The session.
            reading: What happened on each passage.
            estimates: Comprehension by passage.
            highlights: The marks shown.
            marked: Passages that the learner marked as important.
            notes: What the learner highlighted and wrote.
            owner: Whose.

        Raises:
            SessionNotFound: There is no such session of this owner.
            StorageError: It cannot be saved now; it is as soon as it can be.
        """
        rows = reading_to_rows(session_id, reading, estimates, highlights)
        important, added = list(marked), list(notes)

        def write(connection: Connection) -> None:
            queries.change_session(connection, session_id, owner, marked=important)
            queries.replace_passages(connection, session_id, rows)
            replace_notes(connection, session_id, added)

        self._saver.save_with(session_id, owner, write)

    # Looking

    def sessions(
        self,
        *,
        owner: str = "",
        search: str = "",
        since: float | None = None,
        until: float | None = None,
        text_id: str | None = None,
        limit: int | None = None,
        kept_only: bool = True,
    ) -> list[SessionSummary]:
        """Return sessions, newest first; deleted ones are left out.

        Args:
            owner: Whose.
            search: Words that must all occur in title, goal, note or the text's title.
            since: Started at or after, seconds since the epoch.
            until: Started before.
            text_id: About this text.
            limit: At most so many.
            kept_only: Without those that are only here until their end.
        """
        with self.database.reading() as connection:
            return queries.find_sessions(
                connection, owner, search, since, until, text_id, limit, kept_only=kept_only
            )

    def summary(self, session_id: str, *, owner: str = "") -> SessionSummary:
        """Return one session as it stands in the list. Raises as `load`, without its work."""
        with self.database.reading() as connection:
            return queries.find_session(connection, session_id, owner)

    def load(self, session_id: str, *, owner: str = "") -> StoredSession:
        """Return everything kept of a session.

        Raises:
            SessionNotFound: There is no such session of this owner.
        """
        with self.database.reading() as connection:
            return queries.load_session(connection, session_id, owner)

    def restore(self, session_id: str, *, owner: str = "") -> StudySession:
        """Bring a session back to life; one that was cut off comes back paused.

        Follow it to save what comes next.

        Raises:
            SessionNotFound: There is no such session of this owner.
        """
        return self.restored(self.load(session_id, owner=owner), owner=owner)

    def restored(self, stored: StoredSession, *, owner: str = "") -> StudySession:
        """Bring back to life what `load` returned; see `restore`."""
        return StudySession.restore(
            stored.summary.info,
            stored.rows,
            stored.events,
            self.learner.profile(owner=owner, before=stored.summary.info.started_at)
            if stored.summary.info.keep
            else None,
            answers=stored.answers,
            views=stored.views,
            markers=stored.markers,
            active_s=stored.summary.active_s,
        )

    # Changing

    def rename(self, session_id: str, title: str, *, owner: str = "") -> None:
        """Give a session another title.

        Raises:
            SessionNotFound: There is no such session of this owner.
        """
        with self.database.writing() as connection:
            queries.change_session(connection, session_id, owner, title=clean(title.strip()))

    def set_note(self, session_id: str, note: str, *, owner: str = "") -> None:
        """Write the learner's words about a session. Raises as `rename`."""
        with self.database.writing() as connection:
            queries.change_session(connection, session_id, owner, note=clean(note))

    def delete(self, session_id: str, *, owner: str = "") -> None:
        """Delete a session; `undo_delete` brings it back for 15 minutes. Raises as `rename`."""
        with self.database.writing() as connection:
            queries.change_session(connection, session_id, owner, deleted_at=self._clock())

    def undo_delete(self, session_id: str, *, owner: str = "") -> None:
        """Bring a deleted session back. Raises as `rename`."""
        with self.database.writing() as connection:
            queries.change_session(connection, session_id, owner, deleted_at=None)

    def erase(self, session_id: str, *, owner: str = "") -> None:
        """Remove a session for good, at once; if it runs, it is not saved any more.

        Raises:
            SessionNotFound: There is no such session of this owner.
        """
        with self._saver.hold(session_id):
            try:
                with self.database.writing() as connection:
                    queries.change_session(connection, session_id, owner, deleted_at=self._clock())
                    queries.remove_sessions(connection, [session_id])
            except SessionNotFound:
                # A session that has just begun may not have been saved yet; of another only the
                # last answer may be left.
                with self.database.writing() as connection:
                    had_summary = forget_summary(connection, session_id, owner)
                if not had_summary and not self._saver.follows(session_id, owner):
                    raise
            self._saver.forget(session_id)

    def erase_all(self, *, owner: str | None = "") -> None:
        """Remove everything of a learner, and give the disk's space back.

        Sessions that run are not saved any more. Of one among many owners the space is left to the
        database: to give it back holds up all the others.

        Args:
            owner: Whose; None: everybody's.

        Raises:
            HistoryNotShrunk: Everything is erased, but the space is not given back.
            StorageError: Nothing is erased, and running sessions are saved as before.
        """
        with self._saver.hold():
            with self.database.writing() as connection:
                queries.remove_everything(connection, owner)
            self._saver.forget_all(owner)
        if not owner:
            self.database.shrink()
