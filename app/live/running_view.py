"""A running session: the picture, what it says now, breaks, questions, the chart that grows."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec

import streamlit as st

from app.live import timeline_view
from app.live.camera import PictureOptions
from app.live.clock import now
from app.live.resources import history_problem
from app.live.sessions import LiveStudy
from app.live.webrtc import CONNECT_WITHIN_S, Connection, connection_problem, show_video
from fer_core.affect.breaks import BreakRule, Suggestion
from fer_core.affect.heart_rate import MARGIN_BPM, NoPulse, Pulse
from fer_core.affect.indicators import INTERVAL_PERCENT, Reason
from fer_core.charts import timeline
from fer_core.config import get_settings
from fer_core.emotions import UNSURE_EMOJI, UNSURE_LABEL
from fer_core.errors import FerError, SessionFinished
from fer_core.learner.probes import Probe
from fer_core.sessions.report import NOTE
from fer_core.sessions.snapshot import Indicator, Snapshot, State, Trend
from fer_core.vision.image import decode_image

P = ParamSpec("P")

WENT_SILENT = (
    "No pictures come from the camera any more. It may be unplugged, covered by its own switch, or "
    "taken by another program. Turn it off and on again; the session is not lost."
)

REFRESH_S = 1.0
#: A connection that breaks off while it is made is tried again this often.
RETRIES = 2
WINDOWS: dict[str, float | None] = {"1 min": 60.0, "5 min": 300.0, "30 min": 1800.0, "All": None}


#: Streamlit fades what a slow run has not reached yet; parts that refresh each second would blink.
#: The video has no height until it has loaded; what is below would jump away from the finger.
STEADY = """
<style>
[data-testid="stElementContainer"][data-stale="true"] { opacity: 1 !important; transition: none; }
.st-key-video { min-height: 152px; }
</style>
"""


def show_running(study: LiveStudy) -> None:
    """Show a session that is active or paused, from top to bottom."""
    st.html(STEADY)
    session = study.session
    state = session.state
    # Columns stand below each other on a phone; in one row the buttons would leave no title.
    left, right = st.columns([3, 2], vertical_alignment="center")
    left.title(session.info.title or "Study session")
    here = is_here(study)
    if here:
        with right.container(horizontal=True, horizontal_alignment="right"):
            show_controls(study, state)
    if session.info.goal:
        st.caption(f"Goal: {session.info.goal}")
    if not here:
        offer_to_bring_here(study)
        return
    problem = history_problem() if session.info.keep else ""
    if problem:
        st.warning(problem, icon=":material/save:")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        connection = show_camera(study, state)
    # Browser and app agree on the video through runs of this page, within about five seconds: the
    # rest of the page keeps out of their way until it plays.
    every_s = REFRESH_S if state is State.ACTIVE and not connection.connecting else None
    with right:
        refreshed(show_now, every_s)(study, state)
    refreshed(show_chart, every_s)(study)
    st.caption(
        f"Bands are {INTERVAL_PERCENT} % intervals of the estimates, for the uncertainty of "
        f"measuring alone. {NOTE}"
    )


def refreshed(part: Callable[P, None], every_s: float | None) -> Callable[P, None]:
    """Return a part of the page that refreshes itself; None: only with the page."""
    return st.fragment(part, run_every=every_s)


@contextmanager
def unless_finished() -> Iterator[None]:
    """Do what the learner asks of a session; one that another tab has just finished says so.

    The page then runs anew and shows what the session amounted to.
    """
    try:
        yield
    except SessionFinished as error:
        st.toast(error.message, icon=":material/stop:")


def is_here(study: LiveStudy) -> bool:
    """Make this tab the session's own when it opens it; tell whether it still is."""
    tab: str = st.session_state.setdefault("tab_id", secrets.token_hex(8))
    shown: set[str] = st.session_state.setdefault("sessions_shown", set())
    if study.session_id not in shown or study.camera.owner is None:
        shown.add(study.session_id)
        study.camera.take_over(tab)
    return study.camera.owner == tab


