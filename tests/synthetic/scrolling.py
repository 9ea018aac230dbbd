"""Made-up readers who read line by line and scroll as people do: the truth is what they read.

Nothing here knows how the project attributes time. A reader goes from line to line at a pace of
their own that changes by line and by passage, rests at times, skims a passage or two, looks ahead
and comes back, and goes back to read again. They scroll in one of several habits. The page reports
shares of the reading band as `clients/typescript/src/visibility.ts` does, and where the pointer or
the focused line is, if there is one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fer_core.arrays import FloatArray
from fer_core.reading.visibility import View
from fer_core.texts.document import Passage

#: Layout of the reading view at its default size, in pixels.
LINE_PX, LINE_WORDS, GAP_PX = 31.0, 10.5, 13.0
VIEW_PX = 760.0
#: Of the view's height, as in visibility.ts.
BAND_TOP, BAND_HEIGHT = 0.2, 0.42

#: From the line's place in the text and the view's top, both in pixels, to the view's top.
Scroll = Callable[[float, float, np.random.Generator], float]


def kept_at(place: float, least: float, most: float) -> Scroll:
    """Scroll so that the line stands at a height of the view, once it is this far below it."""
    patience = [least]

    def scroll(line: float, top: float, rng: np.random.Generator) -> float:
        off = line - top - place * VIEW_PX
        if off < patience[0] and line > top:
            return top
        patience[0] = rng.uniform(least, most)
        return line - place * VIEW_PX + rng.normal(0, 10)

    return scroll


def moved_on(reached: float, by: float) -> Scroll:
    """Scroll on by a share of the view, once the line has reached a height of it."""

    def scroll(line: float, top: float, rng: np.random.Generator) -> float:
        while line > top + reached * VIEW_PX:
            top += (by + rng.normal(0, 0.02)) * VIEW_PX
        return top if line >= top else line - 0.2 * VIEW_PX

    return scroll


@dataclass(frozen=True)
class Manner:
    """How somebody reads.

    Attributes:
        scroll: Makes their habit of scrolling, new for each reader.
        looks: How often a minute they scroll ahead for some seconds, or back to read again.
        pointer: "none", "along" (mostly follows the line), "astray" (anywhere in the view) or
            "focus" (the page shows one line at a time).
        words: Of a passage, at least and at most.
    """

    scroll: Callable[[], Scroll]
    looks: float = 0.0
    pointer: str = "none"
    words: tuple[int, int] = (40, 150)


MANNERS: dict[str, Manner] = {
    "line by line": Manner(lambda: kept_at(0.4, LINE_PX, LINE_PX)),
    "in the middle": Manner(lambda: kept_at(0.4, 20, 120)),
    "low in the view": Manner(lambda: kept_at(0.7, 30, 120)),
    "high in the view": Manner(lambda: kept_at(0.1, 60, 300)),
    "by half views": Manner(lambda: moved_on(0.8, 0.5)),
    "page by page": Manner(lambda: moved_on(0.95, 0.9)),
    "middle, looks about": Manner(lambda: kept_at(0.4, 20, 120), looks=0.6),
    "pages, looks about": Manner(lambda: moved_on(0.95, 0.9), looks=0.6),
    "pages, long passages": Manner(lambda: moved_on(0.95, 0.9), words=(20, 500)),
    "middle, pointer along": Manner(lambda: kept_at(0.4, 20, 120), pointer="along"),
    "pages, pointer along": Manner(lambda: moved_on(0.95, 0.9), pointer="along"),
    "middle, pointer astray": Manner(lambda: kept_at(0.4, 20, 120), pointer="astray"),
    "pages, pointer astray": Manner(lambda: moved_on(0.95, 0.9), pointer="astray"),
    "line focus": Manner(lambda: kept_at(0.4, LINE_PX, LINE_PX), pointer="focus"),
}


@dataclass(frozen=True)
class Scrolled:
    """One made-up reading.

    Attributes:
        passages: The text.
        views: What the page reports.
        read_s: Shape (n,): how long the reader really read each passage.
    """

    passages: tuple[Passage, ...]
    views: tuple[View, ...]
    read_s: FloatArray


@dataclass(frozen=True)
class _Layout:
    tops: FloatArray
    heights: FloatArray

    def shares(self, view_top: float) -> FloatArray:
        """Return what the reading band shows of each passage, 0..1."""
        top, height = view_top + BAND_TOP * VIEW_PX, BAND_HEIGHT * VIEW_PX
        overlap = np.minimum(top + height, self.tops + self.heights) - np.maximum(top, self.tops)
        return np.asarray(np.clip(overlap / np.minimum(self.heights, height), 0.0, 1.0))

    def on_screen(self, view_top: float) -> FloatArray:
        """Return how much of each passage stands on the screen, 0..1."""
        overlap = np.minimum(view_top + VIEW_PX, self.tops + self.heights) - np.maximum(
            view_top, self.tops
        )
        return np.asarray(np.clip(overlap / self.heights, 0.0, 1.0))

    def line_at(self, y: float) -> tuple[int, float]:
        """Return the passage at a place, and how far down in it that is."""
        passage = max(0, int(np.searchsorted(self.tops, y, side="right")) - 1)
        return passage, float(np.clip((y - self.tops[passage]) / self.heights[passage], 0, 1))


def read_by(manner: Manner, seed: int, passages: int = 24) -> Scrolled:
    """Let somebody read a text."""
    rng = np.random.default_rng(seed)
    words = rng.integers(*manner.words, passages)
    lines = np.ceil(words / LINE_WORDS).astype(int)
    heights = lines * LINE_PX
    layout = _Layout(np.concatenate([[0.0], np.cumsum(heights + GAP_PX)[:-1]]), heights)
    program = _program(manner, rng, words, lines, layout)
    read_s = np.zeros(passages)
    last_top = layout.tops[-1] + heights[-1] - (BAND_TOP + BAND_HEIGHT) * VIEW_PX
    scroll, top, at = manner.scroll(), -BAND_TOP * VIEW_PX, 0.0
    views: list[View] = []
    for passage, y, seconds, away_px in program:
        if away_px == 0:
            top = float(np.clip(scroll(y, top, rng), -BAND_TOP * VIEW_PX, last_top))
            read_s[passage] += seconds
        shown = float(np.clip(top + away_px, -BAND_TOP * VIEW_PX, last_top))
        pointed = _pointed(manner.pointer, rng, layout, y, shown, at)
        _report(views, layout, shown, (at, at + seconds), pointed)
        at += seconds
    texts = tuple(
        Passage(f"p{number + 1}", number, ("word " * int(count)).strip())
        for number, count in enumerate(words)
    )
    return Scrolled(texts, tuple(views), read_s)


def _program(
    manner: Manner,
    rng: np.random.Generator,
    words: np.ndarray,
    lines: np.ndarray,
    layout: _Layout,
) -> list[tuple[int, float, float, float]]:
    """Return what is done in turn: passage, place in px, seconds, px that the view is moved off."""
    wpm = rng.normal(225, 40) * np.exp(rng.normal(0, 0.15, len(words)))
    wpm[rng.choice(len(words), 2, replace=False)] *= 2.5
    program: list[tuple[int, float, float, float]] = []
    for passage, count in enumerate(lines.tolist()):
        for line in range(count):
            y = float(layout.tops[passage] + (line + 0.5) * LINE_PX)
            seconds = 60 * words[passage] / count / wpm[passage] * np.exp(rng.normal(0, 0.25))
            if rng.random() < 0.02:
                seconds += rng.uniform(1, 4)
            program.append((passage, y, float(seconds), 0.0))
            if rng.random() >= manner.looks * seconds / 60:
                continue
            if rng.random() < 0.5:
                ahead = rng.uniform(0.5, 1.5) * VIEW_PX
                program.append((passage, y, rng.uniform(1, 5), float(ahead)))
            elif len(program) > 20:
                again = program[-int(rng.integers(4, 16)) :][: int(rng.integers(2, 5))]
                program += [step for step in again if step[3] == 0]
    return program


def _pointed(
    pointer: str, rng: np.random.Generator, layout: _Layout, y: float, top: float, at: float
) -> tuple[int, float] | None:
    if pointer == "focus":
        return layout.line_at(y)
    if pointer == "along" and rng.random() < 0.6:
        return layout.line_at(y + rng.normal(0, 20))
    if pointer == "astray" and rng.random() < 0.3:
        return layout.line_at(top + rng.uniform(0, VIEW_PX))
    return None


def _report(
    views: list[View],
    layout: _Layout,
    top: float,
    time: tuple[float, float],
    line: tuple[int, float] | None,
) -> None:
    """Report what was seen as the page does: each passage on the screen, and the pointed line."""
    shares, on_screen = layout.shares(top), layout.on_screen(top)
    for index in np.flatnonzero(on_screen > 0.005).tolist():
        at = line[1] if line is not None and line[0] == index else None
        share, height = float(shares[index]), float(on_screen[index])
        views.append(View(f"p{index + 1}", share, *time, on_screen=height, line=at))
