"""While reading: the text, a small camera, a question or a break suggestion now and then."""

from __future__ import annotations

import html

import streamlit as st
from streamlit.errors import StreamlitAPIException

from app.live.clock import now
from app.live.resources import history_problem
from app.live.running_view import (
    is_here,
    offer_to_bring_here,
    refreshed,
    show_expression,
    show_live_video,
    show_notice,
    show_suggestion,
    unless_finished,
)
from app.live.sessions import LiveStudy
from app.reading.passages import as_html, column
from app.reading.rooms import ReadingRoom, ReadingRooms
from app.reading.text_view import Look, show_text
from fer_core.charts.timeline import clock_text
from fer_core.learner.probes import Probe, ProbeKind
from fer_core.reading.attribution import own_pace
from fer_core.reading.visibility import LONGEST_REPORT_S
from fer_core.sessions.report import NOTE
from fer_core.sessions.snapshot import State
from fer_core.texts.document import Document

REFRESH_S = 2.0
SIZES = {"Small": 16, "Medium": 19, "Large": 23, "Larger": 28}
WIDTHS = {"Narrow": 28, "Medium": 36, "Wide": 48}
THEMES = {"As the app": "auto", "Light": "light", "Dark": "dark", "Sepia": "sepia"}
HIDDEN_CAMERA = (
    "<style>.st-key-small_camera{height:1px;opacity:0;overflow:hidden;pointer-events:none}</style>"
)
#: Words of a passage that remind of it in a question.
REMINDER_WORDS = 12


def show_reading(study: LiveStudy, room: ReadingRoom, rooms: ReadingRooms) -> None:
    """Show a text being read, from top to bottom."""
    if not is_here(study):
        st.markdown(f"**{html.escape(room.document.title)}**")
        offer_to_bring_here(study)
        return
    state = study.session.state
    show_controls(study, room, rooms, state)
    if state is State.PAUSED:
        camera = ": the camera is off" if room.with_camera else ""
        st.info(f"Paused{camera}. Resume when you are ready.", icon=":material/pause:")
        if st.session_state.pop("camera_was_on", False):
            st.session_state["start_camera"] = True
        return
    text, side = st.columns([7, 3], gap="medium")
    connecting = False
    with side:
        if room.with_camera:
            connection = show_camera(study)
            connecting = connection
    # Browser and app agree on the video through runs of the page: other parts keep out of the way.
    every_s = None if connecting else REFRESH_S
    with text:
        if st.session_state.get("one_at_a_time"):
            st.fragment(show_step)(room, rooms)
        else:
            st.fragment(show_pages)(room, rooms)
    with side:
        refreshed(show_side, every_s)(study, room, state)
    st.caption(NOTE)


def show_controls(study: LiveStudy, room: ReadingRoom, rooms: ReadingRooms, state: State) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{html.escape(room.document.title)}**", width="stretch")
        choose_look(room)
        if state is State.ACTIVE:
            if st.button("Pause", icon=":material/pause:", key="pause_reading"):
                with unless_finished():
                    end_step(room)
                    study.session.pause(now())
                st.rerun()
        elif st.button(
            "Resume", icon=":material/play_arrow:", type="primary", key="resume_reading"
        ):
            with unless_finished():
                study.session.resume(now())
            st.rerun()
        if st.button("Finish", icon=":material/stop:", key="finish_reading"):
            end_step(room)
            study.session.finish(now())
            study.camera.close()
            rooms.keep(room)
            st.rerun()
    problem = history_problem() if study.session.info.keep else ""
    if problem:
        st.warning(problem, icon=":material/save:")


def end_step(room: ReadingRoom) -> None:
    """Count what was on the screen until now."""
    if st.session_state.get("one_at_a_time"):
        close_step(room)
    else:
        room.see_until(now())
    room.step_at = None


def choose_look(room: ReadingRoom) -> None:
    """Let size, width and colours be chosen, the way of turning pages, and a place to go to."""
    with st.popover("Text", icon=":material/text_fields:"):
        size = choose("Letters", SIZES, room.look.size, "look_size")
        width = choose("Column", WIDTHS, room.look.width, "look_width")
        theme = choose("Colours", THEMES, room.look.theme, "look_theme")
        room.look = Look(size, width, theme)
        st.toggle(
            "One passage at a time, with buttons",
            key="one_at_a_time",
            help="Also for browsers in which the scrolling text does not come up.",
        )
        show_contents(room)
        st.caption(
            "Keys: J or → next, K or ← previous, M important, L lost me here. Passages outside "
            "the reading band are dimmed; only those in it are timed."
        )


def choose(label: str, options: dict, chosen, key: str):  # type: ignore[no-untyped-def, type-arg]
    names = list(options)
    current = next(name for name in names if options[name] == chosen)
    picked = st.segmented_control(label, names, default=current, required=True, key=key)
    return options[picked or current]


def show_contents(room: ReadingRoom) -> None:
    headed = [
        (passage.passage_id, heading)
        for passage in room.document.passages
        for heading in passage.headings
    ]
    if not headed:
        return
    chosen = st.selectbox(
        "Go to",
        range(len(headed)),
        index=None,
        format_func=lambda at: "\u2003" * (headed[at][1].level - 1) + headed[at][1].text,
        placeholder="Contents",
        key="contents",
    )
    if chosen is not None and st.session_state.get("gone_to") != chosen:
        room.jump(headed[chosen][0])
    st.session_state["gone_to"] = chosen


