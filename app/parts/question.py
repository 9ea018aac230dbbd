"""A question to the learner: one tap answers it, another one skips it.

To a question of the text one can say first, with one tap, how sure one is: it may be left out.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from app.parts.tab import unless_finished
from app.parts.words import plain
from fer_core.learner.probes import CONFIDENCE_LABELS, Probe


def ask(probe: Probe, answer: Callable[[int | None, int | None], object], about: str = "") -> None:
    """Ask one question; the part of the page around it runs anew after the tap.

    Args:
        probe: What is asked.
        answer: Called with the choice, None if it is skipped, and how sure the learner is of it,
            None where that was not said. It may raise `SessionFinished`.
        about: What the question is about, where that is not the moment.
    """
    scale, key, sure = probe.scale, f"answer-{probe.probe_id}", f"sure-{probe.probe_id}"
    choices = probe.question.choices if probe.question else None

    def take(value: int | None) -> None:
        with unless_finished():
            answer(value, None if value is None else st.session_state.get(sure))

    with st.container(border=True, key="probe"):
        st.markdown(f":material/chat_bubble: **{plain(probe.prompt)}**")
        if about:
            st.caption(about)
        if choices:
            st.segmented_control(
                "How sure are you? Say it first, or leave it out",
                list(CONFIDENCE_LABELS),
                format_func=lambda degree: CONFIDENCE_LABELS[degree].capitalize(),
                key=sure,
            )
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