def offer_to_bring_here(study: LiveStudy) -> None:
    st.info("This session has moved to another tab.", icon=":material/tab:")
    if st.button("Bring it back here", icon=":material/undo:"):
        study.camera.take_over(st.session_state["tab_id"])
        st.rerun()


def show_controls(study: LiveStudy, state: State) -> None:
    if state is State.ACTIVE:
        if st.button("Pause", icon=":material/pause:", key="pause"):
            with unless_finished():
                study.session.pause(now())
            st.rerun()
    elif st.button("Resume", icon=":material/play_arrow:", type="primary", key="resume"):
        with unless_finished():
            study.session.resume(now())
        st.rerun()
    if st.button("Finish", icon=":material/stop:", key="finish"):
        study.session.finish(now())
        study.camera.close()
        st.rerun()


# The picture


def show_camera(study: LiveStudy, state: State) -> Connection:
    """Show the video, or the way to send snapshots; return where the connection stands."""
    connection = Connection()
    if st.session_state.get("snapshots_instead"):
        take_snapshots(study, state)
    elif state is State.ACTIVE:
        connection = show_live_video(study)
        refreshed(show_camera_line, every_s=REFRESH_S)(study, connection)
    else:
        open_video(study, start=False)
        st.info("Paused: the camera is off. Resume when you are ready.", icon=":material/pause:")
        if st.session_state.pop("camera_was_on", False):
            st.session_state["start_camera"] = True
    choose_options(study)
    return connection


def open_video(study: LiveStudy, *, start: bool | None) -> Connection:
    with st.container(key="video"):
        return show_video(
            f"video-{study.session_id}",
            study.camera.callback_for(st.session_state["tab_id"]),
            get_settings(),
            start=start,
        )


def show_live_video(study: LiveStudy) -> Connection:
    """Show the video; a connection that broke off while it was made is made again, twice."""
    memory = st.session_state
    # Asked for once only: asked on every run, a camera that is refused would be asked for ever.
    connection = open_video(study, start=True if memory.pop("start_camera", False) else None)
    memory["camera_was_on"] = connection.playing
    broke_off = memory.get("was_connecting") and not connection.playing
    memory["was_connecting"] = connection.connecting
    if connection.playing:
        memory["attempts"] = 0
    elif broke_off and not connection.connecting and memory.get("attempts", 0) < RETRIES:
        memory["attempts"] = memory.get("attempts", 0) + 1
        memory["start_camera"] = True
        st.rerun()
    return connection


def choose_options(study: LiveStudy) -> None:
    """Let the learner choose what is drawn; it holds from the next frame on."""
    with st.expander("What is shown and read", icon=":material/tune:"):
        with st.container(horizontal=True):
            options = PictureOptions(
                mirror=st.toggle("Mirror", True, key="show_mirror"),
                faces=st.toggle("Face", True, key="show_faces"),
                labels=st.toggle("Label", True, key="show_labels"),
                emoji=st.toggle("Emoji", True, key="show_emoji"),
                probabilities=st.toggle("Probability", True, key="show_probability"),
                bars=st.toggle("All five", True, key="show_bars"),
            )
        session = study.session
        st.toggle(
            "Read my heart rate from the colour of my skin",
            session.reads_heart_rate,
            key="read_pulse",
            on_change=lambda: session.read_heart_rate(st.session_state["read_pulse"]),
            help="From small changes of colour, as numbers only. Off: it stops at once.",
        )
        st.toggle(
            "Send single snapshots instead of video",
            key="snapshots_instead",
            help="For cameras or networks where the video does not come about.",
        )
    study.camera.options = options


