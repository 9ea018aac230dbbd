"""A session's timeline as a drawing that stands in a page by itself: SVG, without any script."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape

from fer_core.affect.indicators import Estimate
from fer_core.affect.signals import CARRY_FORWARD_S
from fer_core.charts.timeline import clock_text
from fer_core.emotions import EMOTIONS
from fer_core.sessions.events import Event, EventKind
from fer_core.sessions.timeline import rebucket
from fer_core.sessions.timeline_bucket import TimelineBucket

#: The drawing's own units; a page scales it to its width.
_WIDTH, _LEFT, _RIGHT = 720, 92, 8
_SHARES_TOP, _SHARES_HEIGHT = 26, 90
_LINES_TOP, _LINES_HEIGHT = 150, 90
_HEIGHT = 284
#: Points across; more than this is finer than a printed line.
_MOST_POINTS = 120
#: Steps between the marks of the time axis, seconds; the first that gives at most eight marks.
_STEPS = (60, 300, 600, 900, 1800, 3600, 7200, 14400)
_MOST_MARKS = 8
#: Estimate, its name, its colour (Okabe-Ito), its dashes: told apart without colour as well.
_LINES = (
    ("comprehension", "Understanding", "#007556", ""),
    ("stress", "Stress", "#B34D00", "6 3"),
)
_SIGNS = {
    EventKind.BREAK_TAKEN: ("☕", "break"),
    EventKind.PROBE_ANSWERED: ("💬", "answer"),
}


def timeline_svg(
    rows: Sequence[TimelineBucket], events: Sequence[Event], started_at: float, end: float
) -> str:
    """Draw expressions, the two estimates with their bands, and what happened, on one time axis.

    Args:
        rows: Of the session, in the order of time.
        events: Of the session.
        started_at: Its start, seconds since the epoch.
        end: Its end.

    Returns:
        An `svg` element; empty where the camera gave nothing to draw.
    """
    length = max(1.0, end - started_at)
    width_s = max(1.0, math.ceil(length / _MOST_POINTS))
    shown = list(rebucket(rows, width_s))
    if all(row.probabilities is None and row.comprehension.value is None for row in shown):
        return ""

    def x(at: float) -> float:
        return _LEFT + (at - started_at) / length * (_WIDTH - _LEFT - _RIGHT)

    parts = [
        (
            f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" xmlns="http://www.w3.org/2000/svg" '
            f'aria-label="{escape(_in_words(shown), quote=True)}">'
        ),
        *_frame("Expression", _SHARES_TOP, _SHARES_HEIGHT),
        *_frame("Estimate, 0 to 100", _LINES_TOP, _LINES_HEIGHT),
        *(
            f'<rect x="{x(row.at):.1f}" y="{top:.1f}" '
            f'width="{max(0.5, x(row.at + row.width_s) - x(row.at)):.1f}" height="{height:.1f}" '
            f'fill="{colour}"/>'
            for row in shown
            for top, height, colour in _stacked(row)
        ),
    ]
    for name, _, colour, dashes in _LINES:
        for stretch in _stretches(shown, name):
            parts += _line([(x(middle), one) for middle, one in stretch], colour, dashes)
    parts += _signs(events, x)
    parts += _axis(length, lambda seconds: x(started_at + seconds))
    return "".join([*parts, *_legend(), "</svg>"])


def _in_words(rows: Sequence[TimelineBucket]) -> str:
    """Say what the drawing shows, for those who cannot see it."""
    sums = [0.0] * len(EMOTIONS)
    for row in rows:
        for index, share in enumerate(row.probabilities or ()):
            sums[index] += share * row.width_s
    total = sum(sums)
    said = "Expressions, understanding and stress over the session."
    if total <= 0:
        return said
    named = (
        f"{emotion.study_label} {value / total:.0%}"
        for emotion, value in zip(EMOTIONS, sums, strict=True)
    )
    return f"{said} On average: {', '.join(named)}."


def _frame(title: str, top: float, height: float) -> Iterator[str]:
    yield (
        f'<rect x="{_LEFT}" y="{top}" width="{_WIDTH - _LEFT - _RIGHT}" height="{height}" '
        'fill="none" stroke="#767676"/>'
    )
    for number, line in enumerate(title.split(", ")):
        yield (
            f'<text x="{_LEFT - 8}" y="{top + 12 + 13 * number}" text-anchor="end">{line}</text>'
        )


def _stacked(row: TimelineBucket) -> Iterator[tuple[float, float, str]]:
    """Yield top, height and colour of each expression's piece of a column."""
    top = float(_SHARES_TOP)
    for emotion, share in zip(EMOTIONS, row.probabilities or (), strict=False):
        height = share * _SHARES_HEIGHT
        yield top, height, emotion.colour
        top += height


