"""The model of where one reads: a hidden Markov model over places in a text (Rabiner 1989).

The band of a page says which passages are near the eyes, and not which of them is read. But who
reads goes on word by word at a pace of their own, scrolls when they come to a height of the view
that is theirs, and can read only what is on the screen. The state is a place in the text, a step
is a second; a forward and a backward pass give where the reader was, also by what came later. Pace
and height are learnt on the way (Baum et al. 1970). A pointer or a focused line is a further,
fallible word on it: how far it is to be trusted is learnt as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from fer_core.arrays import FloatArray
from fer_core.reading.pace import USUAL_WPM

#: A step of the model, seconds.
STEP_S = 1.0
#: Times that pace and habits are learnt anew from what is seen.
ROUNDS = 2
#: Chance a step that the reader goes elsewhere on the screen; and where the view went on by more
#: than LEAP of itself within LEAP_STEPS: who pages on that fast has not read what went by.
JUMPS, LEAP_JUMPS, LEAP, LEAP_STEPS = 0.005, 0.1, 0.6, 2
#: Spread of a step's advance: of one place, and as a share of the advance itself.
SPREAD, WAVERING = 0.6, 0.25
#: Parts of the view's height among which the reader's place to scroll at is told apart.
HEIGHTS = 20
#: Words a second: what counts as the pace for the first half minute, and its bounds.
USUAL_PACE, PACE_PRIOR_S, SLOWEST, FASTEST = USUAL_WPM / 60, 30.0, 0.5, 15.0
#: A line that is pointed at is where one reads to within so many words, if it is at all.
POINTS_WITHIN_WORDS = 12.0
#: The view moved on if its first word did by more.
MOVED_WORDS = 2.0
#: Who begins to read begins within about so many words of the view's top, or anywhere.
BEGINS_WITHIN_WORDS, BEGINS_ANYWHERE = 20.0, 0.01

IndexArray = npt.NDArray[np.intp]


class Steps(NamedTuple):
    """What was on the screen at each step, shape (n,) each.

    Attributes:
        first: The first word on the screen, counted through the text.
        last: The word after the last one; more than `first`.
        line: The word that the reader pointed at or focused; NaN where that is not known.
    """

    first: FloatArray
    last: FloatArray
    line: FloatArray

    def part(self, start: int, end: int) -> Steps:
        return Steps(*(column[start:end] for column in self))

    def equals(self, other: Steps) -> bool:
        return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(self, other, strict=True))


@dataclass(frozen=True, slots=True)
class Habits:
    """What was learnt of a reader, as counts, so that more can be added.

    Attributes:
        words: Read, in `seconds`.
        seconds: See `words`.
        trusted: Lines that were pointed at and read.
        doubted: Lines that were pointed at and not read.
        scrolls: By height in the view, how often the reader was there when they scrolled on.
    """

    words: float = 0.0
    seconds: float = 0.0
    trusted: float = 0.0
    doubted: float = 0.0
    scrolls: tuple[float, ...] = (0.0,) * HEIGHTS

    @property
    def pace(self) -> float:
        """Words a second."""
        return min(max(self.words / self.seconds, SLOWEST), FASTEST)

    @property
    def trust(self) -> float:
        """Chance that a line that is pointed at is read."""
        return self.trusted / (self.trusted + self.doubted)

    def plus(self, more: Habits) -> Habits:
        """Add what else was counted."""
        return Habits(
            self.words + more.words,
            self.seconds + more.seconds,
            self.trusted + more.trusted,
            self.doubted + more.doubted,
            tuple(a + b for a, b in zip(self.scrolls, more.scrolls, strict=True)),
        )


#: Before anything was seen of a reader.
UNKNOWN = Habits(USUAL_PACE * PACE_PRIOR_S, PACE_PRIOR_S, 1.0, 3.0, (5.0 / HEIGHTS,) * HEIGHTS)


class Where(NamedTuple):
    """Chances of places.

    Attributes:
        base: The first place that is on the screen.
        chances: From there on; they add up to 1.
    """

    base: int
    chances: FloatArray


class Found(NamedTuple):
    """Where the reader was.

    Attributes:
        bases: By step, the place of the first column.
        chances: Shape (steps, places); rows add up to 1.
        leaves: Where the reader was at the last step kept, by what was known until then.
        habits: What was counted over the steps kept.
    """

    bases: IndexArray
    chances: FloatArray
    leaves: Where
    habits: Habits


def find(steps: Steps, size: float, kept: int, enters: Where | None, habits: Habits) -> Found:
    """Find where the reader was.

    Args:
        steps: What was on the screen.
        size: Words of a place.
        kept: Of so many steps the result is wanted; later ones only have a say in it.
        enters: Where the reader was a step before; None: they begin.
        habits: What is known of them.
    """
    chain = _Chain(steps, size)
    counted = Habits()
    for last in range(ROUNDS - 1, -1, -1):
        forward, backward = chain.passes(enters, habits.plus(counted))
        chances = forward * backward
        chances /= chances.sum(axis=1, keepdims=True)
        counted = chain.count(chances, habits.plus(counted), len(chances) if last else kept)
    leaves = Where(int(chain.bases[kept - 1]), forward[kept - 1])
    return Found(chain.bases[:kept], chances[:kept], leaves, counted)


class _Chain:
    """The chain for one run of steps."""

    def __init__(self, steps: Steps, size: float) -> None:
        self._size = size
        self.bases = np.floor(steps.first / size).astype(np.intp)
        width = int((np.ceil(steps.last / size).astype(np.intp) - self.bases).max())
        edges = (self.bases[:, None] + np.arange(max(1, width) + 1)) * size
        self._middles = (edges[:, :-1] + edges[:, 1:]) / 2
        first, last = steps.first[:, None], steps.last[:, None]
        shown = np.minimum(edges[:, 1:], last) - np.maximum(edges[:, :-1], first)
        self._shown = np.clip(shown / size, 0.0, 1.0)
        self._anywhere = self._shown / self._shown.sum(axis=1, keepdims=True)
        heights = (self._middles - first) / (last - first) * HEIGHTS
        self._heights = heights.astype(np.intp).clip(0, HEIGHTS - 1)
        back = np.maximum(np.arange(len(steps.first)) - LEAP_STEPS, 0)
        leaps = steps.first - steps.first[back] > LEAP * (steps.last - steps.first)
        self._jumps = np.where(leaps, LEAP_JUMPS, JUMPS)
        self._scrolls = np.flatnonzero(np.diff(steps.first) > MOVED_WORDS)
        again = steps.line[1:] == steps.line[:-1]
        self._pointed = np.flatnonzero(np.isfinite(steps.line) & ~np.append(False, again))
        off = (self._middles[self._pointed] - steps.line[self._pointed, None]) / POINTS_WITHIN_WORDS
        near = np.exp(-0.5 * off**2) * self._shown[self._pointed]
        total = near.sum(axis=1, keepdims=True)
        self._near = np.where(total > 0, near / np.maximum(total, 1e-9), 0.0)

    def passes(self, enters: Where | None, habits: Habits) -> tuple[FloatArray, FloatArray]:
        """Return the forward and the backward pass, shape (steps, places) each."""
        seen = self._shown.copy()
        seen[self._pointed] *= self._pointing(habits.trust)
        scrolls = np.array(habits.scrolls)
        seen[self._scrolls] *= (scrolls / scrolls.sum())[self._heights[self._scrolls]]
        seen = np.maximum(seen, 1e-12 * self._shown)
        advance = _advance(habits.pace * STEP_S / self._size)
        count, places = seen.shape
        forward, backward = np.empty_like(seen), np.empty_like(seen)
        if enters is None:
            near = np.exp(-np.arange(places) * self._size / BEGINS_WITHIN_WORDS) + BEGINS_ANYWHERE
            now = near * seen[0]
        else:
            now = self._on(enters.chances, advance, int(self.bases[0]) - enters.base, 0) * seen[0]
        forward[0] = now = now / now.sum()
        moves = np.diff(self.bases).tolist()
        for step, moved in enumerate(moves, start=1):
            now = self._on(now, advance, moved, step) * seen[step]
            now /= now.sum()
            forward[step] = now
        backward[-1] = now = np.ones(places)
        for step in range(count - 1, 0, -1):
            told = seen[step] * now
            jumps = self._jumps[step]
            jumped = jumps * float(self._anywhere[step] @ told)
            reached = _shifted(told, -moves[step - 1], places + len(advance) - 1)
            now = (1 - jumps) * np.correlate(reached, advance, "valid") + jumped
            now /= now.max()
            backward[step - 1] = now
        return forward, backward

    def _on(self, now: FloatArray, advance: FloatArray, moved: int, step: int) -> FloatArray:
        """Go on by a step, to a view that begins so many places later."""
        gone = _shifted(np.convolve(now, advance), moved, self._shown.shape[1])
        jumps = self._jumps[step]
        return np.asarray((1 - jumps) * gone + jumps * self._anywhere[step])

    def _pointing(self, trust: float) -> FloatArray:
        return np.asarray(trust * self._near + (1 - trust) * self._anywhere[self._pointed])

    def count(self, chances: FloatArray, habits: Habits, kept: int) -> Habits:
        """Count what the reader did over the first steps."""
        places = (chances[:kept] * self._middles[:kept]).sum(axis=1)
        gone = np.diff(places)
        # Steps back and leaps are not the pace.
        steady = (gone > -self._size) & (gone < 3 * habits.pace * STEP_S + 2 * self._size)
        scrolled = self._scrolls[self._scrolls < kept]
        heights = np.bincount(
            self._heights[scrolled].ravel(), chances[scrolled].ravel(), minlength=HEIGHTS
        )
        early = self._pointed < kept
        pointed = self._pointed[early]
        share = habits.trust * self._near / np.maximum(self._pointing(habits.trust), 1e-12)
        trusted = float((chances[pointed] * share[early]).sum())
        return Habits(
            float(gone[steady].sum()) if steady.any() else 0.0,
            float(steady.sum()) * STEP_S,
            trusted,
            len(pointed) - trusted,
            tuple(heights.tolist()),
        )


def _advance(mean: float) -> FloatArray:
    """Return the chances that a step goes on by 0, 1, 2, ... places."""
    spread = SPREAD * math.sqrt(mean) + WAVERING * mean
    by = np.arange(math.ceil(3 * mean) + 3)
    chances = np.exp(-0.5 * ((by - mean) / max(spread, 0.55)) ** 2)
    return np.asarray(chances / chances.sum())


def _shifted(values: FloatArray, by: int, length: int) -> FloatArray:
    """Return values[by:], as long as told, with zeros where there are none."""
    made = np.zeros(length)
    first, last = max(0, by), min(len(values), length + by)
    if last > first:
        made[first - by : last - by] = values[first:last]
    return made
