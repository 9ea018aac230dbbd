"""The estimates of a running session: each with its range, or when it will be ready."""

from __future__ import annotations

import streamlit as st

from app.parts.room import kept_room
from fer_core.affect.baseline import BASELINE_S
from fer_core.affect.heart_rate import MARGIN_BPM, NoPulse, Pulse
from fer_core.affect.indicators import Estimate, Reason
from fer_core.charts.timeline import clock_text
from fer_core.face.direction import Direction
from fer_core.sessions.coverage import WINDOW_S
from fer_core.sessions.snapshot import Indicator, Snapshot, Trend

_TREND_WORDS = {
    Trend.HIGHER: "higher than normal for you",
    Trend.SAME: "normal for you",
    Trend.LOWER: "lower than normal for you",
}
_DIRECTIONS = {Direction.DESK: "now: reading on the desk", Direction.ASIDE: "now: turned aside"}
#: Their place is kept before there is a number. Pixels.
_ROOM = 128


def show_indicators(snapshot: Snapshot) -> None:
    """Show understanding, stress, in front of the screen and, where it is read, the heart rate."""
    with kept_room("indicators", _ROOM):
        cells = iter(st.columns(3 if snapshot.pulse is None else 4, gap="small"))
        for name, indicator in indicators_of(snapshot).items():
            with next(cells):
                show_indicator(name, indicator, snapshot)
        if snapshot.pulse is not None:
            with next(cells):
                show_pulse(snapshot.pulse, snapshot)


def indicators_of(snapshot: Snapshot) -> dict[str, Indicator]:
    """Return the estimates by their names on the page and in the chart."""
    return {
        "Understanding": snapshot.comprehension,
        "Stress": snapshot.stress,
        "In front of the screen": snapshot.attention,
    }


def lanes_wait_for(snapshot: Snapshot) -> dict[str, str]:
    """Return what stands in a lane of the chart that has nothing to show yet, by its name."""
    return {"Expression": "No face seen yet"} | {
        name: why_not_yet(indicator.estimate, snapshot)
        for name, indicator in indicators_of(snapshot).items()
        if indicator.estimate.value is None
    }


def show_indicator(name: str, indicator: Indicator, snapshot: Snapshot) -> None:
    """Show one estimate with its range and its trend, or when there will be one."""
    estimate = indicator.estimate
    if estimate.value is None or estimate.low is None or estimate.high is None:
        st.markdown(f"**{name}**")
        st.caption(why_not_yet(estimate, snapshot))
        return
    trend = indicator.trend
    arrow = "" if trend is None else f" {trend.arrow}"
    measured = indicator is snapshot.attention
    unit = " %" if measured else ""
    st.markdown(f"**{name}**  \n{estimate.value:.0f}{unit}{arrow}")
    span = f"{estimate.low:.0f} to {estimate.high:.0f}"
    parts = [] if measured else [f"probably {span}"]
    if measured and (words := head_words(snapshot)):
        parts.append(words)
    if measured and snapshot.looks is not None:
        parts.append(snapshot.looks.sentence)
    # Of a minute that was wholly seen there is nothing to doubt.
    if measured and estimate.high - estimate.low >= 1:
        parts.append(f"{span} with what was not seen")
    if trend is not None:
        parts.append(_TREND_WORDS[trend])
    if not measured and not estimate.calibrated:
        parts.append("a first guess until you have answered more questions")
    st.caption(" · ".join(parts))


def head_words(snapshot: Snapshot) -> str:
    """Return where the head is turned now, where that is not to the screen; "" otherwise."""
    direction = None if snapshot.face is None else snapshot.face.direction
    return _DIRECTIONS.get(direction, "") if direction is not None else ""


def why_not_yet(estimate: Estimate, snapshot: Snapshot) -> str:
    """Return when an estimate will be ready, or what it waits for."""
    reason = estimate.reason or Reason.WAITING
    left_s = (1.0 - snapshot.baseline_progress) * BASELINE_S
    learns = estimate is not snapshot.attention.estimate
    waits = reason in (Reason.BASELINE, Reason.WAITING, Reason.NO_PICTURES)
    if learns and waits and left_s > 0:
        return f"Ready in {clock_text(left_s)} with your face in view"
    # Of a session that has just begun there is no last minute yet.
    begins = reason is Reason.COVERAGE and snapshot.elapsed_s < WINDOW_S
    if begins or reason in (Reason.WAITING, Reason.NO_PICTURES):
        return "Waiting for pictures of your face"
    return reason.text


def show_pulse(pulse: Pulse, snapshot: Snapshot) -> None:
    """Show the heart rate with how sure it is, or why it cannot be read."""
    if pulse.bpm is None:
        st.markdown("**Heart rate**")
        if snapshot.notice is None:
            st.caption((pulse.reason or NoPulse.GATHERING).text)
        return
    usual = snapshot.usual_bpm
    st.markdown(f"**Heart rate**  \n{pulse.bpm:.0f} a minute")
    parts = [f"± {MARGIN_BPM:.0f}", f"{pulse.signal} signal"]
    if usual is not None:
        parts.append(f"{usual:.0f} at the start")
    st.caption(" · ".join([*parts, "not medical"]))
