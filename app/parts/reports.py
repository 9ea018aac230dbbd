"""What the browser reports of the text or the video on its screen, and what was done in it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fer_core.reading.playback import Played
from fer_core.reading.visibility import LONGEST_REPORT_S, View
from fer_core.texts.video import LONGEST_S

_NONSENSE = (KeyError, TypeError, ValueError, OverflowError, AttributeError, IndexError)


@dataclass(frozen=True, slots=True)
class PassageView:
    """What was visible from one moment to another, on the app's clock.

    Attributes:
        start: From when.
        end: Until when.
        shares: How much of each passage stood in the reading band, 0..1.
        on_screen: How much of each stood on the screen at all, 0..1.
        lines: How far down in a passage the reader pointed or focused a line, 0..1.
    """

    start: float
    end: float
    shares: Mapping[str, float]
    on_screen: Mapping[str, float] = field(default_factory=dict)
    lines: Mapping[str, float] = field(default_factory=dict)

    def views(self, known: Iterable[str]) -> list[View]:
        """Return one view for each known passage that was on the screen."""
        return [
            View(
                name,
                self.shares.get(name, 0.0),
                self.start,
                self.end,
                on_screen=self.on_screen.get(name),
                line=self.lines.get(name),
            )
            for name in known
            if name in self.shares or name in self.on_screen
        ]


@dataclass(frozen=True, slots=True)
class ReaderAction:
    """What the learner did.

    Attributes:
        kind: "mark", "lost", "highlight" or "note" (with a passage), "part" (with a step) or
            "finish".
        passage_id: The passage.
        by: For "part": 1 forward, -1 back.
        sentences: For "highlight": their places in the passage, from 0.
        words: For "note".
        at: For "lost": when, on the app's clock.
    """

    kind: str
    passage_id: str = ""
    by: int = 0
    sentences: tuple[int, ...] = ()
    words: str = ""
    at: float | None = None


class ReportQueue:
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

    def take(self, report: Any, now: float) -> list[PassageView | Played | ReaderAction]:
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
        news: list[PassageView | Played | ReaderAction] = []
        for item in items:
            if int(item["n"]) <= self._numbers.get(stream, 0):
                continue
            self._numbers[stream] = int(item["n"])
            try:
                news.append(_read(item, self._offsets[stream]))
            except _NONSENSE:
                continue
        return news


def _read(item: Mapping[str, Any], offset: float) -> PassageView | Played | ReaderAction:
    kind = item["kind"]
    if kind == "play":
        places = float(item["from"]), float(item["to"])
        if not max(places) <= LONGEST_S:
            raise ValueError("no video is so long")
        return Played(*_stretch(item, offset), *places)
    if kind == "view":
        start, end = _stretch(item, offset)
        shares, on_screen, lines = (
            {str(name): float(share) for name, share in item.get(part, {}).items()}
            for part in ("shares", "on_screen", "lines")
        )
        if not all(0 <= one <= 1 for part in (shares, on_screen, lines) for one in part.values()):
            raise ValueError("a share lies between 0 and 1")
        return PassageView(start, end, shares, on_screen, lines)
    if kind == "highlight":
        chosen = tuple(int(place) for place in item["sentences"])
        return ReaderAction(kind, str(item["passage"]), sentences=chosen)
    if kind == "note":
        return ReaderAction(kind, str(item["passage"]), words=str(item["note"]))
    if kind == "finish":
        return ReaderAction(kind)
    if kind == "lost":
        at = float(item["at"]) + offset
        if not math.isfinite(at):
            raise ValueError("a press has a time")
        return ReaderAction(kind, str(item["passage"]), at=at)
    if kind == "mark":
        return ReaderAction(kind, str(item["passage"]))
    if kind == "part":
        return ReaderAction(kind, by=1 if item["by"] > 0 else -1)
    raise ValueError("no such item")


def _stretch(item: Mapping[str, Any], offset: float) -> tuple[float, float]:
    """Return from when until when something was on, on the app's clock."""
    start, end = float(item["start"]) + offset, float(item["end"]) + offset
    if not 0 < end - start <= 2 * LONGEST_REPORT_S:
        raise ValueError("it lasts from now to then")
    return start, end
