"""A question to the learner: one tap answers it, another one skips it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from app.parts.tab import unless_finished
from app.parts.words import plain
from fer_core.learner.probes import Probe


def ask(probe: Probe, answer: Callable[[int | None], object], about: str = "") -> None:
    """Ask one question; the part of the page around it runs anew after the tap.

    Args:
        probe: What is asked.
        answer: Called with the choice, None if it is skipped. It may raise `SessionFinished`.
        about: What the question is about, where that is not the moment.
    """
    scale, key = probe.scale, f"answer-{probe.probe_id}"
    choices = probe.question.choices if probe.question else None

    def take(value: int | None) -> None:
        with unless_finished():
            answer(value)

    with st.container(border=True, key="probe"):
        st.markdown(f":material/chat_bubble: **{plain(probe.prompt)}**")
        if about:
            st.caption(about)
        st.pills(
            "Choose one"
            if choices
            else f"{scale.low} {scale.low_label}, {scale.high} {scale.high_label}",
            probe.options,
            format_func=lambda value: plain(choices[value]) if choices else str(value),
            key=key,
            on_change=lambda: take(st.session_state[key]),
        )
        st.button(
            "Skip",
            type="tertiary",
            key=f"skip-{probe.probe_id}",
            on_click=lambda: take(None),
        )
