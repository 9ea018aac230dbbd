"""The estimates of a running session: each with its interval, or why there is none."""

from __future__ import annotations

import streamlit as st

from fer_core.affect.heart_rate import MARGIN_BPM, NoPulse, Pulse
from fer_core.affect.indicators import Reason
from fer_core.sessions.snapshot import Indicator, Snapshot, Trend

_TREND_WORDS = {
    Trend.HIGHER: "above your usual",
    Trend.SAME: "as usual for you",
    Trend.LOWER: "below your usual",
}


def show_indicators(snapshot: Snapshot) -> None:
    """Show comprehension, stress, facing the screen and, where it is read, the heart rate."""
    with st.container(border=True, key="indicators"):
        show_indicator("Comprehension", snapshot.comprehension, snapshot)
        show_indicator("Stress", snapshot.stress, snapshot)
        show_indicator("Facing the screen", snapshot.attention, snapshot)
        if snapshot.pulse is not None:
            show_pulse(snapshot.pulse, snapshot)
        if Reason.BASELINE in (
            snapshot.comprehension.estimate.reason,
            snapshot.stress.estimate.reason,
        ):
            st.progress(snapshot.baseline_progress, Reason.BASELINE.text)


def show_indicator(name: str, indicator: Indicator, snapshot: Snapshot) -> None:
    """Show one estimate with its interval and its trend, or why there is none."""
    estimate = indicator.estimate
    if estimate.value is None or estimate.low is None or estimate.high is None:
        reason = estimate.reason or Reason.WAITING
        st.markdown(f"**{name}** &ensp; –")
        if reason is Reason.BASELINE:
            st.caption("Not before your own usual is known.")
        elif reason is not snapshot.notice:
            st.caption(reason.text)
        return
    trend = indicator.trend
    arrow = "" if trend is None else f" {trend.arrow}"
    unit = " %" if name == "Facing the screen" else ""
    st.markdown(f"**{name}** &ensp; {estimate.value:.0f}{unit}{arrow}")
    parts = [f"between {estimate.low:.0f} and {estimate.high:.0f}"]
    if trend is not None:
        parts.append(_TREND_WORDS[trend])
    if estimate.basis is not None:
        parts.append(str(estimate.basis))
    if name != "Facing the screen" and not estimate.calibrated:
        parts.append("not calibrated to you yet")
    st.caption(" · ".join(parts))


def show_pulse(pulse: Pulse, snapshot: Snapshot) -> None:
    """Show the heart rate with how sure it is, or why it cannot be read."""
    if pulse.bpm is None:
        st.markdown("**Heart rate** &ensp; –")
        if snapshot.notice is None:
            st.caption((pulse.reason or NoPulse.GATHERING).text)
        return
    usual = snapshot.usual_bpm
    st.markdown(f"**Heart rate** &ensp; {pulse.bpm:.0f} a minute")
    parts = [f"± {MARGIN_BPM:.0f}", f"{pulse.signal} signal ({pulse.snr_db:.0f} dB)"]
    if usual is not None:
        parts.append(f"{usual:.0f} at the start")
    st.caption(" · ".join([*parts, "over half a minute, not medical"]))