def _stretches(rows: Iterable[TimelineBucket], name: str) -> Iterator[list[tuple[float, Estimate]]]:
    """Yield the stretches over which an estimate has values: middles and estimates."""
    stretch: list[tuple[float, Estimate]] = []
    until = -math.inf
    for row in rows:
        estimate: Estimate = getattr(row, name)
        if estimate.value is None:
            continue
        if stretch and row.at - until > CARRY_FORWARD_S:
            yield stretch
            stretch = []
        stretch.append((row.at + row.width_s / 2, estimate))
        until = row.at + row.width_s
    if stretch:
        yield stretch


def _line(points: Sequence[tuple[float, Estimate]], colour: str, dashes: str) -> Iterator[str]:
    upper = [f"{x:.1f},{_y(one.high):.1f}" for x, one in points]
    lower = [f"{x:.1f},{_y(one.low):.1f}" for x, one in reversed(points)]
    middle = " ".join(f"{x:.1f},{_y(one.value):.1f}" for x, one in points)
    yield f'<polygon points="{" ".join(upper + lower)}" fill="{colour}" opacity=".18"/>'
    yield (
        f'<polyline points="{middle}" fill="none" stroke="{colour}" stroke-width="2.5" '
        f'stroke-dasharray="{dashes}"/>'
    )


def _y(value: float | None) -> float:
    return _LINES_TOP + (1 - (value or 0.0) / 100) * _LINES_HEIGHT


def _signs(events: Sequence[Event], x: Callable[[float], float]) -> Iterator[str]:
    for event in events:
        if event.kind not in _SIGNS:
            continue
        if event.kind is EventKind.PROBE_ANSWERED and event.data["value"] is None:
            continue
        sign, _ = _SIGNS[event.kind]
        yield (
            f'<text x="{x(event.at):.1f}" y="{_SHARES_TOP - 8}" text-anchor="middle">{sign}</text>'
        )


def _axis(length: float, x: Callable[[float], float]) -> Iterator[str]:
    step = next((step for step in _STEPS if length / step <= _MOST_MARKS), _STEPS[-1])
    bottom = _LINES_TOP + _LINES_HEIGHT
    for number in range(int(length // step) + 1):
        at = x(number * step)
        yield (
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{bottom}" y2="{bottom + 4}" stroke="#767676"/>'
        )
        anchor = "start" if number == 0 else "middle"
        yield (
            f'<text x="{at:.1f}" y="{bottom + 17}" text-anchor="{anchor}">'
            f"{clock_text(number * step)}</text>"
        )


def _legend() -> Iterator[str]:
    at, below = float(_LEFT), _SHARES_TOP + _SHARES_HEIGHT
    for emotion in EMOTIONS:
        yield (
            f'<rect x="{at}" y="{below + 8}" width="10" height="10" fill="{emotion.colour}"/>'
            f'<text x="{at + 14}" y="{below + 17}">{emotion.study_label}</text>'
        )
        at += 34 + 7 * len(emotion.study_label)
    at = float(_LEFT)
    for _, title, colour, dashes in _LINES:
        yield (
            f'<line x1="{at}" x2="{at + 26}" y1="{_HEIGHT - 8}" y2="{_HEIGHT - 8}" '
            f'stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dashes}"/>'
        )
        yield f'<text x="{at + 32}" y="{_HEIGHT - 4}">{title}</text>'
        at += 60 + 8 * len(title)
    for sign, word in _SIGNS.values():
        yield f'<text x="{at}" y="{_HEIGHT - 4}">{sign} {word}</text>'
        at += 90
