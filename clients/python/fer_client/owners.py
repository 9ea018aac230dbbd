"""The learners of an installation and their session tokens. For your own server: it has the key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from fer_client import types
from fer_client.transport import Transport

_PATH = "/api/v1/owners"


class Owners:
    """The owners that a key has made."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, reference: str | None = None) -> types.Owner:
        """Make an owner.

        Args:
            reference: What you call the learner, such as a number; under the same reference it is
                the same owner. None: another one each time.
        """
        answer = self._transport.json(
            "POST", _PATH, safe_to_repeat=reference is not None, json={"reference": reference}
        )
        return cast(types.Owner, answer)

    def get(self, owner_id: str) -> types.Owner:
        """Return an owner."""
        answer = self._transport.json("GET", f"{_PATH}/{owner_id}", safe_to_repeat=True)
        return cast(types.Owner, answer)

    def __iter__(self) -> Iterator[types.Owner]:
        """Yield every owner that this key has made, newest first."""
        query: dict[str, str] = {}
        while True:
            page = self._transport.json("GET", _PATH, safe_to_repeat=True, params=query)
            yield from cast(types.OwnerPage, page)["owners"]
            if page["next_cursor"] is None:
                return
            query = {"cursor": page["next_cursor"]}

    def delete(self, owner_id: str) -> None:
        """Erase an owner with all that is theirs."""
        self._transport.json("DELETE", f"{_PATH}/{owner_id}", safe_to_repeat=True)

    def token(
        self, owner_id: str, *, session_id: str | None = None, expires_in_s: int = 3600
    ) -> types.Token:
        """Make a session token for the owner's browser: it gets this, and never the key.

        Args:
            owner_id: Whose data it opens.
            session_id: The only session that it opens; None: all that is the owner's.
            expires_in_s: Half a minute to twelve hours.
        """
        body: dict[str, Any] = {"expires_in_s": expires_in_s}
        if session_id is not None:
            body["session_id"] = session_id
        answer = self._transport.json(
            "POST", f"{_PATH}/{owner_id}/tokens", safe_to_repeat=True, json=body
        )
        return cast(types.Token, answer)
