"""The time axis of a session's chart, in the session's own minutes and seconds."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from fer_core.sessions.events import Event, EventKind

#: A tick at one of these, so that there are about four to eight. Seconds.
_STEPS = (1, 5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
_SPAN = "(domain('x')[1] - domain('x')[0])"
_CLOCK = (
    "(datum.value >= 3600 ? floor(datum.value / 3600) + ':' : '')"
    " + format(floor(datum.value / 60) % 60, datum.value >= 3600 ? '02d' : 'd')"
    " + ':' + format(datum.value % 60, '02d')"
)


def _step() -> str:
    step = str(_STEPS[-1])
    for seconds in reversed(_STEPS[:-1]):
        step = f"{_SPAN} / {seconds} <= 8.01 ? {seconds} : {step}"
    return f"({step})"


def time_axis(field: str = "elapsed:Q") -> alt.X:
    """Return the axis for a field of seconds; its ticks keep their distance at any length."""
    step = _step()
    ticks = f"sequence(ceil(domain('x')[0] / {step}) * {step}, domain('x')[1] + 1, {step})"
    return alt.X(
        field,
        title=None,
        scale=alt.Scale(nice=False, zero=False),
        axis=alt.Axis(
            values=alt.ExprRef(ticks), labelExpr=_CLOCK, grid=False, domain=False, labelOverlap=True
        ),
    )


def window_ends(
    elapsed_s: float, window_s: float | None, *, over: bool = False
) -> tuple[float, float]:
    """Return both ends of the time axis: a window has its full width from the start.

    Args:
        elapsed_s: How long the session has lasted, seconds.
        window_s: How far back to look; None: all of it, and of one that runs a minute at least.
        over: The session will not grow any more.
    """
    if window_s is None:
        return 0.0, max(elapsed_s, 1.0 if over else 60.0)
    since = max(0.0, elapsed_s - window_s)
    return since, since + window_s


def without_last_pause(events: Sequence[Event], end: float) -> tuple[list[Event], float]:
    """Return the events of a session that are drawn, and until when it is.

    A pause that nobody came back from is left out of a session that is over: one that was left open
    and finished the next day would be a sliver beside the night.

    Args:
        events: Of the session.
        end: Until when it lasts, seconds since the epoch.
    """
    stopped: float | None = None
    for event in events:
        if event.kind in (EventKind.PAUSED, EventKind.INTERRUPTED):
            stopped = event.at
        elif event.kind is EventKind.RESUMED:
            stopped = None
    if stopped is None or all(event.kind is not EventKind.FINISHED for event in events):
        return list(events), end
    return [event for event in events if event.at <= stopped], stopped