def show_camera_line(study: LiveStudy, connection: Connection) -> None:
    """Show how the video runs, or what is wrong with it."""
    figures = study.camera.figures()
    if connection.problem is not None:
        st.error(connection.problem, icon=":material/videocam_off:")
        return
    waiting = connection.connecting or (connection.playing and figures.camera_fps == 0)
    since: float = st.session_state.setdefault("waiting_since", now())
    if not waiting:
        st.session_state.pop("waiting_since", None)
    elif now() - since > CONNECT_WITHIN_S:
        went_silent = connection.playing and figures.frames
        words = WENT_SILENT if went_silent else connection_problem(get_settings())
        st.error(words, icon=":material/videocam_off:")
        return
    if figures.camera_fps == 0:
        st.caption(
            "The camera is off: its button is above."
            if not waiting
            else "Connecting to the camera…"
        )
        return
    delay = "" if figures.delay_ms is None else f" · delay {figures.delay_ms:.0f} ms"
    errors = f" · {figures.errors} frames failed" if figures.errors else ""
    st.caption(
        f"Camera {figures.camera_fps:.0f} fps · analysed {figures.analysed_fps:.0f} fps"
        f"{delay} · {figures.frames:,} frames{errors}"
    )


def take_snapshots(study: LiveStudy, state: State) -> None:
    """Take single pictures in place of video, and say what each of them showed."""
    picture = st.camera_input("Take a snapshot now and then", key="live_snapshot")
    if picture is None or state is not State.ACTIVE:
        return
    memory = st.session_state
    if memory.get("snapshot_taken") != picture.file_id:
        memory["snapshot_taken"] = picture.file_id
        memory["snapshot_words"] = look_at(study, picture.getvalue())
    st.markdown(memory["snapshot_words"])


def look_at(study: LiveStudy, data: bytes) -> str:
    """Pass a snapshot to the session and return what it showed, in words."""
    settings = get_settings()
    try:
        rgb = decode_image(data, max_bytes=settings.max_image_bytes, max_pixels=settings.max_pixels)
        faces = study.camera.take_snapshot(rgb).faces
    except FerError as error:
        return f":material/warning: {error.message}"
    if not faces:
        return ":material/face: No face in this snapshot."
    emotion = faces[0].emotion
    if emotion is None:
        return f"{UNSURE_EMOJI} {UNSURE_LABEL}: the expression is not clear enough to name."
    return f"{emotion.emoji} This snapshot: {emotion.study_label} {faces[0].probability:.0%}"


# What it says now


def show_now(study: LiveStudy, state: State) -> None:
    session, at = study.session, now()
    study.touch(at)
    session.next_probe(at)
    snapshot = session.snapshot(at)
    if snapshot.state is not state or not is_here(study):
        st.rerun()
    if snapshot.suggestion is not None:
        show_suggestion(study, snapshot.suggestion)
    elif snapshot.probe is not None:
        show_probe(study, snapshot.probe)
    if snapshot.notice is not None:
        show_notice(snapshot.notice)
    else:
        show_expression(snapshot)
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
    show_times(snapshot)


_NOTICES = {
    Reason.PAUSED: (":material/pause_circle:", "Paused"),
    Reason.CAMERA_OFF: (":material/videocam_off:", "Paused"),
    Reason.NO_PICTURES: (":material/videocam_off:", "No pictures"),
    Reason.SEVERAL_FACES: (":material/group:", "More than one face"),
    Reason.AWAY: (":material/directions_walk:", "Away"),
    Reason.NO_FACE: (":material/face:", "No face"),
}


def show_notice(reason: Reason) -> None:
    """Say why nothing is read from the face now, in the place of the expression."""
    icon, heading = _NOTICES.get(reason, (":material/hourglass_empty:", "Waiting"))
    with st.container(border=True, key="notice"):
        st.markdown(f"### {icon} {heading}")
        st.caption(reason.text)


