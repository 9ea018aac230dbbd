"""Which passage was read when: the model of `path_model` over a whole reading, piece by piece."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from fer_core.arrays import FloatArray
from fer_core.reading.path_model import STEP_S, UNKNOWN, Habits, IndexArray, Steps, Where, find

#: Words of a place in the text, and the most places on a screen: of more words they are larger.
PLACE_WORDS, MOST_PLACES = 6.0, 256
#: Steps that are worked out at once, and those after them that still have a say in it.
PIECE, AHEAD = 240, 120
#: A stay on a passage shorter than this is scrolling past, not a visit.
SHORTEST_VISIT_S = 2.0
#: Less of a moment than this is not said of a passage.
LEAST_WEIGHT = 0.01


class Screen(NamedTuple):
    """What the screen showed, one row a stretch of time, shape (n,) each.

    Attributes:
        start: From when, ascending, in seconds.
        end: Until when.
        read_s: How long of it the reader was there.
        first: The first word on the screen, counted through the text.
        last: The word after the last one.
        line: The word that pointer or focus was at; NaN where that is not known.
    """

    start: FloatArray
    end: FloatArray
    read_s: FloatArray
    first: FloatArray
    last: FloatArray
    line: FloatArray


class Rows(NamedTuple):
    """Which passage was read how much when; rows of one moment are neighbours and add up to 1.

    Attributes:
        passage: Its number.
        start: From when, in seconds.
        end: Until when.
        weight: 0..1.
    """

    passage: IndexArray
    start: FloatArray
    end: FloatArray
    weight: FloatArray

    def count_visits(self, passages: int) -> IndexArray:
        """Count for how many separate stays each passage was the one read most."""
        begins = np.flatnonzero(np.diff(self.start, prepend=-np.inf) > 0)
        if len(begins) == 0:
            return np.zeros(passages, np.intp)
        moment = np.repeat(begins, np.diff(begins, append=len(self.start)))
        # Of each moment the passage of the most weight first; of two that share it, the earlier.
        leaders = self.passage[np.lexsort((self.passage, -self.weight, moment))][begins]
        turns = np.flatnonzero(np.diff(leaders, prepend=-1))
        seconds = np.add.reduceat(self.end[begins] - self.start[begins], turns)
        stays = leaders[turns][seconds >= SHORTEST_VISIT_S]
        stays = stays[np.diff(stays, prepend=-1) != 0]
        return np.bincount(stays, minlength=passages)


class _Piece(NamedTuple):
    """A piece that is worked out: what it was made of, and what came of it."""

    steps: Steps
    leaves: Where
    habits: Habits
    step: IndexArray
    passage: IndexArray
    weight: FloatArray


class ReadingPath:
    """Tells which passage was read when. Not thread-safe.

    Of a reading that grew, only the end is worked out anew.

    Args:
        words: Of each passage of the text, in order.
    """

    def __init__(self, words: FloatArray) -> None:
        bounds = np.concatenate([[0.0], np.cumsum(words)])
        self._end = float(bounds[-1])
        self._size = PLACE_WORDS
        while words.max(initial=0.0) > MOST_PLACES * self._size:
            self._size *= 2
        # The text cut at places and at passages: a cut lies in one of each.
        edges = np.arange(0.0, self._end + self._size, self._size)
        cuts = np.unique(np.concatenate([edges, bounds]))
        middles = (cuts[:-1] + cuts[1:]) / 2
        self._place = np.floor(middles / self._size).astype(np.intp)
        passage = np.searchsorted(bounds, middles, side="right") - 1
        self._passage = passage.clip(0, max(0, len(words) - 1))
        self._share = np.diff(cuts) / self._size
        self._pieces: list[_Piece] = []

    def rows(self, screen: Screen) -> Rows:
        """Return which passage was read how much when."""
        read_to = np.cumsum(screen.read_s) / STEP_S
        if len(read_to) == 0:
            return Rows(np.zeros(0, np.intp), *(np.zeros(0) for _ in range(3)))
        count = max(1, math.ceil(read_to[-1] - 1e-9))
        at = np.searchsorted(read_to, np.arange(count) + 0.5, side="right").clip(
            max=len(read_to) - 1
        )
        # A screen without a word, such as a heading alone, is one at the next one.
        first = np.minimum(screen.first, self._end - 1.0)[at]
        last = np.maximum(first + 1.0, screen.last[at])
        pieces = self._follow(Steps(first, last, screen.line[at]))
        return _spread(screen, read_to, count, pieces)

    def _follow(self, steps: Steps) -> list[_Piece]:
        """Work out the pieces that are not worked out yet, or were of something else."""
        made: list[_Piece] = []
        is_known = True
        for number, start in enumerate(range(0, len(steps.first), PIECE)):
            seen = steps.part(start, start + PIECE + AHEAD)
            is_known = (
                is_known and number < len(self._pieces) and self._pieces[number].steps.equals(seen)
            )
            before = made[-1] if made else None
            made.append(self._pieces[number] if is_known else self._piece(seen, start, before))
        self._pieces = made
        return made

    def _piece(self, steps: Steps, start: int, before: _Piece | None) -> _Piece:
        habits = UNKNOWN if before is None else before.habits
        enters = None if before is None else before.leaves
        kept = min(PIECE, len(steps.first))
        found = find(steps, self._size, kept, enters, habits)
        counts, passages, weights = [], [], []
        ends = found.bases + found.chances.shape[1]
        places = np.searchsorted(self._place, np.stack([found.bases, ends])).T.tolist()
        for number, (low, high) in enumerate(places):
            of = self._passage[low:high]
            chances = found.chances[number, self._place[low:high] - found.bases[number]]
            weight = np.bincount(of - of[0], chances * self._share[low:high])
            (read,) = np.nonzero(weight >= LEAST_WEIGHT)
            counts.append(len(read))
            passages.append(read + of[0])
            weights.append(weight[read] / weight[read].sum())
        step = start + np.repeat(np.arange(kept), counts)
        learnt = habits.plus(found.habits)
        return _Piece(
            steps, found.leaves, learnt, step, np.concatenate(passages), np.concatenate(weights)
        )


def _spread(screen: Screen, read_to: FloatArray, count: int, pieces: list[_Piece]) -> Rows:
    """Bring what was found by seconds of reading to the stretches of the session's clock."""
    read_from = np.concatenate([[0.0], read_to[:-1]])
    first = np.floor(read_from + 1e-9).astype(np.intp).clip(max=count - 1)
    last = (np.ceil(read_to - 1e-9).astype(np.intp) - 1).clip(first, count - 1)
    parts = last - first + 1
    stretch = np.repeat(np.arange(len(parts)), parts)
    step = np.arange(len(stretch)) - np.repeat(np.cumsum(parts) - parts, parts) + first[stretch]
    length = np.where(screen.read_s > 0, screen.read_s / STEP_S, 1.0)[stretch]
    begun = np.maximum(step - read_from[stretch], 0.0) / length
    ended = np.minimum(step + 1 - read_from[stretch], length) / length
    is_first, is_last = step == first[stretch], step == last[stretch]
    begun, ended = np.where(is_first, 0.0, begun), np.where(is_last, 1.0, ended)
    seconds = (screen.end - screen.start)[stretch]
    start, end = screen.start[stretch] + begun * seconds, screen.start[stretch] + ended * seconds

    of_step = np.concatenate([piece.step for piece in pieces])
    passage = np.concatenate([piece.passage for piece in pieces])
    weight = np.concatenate([piece.weight for piece in pieces])
    from_row = np.searchsorted(of_step, step)
    rows = np.searchsorted(of_step, step, side="right") - from_row
    moment = np.repeat(np.arange(len(step)), rows)
    row = np.arange(len(moment)) - np.repeat(np.cumsum(rows) - rows, rows) + from_row[moment]
    return Rows(passage[row], start[moment], end[moment], weight[row])
