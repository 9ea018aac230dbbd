"""What the history page remembers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.parts.memory import PageMemory


@dataclass(frozen=True, slots=True)
class Deleted:
    """A session that was deleted, and can be brought back for a while.

    Attributes:
        session_id: Its name.
        title: Its title, for the learner.
    """

    session_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the last thing that was done to the whole history.

    Attributes:
        kind: How it is shown.
        words: What is said.
    """

    kind: Literal["success", "warning", "error"]
    words: str


@dataclass(slots=True)
class HistoryMemory(PageMemory):
    """Of one tab.

    Attributes:
        deleted: The session that was deleted last; None: none, or it is back.
        export: The ZIP that was made; None: none yet.
        imported: What came of the last import, until it is said.
        erased: What came of erasing everything, until it is said.
        renaming: The session whose title is being changed in the list; empty: none is.
        compared: The sessions chosen to stand side by side, the latest first, two at most.
    """

    deleted: Deleted | None = None
    export: bytes | None = None
    imported: Outcome | None = None
    erased: Outcome | None = None
    renaming: str = ""
    compared: tuple[str, ...] = ()
