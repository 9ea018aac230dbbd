"""A video as it was played: which of its passages was on when, and where it stood at a moment."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fer_core.learner.probes import Answer
from fer_core.reading.visibility import View
from fer_core.texts.document import Passage

#: At a moment between two reports the video stands where the nearer one had it, within seconds.
NEAR_S = 5.0


@dataclass(frozen=True, slots=True)
class Played:
    """A stretch in which a video played on, or stood still before its viewer.

    Attributes:
        start: From when, in seconds on the session's clock.
        end: Until when.
        video_from: Where the video stood at the start, in its own seconds.
        video_to: Where at the end; the same as `video_from` while it stands still.

    Raises:
        ValueError: It ends before it starts, or the video runs backwards in it.
    """

    start: float
    end: float
    video_from: float
    video_to: float

    def __post_init__(self) -> None:
        if not (self.end >= self.start and self.video_to >= self.video_from >= 0):
            raise ValueError("a stretch of a video goes forward in time")


def views_of(passages: Sequence[Passage], played: Iterable[Played]) -> tuple[View, ...]:
    """Cut what was played at the passages' borders: each second goes to the span it played in.

    Args:
        passages: Of the video, in order, without gaps.
        played: What was played when.
    """
    spans = [(one.passage_id, one.span) for one in passages if one.span is not None]
    found = []
    for piece in played:
        runs_s = piece.video_to - piece.video_from
        for name, (low, high) in spans:
            is_last = name == spans[-1][0]
            start = max(piece.video_from, low)
            end = piece.video_to if is_last else min(piece.video_to, high)
            if runs_s == 0 and start == piece.video_from and (start < high or is_last):
                found.append(View(name, 1.0, piece.start, piece.end, start, start))
                break
            if end <= start:
                continue
            a, b = (
                piece.start + (piece.end - piece.start) * (at - piece.video_from) / runs_s
                for at in (start, end)
            )
            found.append(View(name, 1.0, a, b, start, end))
    return tuple(found)


def positions_at(views: Iterable[View], moments: Iterable[float]) -> list[float | None]:
    """Return where the video stood at each moment, in its seconds; None: it was not on then.

    Args:
        views: What was on when.
        moments: On the session's clock.
    """
    played = sorted((view for view in views if view.video is not None), key=lambda one: one.start)
    starts = [view.start for view in played]
    found = []
    for at in moments:
        following = bisect_right(starts, at)
        nearest, place = NEAR_S, None
        for view in played[max(0, following - 1) : following + 1]:
            off = max(view.start - at, at - view.end, 0.0)
            if off <= nearest:
                nearest, place = off, view.position(min(max(at, view.start), view.end))
        found.append(place)
    return found


@dataclass(frozen=True, slots=True)
class LostMoment:
    """A press of "I'm lost".

    Attributes:
        at: When, seconds since the epoch.
        passage_id: In which passage.
        video_s: Where the video stood, in its seconds; None for a text.
    """

    at: float
    passage_id: str
    video_s: float | None


def lost_moments(answers: Iterable[Answer], views: Sequence[View]) -> tuple[LostMoment, ...]:
    """Return where the learner said to be lost, in the order of time."""
    pressed = sorted(
        (answer.answered_at, answer.probe.passage_id)
        for answer in answers
        if answer.is_lost and answer.probe.passage_id is not None
    )
    places = positions_at(views, [at for at, _ in pressed])
    return tuple(
        LostMoment(at, name, place) for (at, name), place in zip(pressed, places, strict=True)
    )
