"""Before a session: what is agreed to, what is planned, and whether the camera works."""

from __future__ import annotations

import streamlit as st

from app.live.camera_check import CameraAnswer, camera_check
from app.parts.consent import CONSENT_VERSION, ask_consent, needs_consent
from app.parts.navigation import page_of
from app.parts.sessions import history_problem, session_registry
from app.parts.video import VideoMemory
from app.parts.words import plain
from fer_core.affect.breaks import BreakPlan
from fer_core.charts.timeline import clock_text
from fer_core.config import get_settings
from fer_core.errors import FerError
from fer_core.live.registry import new_session_id
from fer_core.live.running_session import RunningSession
from fer_core.sessions.report import NOTE
from fer_core.sessions.session_info import SessionInfo

TITLE_LENGTH, GOAL_LENGTH = 80, 200
MOST_OFFERED = 3
PLANS: dict[str, BreakPlan | None] = {
    "25 / 5": BreakPlan(25, 5),
    "50 / 10": BreakPlan(50, 10),
    "My own": None,
}


def show_setup() -> RunningSession | None:
    """Show consent, then the plan; return the session when it is started."""
    st.title("Live session")
    st.markdown(
        "Study with the camera beside you: see the expression your face shows, how it changes, and "
        "get a kind word when a break is due."
    )
    if needs_consent():
        ask_consent()
        return None
    offer_unfinished()
    with st.container(border=True):
        st.subheader("Your session")
        title = st.text_input(
            "What do you study?",
            placeholder="Chapter 3, linear algebra",
            max_chars=TITLE_LENGTH,
            key="setup_title",
        )
        goal = st.text_input(
            "What do you want to reach? (optional)",
            placeholder="Solve the five exercises",
            max_chars=GOAL_LENGTH,
            key="setup_goal",
        )
        plan = choose_plan()
        keep = st.toggle(
            "Keep the numbers in my history on this machine",
            value=True,
            key="setup_keep",
            help="Off: the session is forgotten when it ends. You can still download it.",
        )
        pulse = st.toggle(
            "Read my heart rate from the colour of my skin",
            value=False,
            key="setup_pulse",
            help=(
                "Each heartbeat changes the colour of the skin by less than one part in a hundred. "
                "In bright, even light and sitting still that can be read; video compression often "
                "hides it, and then the page says so. It enters the stress estimate. Numbers only, "
                "not medical; you can switch it off at any time."
            ),
        )
    if keep and (problem := history_problem()):
        st.warning(problem, icon=":material/save:")
    answer = check_camera()
    started = st.button(
        "Start the session",
        type="primary",
        icon=":material/play_arrow:",
        disabled=plan is None,
        key="start_session",
    )
    st.caption("It works without a camera too: timer, questions and summary remain.")
    st.caption(NOTE)
    if not started or plan is None:
        return None
    registry = session_registry()
    info = SessionInfo(
        session_id=new_session_id(),
        started_at=registry.clock(),
        title=title.strip(),
        goal=goal.strip(),
        plan=plan,
        consent_version=CONSENT_VERSION,
        keep=keep,
    )
    try:
        running = registry.start(info)
    except FerError as error:
        st.error(plain(error.message), icon=":material/error:")
        return None
    running.session.read_heart_rate(pulse)
    # After a check that went well the camera starts by itself; otherwise its own button does it.
    VideoMemory.of_tab().start = answer is not None and answer.works
    return running


def offer_unfinished() -> None:
    """Offer the sessions that were left open, where only this machine can see the page."""
    address = st.get_option("server.address")
    if not address or not get_settings().is_loopback(str(address)):
        return
    registry = session_registry()
    unfinished = [running for running in registry.running() if not running.is_finished]
    unfinished.sort(key=lambda running: running.session.info.started_at, reverse=True)
    for running in unfinished[:MOST_OFFERED]:
        info = running.session.info
        studied = clock_text(running.session.totals(registry.clock()).studied_s)
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(
                f":material/history: **{plain(info.title) or 'Study session'}** is not finished: "
                f"{studied} studied so far.",
                width="stretch",
            )
            if not st.button("Go on with it", key=f"go-on-{running.session_id}"):
                continue
            if running.reading is not None:
                st.switch_page(page_of("reading"), query_params={"reading": running.session_id})
            st.query_params["session"] = running.session_id
            st.rerun()


def choose_plan() -> BreakPlan | None:
    """Let a break plan be chosen; None while the learner's own is not complete."""
    chosen = st.segmented_control(
        "Study and rest, in minutes",
        list(PLANS),
        default=next(iter(PLANS)),
        required=True,
        key="setup_plan",
        help="Breaks at fixed times leave you less tired at the same amount of work.",
    )
    plan = PLANS.get(str(chosen))
    if plan is not None:
        return plan
    left, right = st.columns(2)
    focus = left.number_input("Study for", 5, 180, 30, 5, key="setup_focus")
    rest = right.number_input("Rest for", 1, 60, 5, 1, key="setup_rest")
    return BreakPlan(float(focus), float(rest))


def check_camera() -> CameraAnswer | None:
    with st.container(border=True):
        st.subheader("Does the camera work?")
        answer = camera_check("camera_check")
        if answer is None:
            st.caption("The browser will ask whether this page may use it. Nothing is recorded.")
        elif answer.works:
            st.success(plain(answer.words), icon=":material/check_circle:")
        else:
            st.error(plain(answer.words), icon=":material/videocam_off:")
            st.caption("You can start all the same and send single snapshots instead of video.")
    return answer
