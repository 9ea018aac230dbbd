"""Learners among many: who made each, what they are called there, and how much is theirs."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.exc import IntegrityError

from fer_core.errors import OwnerNotFound
from fer_core.sessions.snapshot import State
from fer_core.storage.database import Database
from fer_core.storage.history import INTERRUPTED_AFTER_S
from fer_core.storage.tables import SESSION_TABLES, cards, owners, reviews, sessions

_ID_BYTES = 12  # 96 random bits


@dataclass(frozen=True, slots=True)
class Owner:
    """A learner whose sessions come through a key.

    Attributes:
        owner_id: Made at random.
        key_id: The key that made them, and alone may act for them.
        reference: What that key's installation calls them; None: nothing.
        created_at: Seconds since the epoch.
    """

    owner_id: str
    key_id: str
    reference: str | None
    created_at: float


def own_of_key(key_id: str) -> str:
    """Return the owner that a key acts for where it names none: one that is its alone.

    Those made at random have no hyphen, so none of them is called so.
    """
    return f"key-{key_id}"


def scoped(owner: str, name: str) -> str:
    """Return a name that a client chose as it is kept: two owners may choose the same.

    The names of the learner of this machine stay as they are.
    """
    if not owner:
        return name
    return hashlib.sha256(f"{owner} {name}".encode("utf-8", "surrogateescape")).hexdigest()[:40]


class OwnerStore:
    """The owners in a history. All methods may be called from any thread.

    They raise `StorageError` while the database cannot be used.

    Args:
        database: The history.
        clock: Returns seconds since the epoch.
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def create(self, key_id: str, reference: str | None = None) -> Owner:
        """Make an owner, or return the one whom this key calls so.

        Args:
            key_id: Who makes them.
            reference: What they are called there; None: nothing, and they are new.
        """
        made = Owner(secrets.token_hex(_ID_BYTES), key_id, reference, self._clock())
        try:
            with self._database.writing() as connection:
                known = None if reference is None else _named(connection, key_id, reference)
                if known is None:
                    connection.execute(insert(owners).values(asdict(made)))
                return known or made
        except IntegrityError:  # another request made them in this very moment
            with self._database.reading() as connection:
                known = _named(connection, key_id, reference or "")
            if known is None:
                raise
            return known

    def get(self, owner_id: str, key_id: str) -> Owner:
        """Return an owner of this key.

        Raises:
            OwnerNotFound: This key has made none of this name.
        """
        if "\0" in owner_id:  # PostgreSQL would call the question wrong, not the answer empty
            raise OwnerNotFound
        query = select(owners).where(owners.c.owner_id == owner_id, owners.c.key_id == key_id)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise OwnerNotFound
        return Owner(**row._mapping)

    def all(self, key_id: str, after: tuple[float, str] | None, limit: int) -> list[Owner]:
        """Return owners of this key, newest first.

        Args:
            key_id: Who made them.
            after: Minus the time, and the name, of the last one before; None: from the first on.
            limit: At most so many.
        """
        query = (
            select(owners)
            .where(owners.c.key_id == key_id)
            .order_by(owners.c.created_at.desc(), owners.c.owner_id)
            .limit(limit)
        )
        if after is not None:
            at, name = -after[0], after[1]
            query = query.where(
                or_(
                    owners.c.created_at < at,
                    and_(owners.c.created_at == at, owners.c.owner_id > name),
                )
            )
        with self._database.reading() as connection:
            return [Owner(**row._mapping) for row in connection.execute(query)]

    def remove(self, owner_id: str, key_id: str) -> None:
        """Remove an owner; what is theirs is erased by `SessionStore.erase_all`.

        Raises:
            OwnerNotFound: This key has made none of this name.
        """
        gone = delete(owners).where(owners.c.owner_id == owner_id, owners.c.key_id == key_id)
        with self._database.writing() as connection:
            if not connection.execute(gone).rowcount:
                raise OwnerNotFound

    # How much is theirs

    def running(
        self, *, owner: str | None = None, key_id: str = "", besides: Sequence[str] = ()
    ) -> int:
        """Return how many sessions run now; paused ones, and those that were left, do not.

        Args:
            owner: Whose; None: those of all owners of a key.
            key_id: The key.
            besides: These sessions are not counted.
        """
        query = (
            select(func.count())
            .select_from(sessions)
            .where(
                _theirs(sessions.c.owner, owner, key_id),
                sessions.c.session_id.not_in(besides),
                sessions.c.state == str(State.ACTIVE),
                sessions.c.deleted_at.is_(None),
                sessions.c.saved_until > self._clock() - INTERRUPTED_AFTER_S,
            )
        )
        with self._database.reading() as connection:
            return connection.scalar(query) or 0

    def rows(self, most: int, *, owner: str | None = None, key_id: str = "") -> int:
        """Return how many rows are stored of sessions and cards; counts up to `most`.

        Args:
            most: More than so many are not counted.
            owner: Whose; None: those of all owners of a key.
            key_id: The key.
        """
        found = 0
        with self._database.reading() as connection:
            for query in _rows(owner, key_id):
                some = query.limit(most - found).subquery()
                found += connection.scalar(select(func.count()).select_from(some)) or 0
                if found >= most:
                    break
        return found


def _named(connection: Connection, key_id: str, reference: str) -> Owner | None:
    query = select(owners).where(owners.c.key_id == key_id, owners.c.reference == reference)
    row = connection.execute(query).first()
    return None if row is None else Owner(**row._mapping)


def _theirs(column: ColumnElement[str], owner: str | None, key_id: str) -> ColumnElement[bool]:
    """Return the condition that a row is an owner's, or that of any owner of a key."""
    if owner is not None:
        return column == owner
    made = select(owners.c.owner_id).where(owners.c.key_id == key_id)
    return or_(column == own_of_key(key_id), column.in_(made))


def _rows(owner: str | None, key_id: str) -> list[Select[Any]]:
    mine = _theirs(sessions.c.owner, owner, key_id)
    of_sessions = [select(literal(1)).select_from(sessions).where(mine)] + [
        select(literal(1))
        .select_from(table.join(sessions, table.c.session_id == sessions.c.session_id))
        .where(mine)
        for table in SESSION_TABLES
    ]
    cards_too = _theirs(cards.c.owner, owner, key_id)
    return [
        *of_sessions,
        select(literal(1)).select_from(cards).where(cards_too),
        select(literal(1)).select_from(reviews.join(cards)).where(cards_too),
    ]
