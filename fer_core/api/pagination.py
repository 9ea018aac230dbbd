"""Pages of the list of sessions: what runs here and the history as one, and the cursors."""

from __future__ import annotations

import base64
import json
import math

from fer_core.api.problems import Malformed
from fer_core.api.schemas.problems import FieldProblem
from fer_core.api.schemas.sessions import SessionSummary
from fer_core.api.serializers import stored_summary_of, summary_of
from fer_core.live.registry import SessionRegistry

Position = tuple[float, str]


def position_of(item: SessionSummary) -> Position:
    """Return where a session stands in the list: newest first, then by id."""
    return -item.started_at, item.session_id


def list_page(
    sessions: SessionRegistry, owner: str, after: Position | None, size: int
) -> list[SessionSummary]:
    """Return the next sessions of an owner's list, running and kept.

    Args:
        sessions: All of them.
        owner: Whose are listed.
        after: The position of the last one before; None for the first page.
        size: At most so many.

    Raises:
        StorageError: The history cannot be read now.
    """
    now = sessions.clock()
    store = sessions.history.store_to_read()
    found = {running.session_id: summary_of(running, now) for running in sessions.running(owner)}
    until = None if after is None else math.nextafter(-after[0], math.inf)
    wanted = size
    while True:
        kept = (
            []
            if store is None
            else store.sessions(owner=owner, until=until, limit=wanted, kept_only=False)
        )
        page = {item.session_id: stored_summary_of(item, now) for item in kept} | found
        listed = sorted(page.values(), key=position_of)
        if after is not None:
            listed = [item for item in listed if position_of(item) > after]
        # Sessions that began in the very moment of the last page's end may have filled the limit.
        if len(kept) < wanted or len(listed) >= size:
            return listed[:size]
        wanted *= 2


def encode_cursor(position: float, name: str) -> str:
    """Return the cursor after an item: its sort key, then its name."""
    return base64.urlsafe_b64encode(json.dumps([position, name]).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[float, str]:
    """Return what `encode_cursor` took.

    Raises:
        Malformed: It is no cursor of ours.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        position, name = json.loads(base64.urlsafe_b64decode(padded))
        return float(position), str(name)
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise Malformed(
            errors=(FieldProblem(pointer="/cursor", detail="send next_cursor as it came"),)
        ) from None
