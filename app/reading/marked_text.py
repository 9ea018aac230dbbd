"""The text after reading: every passage under its number, with marks, reasons and corrections."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app.parts.buttons import pressed
from app.parts.words import plain
from app.reading.memory import ReadingMemory
from app.reading.open_text import OpenText
from app.reading.passages import column, numbered
from app.reading.text_view import PASSAGES_AT_ONCE, count_parts
from fer_core.learner.probes import CLARITY_SCALE
from fer_core.live.reading_tracker import ReadingResult
from fer_core.reading.highlights import Highlight, Mark
from fer_core.texts.document import Passage

#: Okabe-Ito; each mark also has its icon, its line and its words.
COLOURS = {
    Mark.HARD_SAID: "#D55E00",
    Mark.HARD_ESTIMATED: "#D55E00",
    Mark.SKIMMED: "#0072B2",
    Mark.IMPORTANT_SAID: "#009E73",
    Mark.IMPORTANT: "#009E73",
}


def show_marked_text(open_text: OpenText, result: ReadingResult) -> None:
    """Show the text with its marks, a part at a time."""
    st.header("The text with its marks")
    st.caption(" · ".join(f"{mark.icon} {mark.label} ({mark.pattern} line)" for mark in Mark))
    memory = ReadingMemory.of_tab()
    parts = count_parts(open_text.document)
    part = (memory.result_at - 1) // PASSAGES_AT_ONCE
    if parts > 1:
        chosen = st.pagination(parts, default=part + 1, key=f"result-part-{memory.result_step}")
        part = chosen - 1
    marks = {highlight.passage_id: highlight for highlight in result.highlights}
    shown = open_text.document.passages[part * PASSAGES_AT_ONCE : (part + 1) * PASSAGES_AT_ONCE]
    unmarked: list[Passage] = []
    for passage in shown:
        highlight = marks.get(passage.passage_id)
        if highlight is None:
            unmarked.append(passage)
            continue
        show_unmarked(unmarked, open_text)
        unmarked = []
        show_marked(open_text, passage, highlight)
    show_unmarked(unmarked, open_text)


def show_unmarked(passages: Sequence[Passage], open_text: OpenText) -> None:
    """Show passages that carry no mark, in one piece."""
    if passages:
        words = "".join(placed(open_text, passage) for passage in passages)
        st.html(column(words, open_text.typography))


def placed(open_text: OpenText, passage: Passage) -> str:
    """Return a passage as HTML that can be gone to."""
    words = numbered(passage, open_text.tracker.note(passage.passage_id))
    return f'<div id="passage-{passage.index + 1}" tabindex="-1">{words}</div>'


def show_marked(open_text: OpenText, passage: Passage, highlight: Highlight) -> None:
    """Show a marked passage: icon, line and words, why, and how to put it right."""
    mark, own = highlight.mark, passage.passage_id in open_text.tracker.marked
    style = (
        f"border-inline-start:6px {mark.pattern} {COLOURS[mark]};padding-inline-start:.9em;"
        "margin:.6em 0"
    )
    said = f"{mark.icon} {mark.label}"
    if own and mark is not Mark.IMPORTANT_SAID:
        said += f" · {Mark.IMPORTANT_SAID.icon} {Mark.IMPORTANT_SAID.label}"
    label = f'<div style="font:600 .75em var(--st-font, sans-serif)">{said}</div>'
    marked = (
        f'<div dir="{passage.direction}" style="{style}">{label}{placed(open_text, passage)}</div>'
    )
    st.html(column(marked, open_text.typography))
    with (
        st.container(horizontal_alignment="center", key=f"why-{passage.passage_id}"),
        st.container(width=open_text.typography.width * open_text.typography.size),
        st.expander("Why?"),
    ):
        st.markdown(plain(highlight.why))
        if mark in (Mark.IMPORTANT, Mark.IMPORTANT_SAID):
            if pressed("Remove" if own else "Keep this mark", key=f"mark-{passage.passage_id}"):
                open_text.toggle_mark(passage.passage_id)
                st.rerun()
            return
        correct(open_text, passage)


def correct(open_text: OpenText, passage: Passage) -> None:
    """Let the learner say how clear a passage was.

    An answer is taken before the page runs anew, so that one to the next passage, tapped meanwhile,
    is not lost.
    """
    key = f"correct-{passage.passage_id}"

    def take() -> None:
        said = st.session_state[key]
        if said is not None:
            open_text.correct(passage.passage_id, int(said))
            st.session_state[key] = None

    st.pills(
        f"Disagree? How clear was it: {CLARITY_SCALE.low} = {CLARITY_SCALE.low_label}, "
        f"{CLARITY_SCALE.high} = {CLARITY_SCALE.high_label}",
        range(CLARITY_SCALE.low, CLARITY_SCALE.high + 1),
        key=key,
        on_change=take,
    )
    st.caption("Your answer overrides the estimate and improves future ones.")
