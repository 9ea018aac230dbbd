"""Whether the history is being saved."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """Whether the history is being saved.

    Attributes:
        saving: Everything up to a few seconds ago is safe.
        message: What is wrong and what happens now; empty while `saving`.
        unsaved_since: Seconds since the epoch; None while `saving`.
    """

    saving: bool = True
    message: str = ""
    unsaved_since: float | None = None
