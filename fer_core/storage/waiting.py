"""What waits to be saved with a session, and whose what is followed is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection

from fer_core.storage.follower import Follower


@dataclass(frozen=True, slots=True)
class Addition:
    """What is to be saved of a session besides what it holds itself."""

    owner: str
    write: Callable[[Connection], None]


Owned = TypeVar("Owned", Follower, Addition)


def of_others(held: dict[str, Owned], owner: str | None) -> dict[str, Owned]:
    """Return what is not this learner's; None: everything is."""
    if owner is None:
        return {}
    return {session_id: one for session_id, one in held.items() if one.owner != owner}