def show_suggestion(
    study: LiveStudy, suggestion: Suggestion, before_break: Callable[[], None] = lambda: None
) -> None:
    """Show a calm banner: what, on what grounds, and three ways to answer.

    Args:
        study: The session.
        suggestion: Its break suggestion that stands.
        before_break: Called when a break is taken, while the session still runs.
    """
    session, key = study.session, suggestion.suggestion_id

    def take() -> None:
        with unless_finished():
            before_break()
            session.take_break(now())

    with st.container(border=True, key="break_banner"):
        st.markdown(f":material/self_improvement: **{suggestion.advice}**")
        st.caption(suggestion.evidence)
        with st.container(horizontal=True):
            if suggestion.rule is not BreakRule.EYES:
                st.button(
                    "Take a break",
                    type="primary",
                    key=f"take-{key}",
                    on_click=take,
                )
            st.button(
                "In 5 minutes", key=f"snooze-{key}", on_click=lambda: session.snooze_break(now())
            )
            st.button(
                "No, thanks", key=f"dismiss-{key}", on_click=lambda: session.dismiss_break(now())
            )


def show_probe(study: LiveStudy, probe: Probe) -> None:
    """Ask one question: a tap answers it, another one skips it."""
    scale, key = probe.scale, f"answer-{probe.probe_id}"
    words = probe.question.choices if probe.question else None
    ends = f"{scale.low} {scale.low_label}, {scale.high} {scale.high_label}"

    def answer(*, skip: bool = False) -> None:
        with unless_finished():
            study.session.answer(probe, None if skip else st.session_state[key], now())

    with st.container(border=True, key="probe"):
        st.markdown(f":material/chat_bubble: **{probe.prompt}**")
        st.segmented_control(
            "Choose one" if words else ends,
            probe.options,
            format_func=lambda value: words[value] if words else str(value),
            key=key,
            on_change=answer,
        )
        st.button(
            "Skip",
            type="tertiary",
            key=f"skip-{probe.probe_id}",
            on_click=lambda: answer(skip=True),
        )


def show_expression(snapshot: Snapshot) -> None:
    expression = snapshot.expression
    with st.container(border=True, key="expression"):
        st.markdown(f"### {expression.emoji} {expression.label}")
        if expression.probability is None:
            st.caption((expression.reason or Reason.WAITING).text)
            return
        words = f"{expression.probability:.0%} over the last two seconds"
        if expression.reason is not None:
            words = f"{expression.reason.text} Strongest: {expression.probability:.0%}."
        st.caption(f"{words} · face in view {snapshot.coverage:.0%} of the last minute")


_TREND_WORDS = {
    Trend.HIGHER: "above your usual",
    Trend.SAME: "as usual for you",
    Trend.LOWER: "below your usual",
}


def show_indicator(name: str, indicator: Indicator, snapshot: Snapshot) -> None:
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


def show_times(snapshot: Snapshot) -> None:
    left, right = st.columns(2)
    left.metric("Studied", timeline.clock_text(snapshot.studied_s))
    if snapshot.next_break_s is not None:
        right.metric("Next break in", timeline.clock_text(snapshot.next_break_s))


# The chart


def show_chart(study: LiveStudy) -> None:
    st.subheader("Over time")
    chosen = st.segmented_control(
        "Window",
        list(WINDOWS),
        default="5 min",
        required=True,
        key="chart_window",
        label_visibility="collapsed",
    )
    draw_chart(study, WINDOWS[str(chosen)])


def draw_chart(study: LiveStudy, window_s: float | None) -> None:
    """Draw expressions and indicators; only their tables change from one second to the next."""
    session = study.session
    at = session.info.started_at + session.totals(now()).elapsed_s
    since = None if window_s is None else at - window_s - 10.0
    tables = timeline.live_tables(
        session.rows(since), session.events(), session.info.started_at, at, window_s
    )
    if tables.shares.empty and tables.lines.empty and tables.spans.empty:
        st.info(
            "Nothing to draw yet. The chart grows as soon as your face is in view.",
            icon=":material/show_chart:",
        )
        return
    timeline_view.show_timeline(tables, "chart")
