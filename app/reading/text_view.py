"""The text on the page: what goes to the browser's component, and what comes back from it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from fer_core.reading.visibility import LONGEST_REPORT_S
from fer_core.texts.document import Document, Passage

#: Passages in the browser at once, about 10 printed pages: a book would make scrolling slow.
PASSAGES_AT_ONCE = 40

_NONSENSE = (KeyError, TypeError, ValueError, OverflowError, AttributeError, IndexError)
_FRONTEND = Path(__file__).parent / "frontend"
_component = st.components.v2.component(
    "text_view",
    html=(_FRONTEND / "text_view.html").read_text(encoding="utf-8"),
    css=(_FRONTEND / "text_view.css").read_text(encoding="utf-8"),
    js=(_FRONTEND / "text_view.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True, slots=True)
class Look:
    """How the text is set.

    Attributes:
        size: Of the letters, in pixels.
        width: Of the column, in widths of a letter.
        theme: "auto" (as the app), "light", "dark" or "sepia".
    """

    size: int = 19
    width: int = 36
    theme: str = "auto"


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of the text is on the page.

    Attributes:
        part: From 0; a part is 40 passages.
        start: The passage to begin at; None for the part's first.
        jump: Grows when the learner jumps, so that the same place can be jumped to twice.
    """

    part: int = 0
    start: str | None = None
    jump: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What was visible from one moment to another, on the app's clock."""

    start: float
    end: float
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Act:
    """What the learner did: kind "mark", "lost" (with a passage) or "part" (with a step)."""

    kind: str
    passage_id: str = ""
    by: int = 0


class Inbox:
    """Takes the browser's reports: each item once, its times moved to the app's clock.

    The browser's clock may be off. Of all differences seen between its time of sending and the
    app's time of receiving, the smallest is the clocks' difference and the shortest way.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._offsets: dict[str, float] = {}
        self._latest = ""

    @property
    def acked(self) -> dict[str, Any]:
        """What to tell the browser, so that it can forget what has arrived."""
        return {"stream": self._latest, "number": self._numbers.get(self._latest, 0)}

    def take(self, report: Any, now: float) -> list[Seen | Act]:
        """Return what is new in a report; nothing for one that makes no sense.

        Args:
            report: As the component sent it; it comes from a browser and may be anything.
            now: Seconds since the epoch, on the app's clock.
        """
        try:
            stream, sent = str(report["stream"])[:40], float(report["sent"])
            items = sorted(report["items"], key=lambda item: int(item["n"]))
        except _NONSENSE:
            return []
        if not math.isfinite(sent):
            return []
        self._latest = stream
        self._offsets[stream] = min(self._offsets.get(stream, now - sent), now - sent)
        news: list[Seen | Act] = []
        for item in items:
            if int(item["n"]) <= self._numbers.get(stream, 0):
                continue
            self._numbers[stream] = int(item["n"])
            try:
                news.append(_read(item, self._offsets[stream]))
            except _NONSENSE:
                continue
        return news


def _read(item: Mapping[str, Any], offset: float) -> Seen | Act:
    kind = item["kind"]
    if kind == "view":
        start, end = float(item["start"]) + offset, float(item["end"]) + offset
        if not 0 < end - start <= 2 * LONGEST_REPORT_S:
            raise ValueError("a view lasts from now to then")
        shares = {str(name): float(share) for name, share in item["shares"].items()}
        if not all(0 <= share <= 1 for share in shares.values()):
            raise ValueError("a share lies between 0 and 1")
        return Seen(start, end, shares)
    if kind in ("mark", "lost"):
        return Act(kind, str(item["passage"]))
    if kind == "part":
        return Act(kind, by=1 if item["by"] > 0 else -1)
    raise ValueError("no such item")


def show_text(
    key: str,
    document: Document,
    place: Place,
    look: Look,
    marked: Sequence[str],
    wpm: float,
    inbox: Inbox,
) -> Any:
    """Show one part of a text; return the latest report, to be given to the inbox.

    Args:
        key: One for each session.
        document: The text.
        place: Which part of it.
        look: How it is set.
        marked: Passages marked as important.
        wpm: The learner's pace, for the time that is left.
        inbox: Knows what has arrived.
    """
    parts, part = count_parts(document), place.part
    shown = document.passages[part * PASSAGES_AT_ONCE : (part + 1) * PASSAGES_AT_ONCE]
    before = sum(passage.words for passage in document.passages[: part * PASSAGES_AT_ONCE])
    passages = []
    for passage in shown:
        left = document.words - before
        passages.append(_plain(passage, before, max(1, round(left / wpm))))
        before += passage.words
    result = _component(
        key=key,
        data={
            "text_key": document.text_id,
            "language": document.language,
            "part": part,
            "parts": parts,
            "start": place.start,
            "jump": place.jump,
            "words": document.words,
            "passages": passages,
            "marked": list(marked),
            "look": {"size": look.size, "width": look.width, "theme": look.theme},
            "acked": inbox.acked,
        },
        on_report_change=_nothing,
    )
    return result.report


def count_parts(document: Document) -> int:
    """Return in how many parts a text is shown."""
    return -(-len(document.passages) // PASSAGES_AT_ONCE)


def part_of(passage: Passage) -> int:
    """Return the part that a passage is in."""
    return passage.index // PASSAGES_AT_ONCE


def _plain(passage: Passage, words_before: float, minutes_left: int) -> dict[str, Any]:
    return {
        "id": passage.passage_id,
        "headings": [
            {"level": heading.level, "text": heading.text} for heading in passage.headings
        ],
        "text": passage.text,
        "direction": passage.direction,
        "words_before": words_before,
        "minutes_left": minutes_left,
    }


def _nothing() -> None:
    """A state of the component needs a callback to be kept; there is nothing to do in it."""
