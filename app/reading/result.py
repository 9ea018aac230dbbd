"""After reading: the text again with its marks, each with its why, the map, and what to reread."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app.parts.scroll import note_next_step
from app.parts.sessions import history_problem
from app.parts.words import plain
from app.reading.cards import offer_cards
from app.reading.memory import ReadingMemory
from app.reading.open_text import OpenText
from app.reading.passages import as_html, column
from app.reading.text_view import PASSAGES_AT_ONCE, count_parts
from fer_core.charts.passages import MAP_CAPTION, comprehension_map, pace_map, passage_table
from fer_core.charts.timeline import clock_text
from fer_core.learner.probes import CLARITY_SCALE
from fer_core.live.reading_tracker import ReadingResult
from fer_core.reading.highlights import LARGEST_SHARE, Highlight, Mark
from fer_core.sessions.report import NOTE
from fer_core.sessions.reread import reread_items, to_html, to_json, to_markdown
from fer_core.texts.document import Passage

#: Okabe-Ito; each mark also has its icon, its line and its words.
COLOURS = {
    Mark.HARD_SAID: "#D55E00",
    Mark.HARD_ESTIMATED: "#D55E00",
    Mark.SKIMMED: "#0072B2",
    Mark.IMPORTANT_SAID: "#009E73",
    Mark.IMPORTANT: "#009E73",
}


def show_result(open_text: OpenText) -> None:
    """Show what reading a text amounted to, from top to bottom."""
    document = open_text.document
    result = open_text.tracker.result()
    st.title(plain(document.title))
    st.markdown("Finished. Here is how it was read.")
    problem = history_problem() if open_text.session.info.keep else ""
    if problem:
        st.warning(problem, icon=":material/save:")
    show_totals(open_text, result)
    st.caption(f"**How good the estimates are.** {result.evaluation.sentence}")
    seen = any(reading.seen for reading in result.reading.passages)
    if not seen:
        st.info(
            "No passage was on the screen for long enough to say anything.",
            icon=":material/visibility_off:",
        )
    else:
        show_map(open_text, result)
        offer_rereading(open_text, result)
        offer_cards(open_text, result)
    show_marked_text(open_text, result)
    if st.button("Read another text", icon=":material/add:", key="read_another"):
        st.query_params.clear()
        note_next_step()
        ReadingMemory.of_tab().close_text()
        st.rerun()
    st.caption(NOTE)


def show_totals(open_text: OpenText, result: ReadingResult) -> None:
    readings = result.reading.passages
    read = [reading for reading in readings if reading.visits]
    answered = [answer for answer in open_text.session.answers if not answer.skipped]
    with st.container(horizontal=True):
        st.metric("Reading time", clock_text(sum(one.seconds for one in readings)))
        st.metric("Passages read", f"{len(read)} of {len(readings)}")
        st.metric("Your words a minute", f"{result.reading.own.wpm:.0f}")
        st.metric("Away", clock_text(sum(one.away_seconds for one in readings)))
        st.metric("Answers", len(answered))


def show_map(open_text: OpenText, result: ReadingResult) -> None:
    st.subheader("Passage map")
    marks = {one.passage_id: (one.mark.icon, one.mark.label, one.why) for one in result.highlights}
    sections = {one.passage_id: one.section for one in open_text.document.passages}
    table = passage_table(result.reading.passages, result.estimates, sections, marks)
    st.altair_chart(
        comprehension_map(table), width="stretch", key="map", alt="Comprehension by passage"
    )
    st.altair_chart(
        pace_map(table, result.reading.own), width="stretch", key="pace", alt="Pace by passage"
    )
    st.caption(MAP_CAPTION)
    with st.expander("The same as a table"):
        st.dataframe(table, hide_index=True, alt="How each passage was read")


def offer_rereading(open_text: OpenText, result: ReadingResult) -> None:
    st.subheader("Reread these")
    document = open_text.document
    items = reread_items(document, result.highlights)
    if not items:
        st.markdown("Nothing stood out: no passage was hard or skimmed by the figures there are.")
        return
    for item in items:
        where = f", {item.passage.section}" if item.passage.section else ""
        first = " ".join(item.passage.text.split()[:14])
        mark = item.highlight.mark
        st.markdown(
            f"{mark.icon} **Passage {item.passage.index + 1}**{plain(where)} · {mark.label} · "
            f"“{plain(first)} …”"
        )
    with st.container(horizontal=True):
        for label, content, ending, mime in (
            ("Markdown", to_markdown(document, items), "md", "text/markdown"),
            ("HTML", to_html(document, items), "html", "text/html"),
            ("JSON", to_json(document, items), "json", "application/json"),
        ):
            st.download_button(
                label,
                content.encode(),
                f"reread.{ending}",
                mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"reread-{ending}",
            )


def show_marked_text(open_text: OpenText, result: ReadingResult) -> None:
    st.subheader("The text, with its marks")
    st.caption(
        f"At most {LARGEST_SHARE:.0%} of the passages are marked. "
        + " · ".join(f"{mark.icon} {mark.label} ({mark.pattern} line)" for mark in Mark)
    )
    marks = {highlight.passage_id: highlight for highlight in result.highlights}
    own = [one for one in open_text.document.passages if one.passage_id in open_text.tracker.marked]
    unshown = [one for one in own if one.passage_id not in marks]
    if unshown:
        numbers = ", ".join(str(passage.index + 1) for passage in unshown)
        st.caption(f"{Mark.IMPORTANT_SAID.icon} Also marked by you: passage {numbers}.")
    parts = count_parts(open_text.document)
    part = 0
    if parts > 1:
        part = st.number_input("Part of the text", 1, parts, 1, key="result_part") - 1
    shown = open_text.document.passages[part * PASSAGES_AT_ONCE : (part + 1) * PASSAGES_AT_ONCE]
    plain: list[Passage] = []
    for passage in shown:
        highlight = marks.get(passage.passage_id)
        if highlight is None:
            plain.append(passage)
            continue
        show_plain(plain, open_text)
        plain = []
        show_marked(open_text, passage, highlight)
    show_plain(plain, open_text)


def show_plain(passages: Sequence[Passage], open_text: OpenText) -> None:
    if passages:
        st.html(column("".join(as_html(passage) for passage in passages), open_text.typography))


def show_marked(open_text: OpenText, passage: Passage, highlight: Highlight) -> None:
    """Show a marked passage: icon, line and words, why, and how to put it right."""
    mark = highlight.mark
    style = (
        f"border-inline-start:6px {mark.pattern} {COLOURS[mark]};padding-inline-start:.9em;"
        "margin:.6em 0"
    )
    label = f'<div style="font:600 .75em var(--st-font, sans-serif)">{mark.icon} {mark.label}</div>'
    marked = f'<div dir="{passage.direction}" style="{style}">{label}{as_html(passage)}</div>'
    st.html(column(marked, open_text.typography))
    with (
        st.container(horizontal_alignment="center", key=f"why-{passage.passage_id}"),
        st.container(width=open_text.typography.width * open_text.typography.size),
        st.expander("Why?"),
    ):
        st.markdown(plain(highlight.why))
        if mark in (Mark.IMPORTANT, Mark.IMPORTANT_SAID):
            if st.button(
                "Take this mark away"
                if passage.passage_id in open_text.tracker.marked
                else "Mark it as mine",
                key=f"mark-{passage.passage_id}",
            ):
                open_text.toggle_mark(passage.passage_id)
                st.rerun()
            return
        said = st.pills(
            f"Not right? How clear was it: {CLARITY_SCALE.low} {CLARITY_SCALE.low_label}, "
            f"{CLARITY_SCALE.high} {CLARITY_SCALE.high_label}",
            range(CLARITY_SCALE.low, CLARITY_SCALE.high + 1),
            key=f"correct-{passage.passage_id}-{len(open_text.session.answers)}",
        )
        st.caption("Your word counts more than any estimate, and teaches the next ones.")
        if said is not None:
            open_text.correct(passage.passage_id, int(said))
            st.rerun()
