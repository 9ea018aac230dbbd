"""Deleting sessions that are older than the learner wants to keep them."""

from __future__ import annotations

from fer_core.errors import SessionNotFound
from fer_core.live.registry import SessionRegistry
from fer_core.storage.history import SessionSummary

DAY_S = 86_400.0


def older_than(registry: SessionRegistry, days: int | None) -> list[SessionSummary]:
    """Return the sessions that began more than so many days ago; none without a limit.

    Raises:
        StorageError: The history cannot be read now.
    """
    store = registry.history.store_to_read()
    if store is None or days is None:
        return []
    return store.sessions(until=registry.clock() - DAY_S * days)


def erase_older(registry: SessionRegistry, days: int | None) -> int:
    """Erase them for good; return how many there were.

    Raises:
        StorageError: The history cannot be changed now.
    """
    old = older_than(registry, days)
    for summary in old:
        try:
            registry.erase(summary.session_id)
        except SessionNotFound:  # by another program, meanwhile
            continue
    return len(old)