def show_camera(study: LiveStudy) -> bool:
    """Show the small camera; tell whether it is connecting."""
    shown = st.toggle("Show my picture", value=True, key="show_picture")
    with st.container(key="small_camera"):
        connection = show_live_video(study)
    if not shown:
        # Out of sight only: taken off the page, the camera would stop.
        st.html(HIDDEN_CAMERA)
    if connection.problem is not None:
        st.warning(connection.problem, icon=":material/videocam_off:")
    return connection.connecting


# The text


def show_pages(room: ReadingRoom, rooms: ReadingRooms) -> None:
    """Show the scrolling text and take what it reports."""
    report = show_text(
        f"text-{room.session_id}",
        room.document,
        room.place,
        room.look,
        room.marked,
        own_pace(room.session.profile.paces_wpm),
        room.inbox,
    )
    if report is None:
        return
    place, marked = room.place, list(room.marked)
    room.take(room.inbox.take(report, now()))
    if room.marked != marked:
        rooms.keep_marks(room)
    if room.place != place:
        rerun_here()


def show_step(room: ReadingRoom, rooms: ReadingRooms) -> None:
    """Show one passage with buttons; the time between two presses is its time."""
    passages = room.document.passages
    room.step = min(room.step, len(passages) - 1)
    passage = passages[room.step]
    if room.step_at is None:
        room.step_at = now()
    show_one(room.document, room.step, room.look)
    st.progress(room.step / len(passages), f"Passage {room.step + 1} of {len(passages)}")
    with st.container(horizontal=True):
        back = st.button("← Previous", disabled=room.step == 0, key="step_back")
        on = st.button(
            "Next →", type="primary", disabled=room.step == len(passages) - 1, key="step_on"
        )
        marked = passage.passage_id in room.marked
        mark = st.button("⭐ Not important" if marked else "⭐ Important", key="step_mark")
        lost = st.button("⛰️ Lost me here", key="step_lost")
    if not (back or on or mark or lost):
        return
    close_step(room)
    if mark:
        room.toggle_mark(passage.passage_id)
        rooms.keep_marks(room)
    if lost:
        room.lost_at(passage.passage_id)
        st.toast("Noted: you got lost here.")
    room.step += int(on) - int(back)
    rerun_here()


def close_step(room: ReadingRoom) -> None:
    """Count the time since the passage came up, a minute at most."""
    at = now()
    if room.step_at is not None:
        passage = room.document.passages[room.step]
        room.see({passage.passage_id: 1.0}, max(room.step_at, at - LONGEST_REPORT_S), at)
    room.step_at = at


def show_one(document: Document, index: int, look: Look) -> None:
    """Show one passage as text; nothing in it is taken for markup."""
    st.html(column(as_html(document.passages[index]), look))


def rerun_here() -> None:
    """Run this part of the page anew, or all of it where all of it is running."""
    try:
        st.rerun(scope="fragment")
    except StreamlitAPIException:
        st.rerun()


# Beside it


def show_side(study: LiveStudy, room: ReadingRoom, state: State) -> None:
    session, at = study.session, now()
    study.touch(at)
    room.desk.follow()
    session.next_probe(at, room.desk.askable())
    snapshot = session.snapshot(at)
    if snapshot.state is not state or not is_here(study):
        st.rerun()
    if snapshot.suggestion is not None:
        show_suggestion(study, snapshot.suggestion, before_break=lambda: end_step(room))
    elif snapshot.probe is not None:
        ask(study, room, snapshot.probe)
    if room.with_camera and snapshot.notice is not None:
        show_notice(snapshot.notice)
    elif room.with_camera:
        show_expression(snapshot)
    left, right = st.columns(2)
    left.metric("Studied", clock_text(snapshot.studied_s))
    if snapshot.next_break_s is not None:
        right.metric("Next break in", clock_text(snapshot.next_break_s))


def ask(study: LiveStudy, room: ReadingRoom, probe: Probe) -> None:
    """Ask one question about a passage a little way back, or about the moment."""
    with st.container(border=True, key="probe"):
        st.markdown(f":material/chat_bubble: **{html.escape(probe.prompt)}**")
        if probe.passage_id is not None:
            st.caption(remind(room.document, probe.passage_id))
        scale = probe.scale
        choices = probe.question.choices if probe.question else None
        label = (
            "Choose one"
            if probe.kind is ProbeKind.QUESTION
            else f"{scale.low} {scale.low_label}, {scale.high} {scale.high_label}"
        )
        chosen = st.pills(
            label,
            probe.options,
            format_func=lambda value: choices[value] if choices else str(value),
            key=f"answer-{probe.probe_id}",
        )
        skipped = st.button("Skip", key=f"skip-{probe.probe_id}", type="tertiary")
        if chosen is not None or skipped:
            features = None if probe.passage_id is None else room.desk.features(probe.passage_id)
            with unless_finished():
                study.session.answer(probe, None if skipped else chosen, now(), features=features)
            rerun_here()


def remind(document: Document, passage_id: str) -> str:
    """Return the first words of a passage, to say which one is meant."""
    passage = next(one for one in document.passages if one.passage_id == passage_id)
    words = passage.text.split()
    more = " …" if len(words) > REMINDER_WORDS else ""
    first = html.escape(" ".join(words[:REMINDER_WORDS])[:160])
    where = f", {html.escape(passage.section)}" if passage.section else ""
    return f"Passage {passage.index + 1}{where}: “{first}{more}”"
