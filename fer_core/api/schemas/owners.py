"""Owners and session tokens over HTTP."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from fer_core.api.schemas.analyses import Frozen
from fer_core.api.schemas.moments import Moment
from fer_core.api.schemas.sessions import WholeNumber
from fer_core.api.tokens import LONGEST_S, SHORTEST_S, USUAL_S

OWNER_EXAMPLE: dict[str, Any] = {"reference": "learner 4711"}
TOKEN_EXAMPLE: dict[str, Any] = {"session_id": "pX3kQ0m2Tq8vY1rB7dJw5A", "expires_in_s": 3600}


class OwnerIn(Frozen):
    """A learner of your installation."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={
        "examples": [OWNER_EXAMPLE, {}]
    })  # fmt: skip

    reference: str | None = Field(
        default=None,
        min_length=1,
        max_length=80,
        pattern=r"^[^\u0000]+$",
        description="A number of yours, not a name; the same key and reference give the same owner",
    )


class OwnerPath(Frozen):
    """Which owner is meant."""

    owner_id: str = Field(max_length=80)


class OwnersQuery(Frozen):
    """Which page."""

    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=200)


class OwnerOut(Frozen):
    """An owner: whose sessions, cards and videos are meant. Send owner_id as X-Owner."""

    owner_id: str
    reference: str | None
    created_at: Moment


class OwnerPage(Frozen):
    """Owners of this key, newest first."""

    owners: list[OwnerOut]
    next_cursor: str | None


class TokenIn(Frozen):
    """What a session token is to open, and for how long."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={
        "examples": [TOKEN_EXAMPLE, {}]
    })  # fmt: skip

    session_id: str | None = Field(
        default=None,
        min_length=1,
        max_length=80,
        description="The only session that it opens; absent: all that is the owner's",
    )
    expires_in_s: WholeNumber = Field(default=USUAL_S, ge=SHORTEST_S, le=LONGEST_S)


class TokenOut(Frozen):
    """A session token. Send it as a key is sent: Authorization: Bearer TOKEN."""

    token: str
    owner_id: str
    session_id: str | None
    expires_at: Moment
