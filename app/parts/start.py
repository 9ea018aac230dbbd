"""How a session starts, from Home and from Live: subject, plan, with a camera or without."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app.parts.buttons import pressed
from app.parts.consent import CONSENT_VERSION, consent_at, needs_consent
from app.parts.due import browser_zone_name
from app.parts.limits import within
from app.parts.memory import PageMemory
from app.parts.navigation import page_of
from app.parts.preferences import choose, preferences
from app.parts.sessions import session_registry, unfinished_sessions
from app.parts.video import VideoMemory
from app.parts.words import plain
from fer_core.affect.breaks import BreakPlan
from fer_core.errors import FerError
from fer_core.live.running_session import RunningSession
from fer_core.sessions.session_info import SessionInfo, new_session_id
from fer_core.texts.document import Document

TITLE_LENGTH, GOAL_LENGTH = 80, 200
CUSTOM = "Custom"
PLANS: dict[str, BreakPlan] = {"25 / 5": BreakPlan(25, 5), "50 / 10": BreakPlan(50, 10)}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the learner wants to study, and how."""

    title: str
    goal: str
    plan: BreakPlan
    camera: bool
    keep: bool
    heart_rate: bool = False
    video: Document | None = None


@dataclass(slots=True)
class StartMemory(PageMemory):
    """Of one tab.

    Attributes:
        wish: A session that starts as soon as the learner has agreed; None: none waits.
    """

    wish: Wish | None = None


def ask_subject() -> str:
    """Ask what is studied."""
    subject = st.text_input(
        "What are you studying?", placeholder="Chapter 3, linear algebra", key="setup_title"
    )
    return within(subject, TITLE_LENGTH)


def go_on_with(subject: str) -> None:
    """Let the next session begin with this subject in its field."""
    st.session_state["setup_title"] = subject


def choose_plan() -> BreakPlan:
    """Let a plan be chosen; the one that was used last stands there."""
    chosen = preferences()
    last = next(
        (
            name
            for name, plan in PLANS.items()
            if (plan.focus_min, plan.break_min) == (chosen.focus_min, chosen.break_min)
        ),
        CUSTOM,
    )
    picked = st.segmented_control(
        "Study / break (min)",
        [*PLANS, CUSTOM],
        default=last,
        required=True,
        key="setup_plan",
        help="Breaks at fixed times leave you less tired after the same amount of work.",
    )
    if str(picked) in PLANS:
        return PLANS[str(picked)]
    left, right = st.columns(2)
    focus = left.number_input(
        "Study for (min)", 1, 180, int(chosen.focus_min), 5, key="setup_focus"
    )
    rest = right.number_input("Break (min)", 1, 60, int(chosen.break_min), 1, key="setup_rest")
    return BreakPlan(float(focus), float(rest))


def choose_camera() -> bool:
    """Let the camera be chosen or left out."""
    return st.toggle(
        "With the camera",
        value=preferences().camera,
        key="setup_camera",
        help="It shows your expression over time. Without it the timer, the questions and the "
        "result still work. You can switch it on and off at any time.",
    )


def start_or_wait(wish: Wish) -> RunningSession | None:
    """Start a session, or let it wait until the learner has agreed to the camera."""
    if wish.camera and needs_consent():
        StartMemory.of_tab().wish = wish
        return None
    return start_session(wish)


def start_session(wish: Wish) -> RunningSession | None:
    """Start a session; say why it cannot be, and return None then."""
    StartMemory.of_tab().wish = None
    registry = session_registry()
    info = SessionInfo(
        session_id=new_session_id(),
        started_at=registry.clock(),
        title=wish.title.strip() or (wish.video.title if wish.video else ""),
        goal=wish.goal.strip(),
        plan=wish.plan,
        consent_version=CONSENT_VERSION if wish.camera else "",
        consent_at=consent_at() if wish.camera else None,
        keep=wish.keep,
        time_zone=browser_zone_name(),
    )
    try:
        running = registry.start(info, wish.video)
    except FerError as error:
        st.error(plain(error.message), icon=":material/error:")
        return None
    choose(focus_min=wish.plan.focus_min, break_min=wish.plan.break_min)
    running.session.read_heart_rate(wish.heart_rate and wish.camera)
    running.session.study_on_paper(preferences().on_paper, info.started_at)
    VideoMemory.of_tab().want(wish.camera)
    return running


def offer_unfinished() -> None:
    """Offer the session that was left open last; others are folded away."""
    unfinished = unfinished_sessions()
    for running, studied in unfinished[:1]:
        show_unfinished(running, studied, is_newest=True)
    if others := unfinished[1:]:
        with st.expander(f"{len(others)} more not finished", icon=":material/history:"):
            for running, studied in others:
                show_unfinished(running, studied, is_newest=False)


def show_unfinished(running: RunningSession, studied: str, *, is_newest: bool) -> None:
    """Show a session that was left open, in a line with its button."""
    title = plain(running.session.info.title) or "Study session"
    with st.container(border=is_newest, horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/history: **{title}** is not finished. {studied} studied so far.")
        if pressed("Continue", icon=":material/play_arrow:", key=f"go-on-{running.session_id}"):
            continue_session(running)


def continue_session(running: RunningSession) -> None:
    """Go to a session that was left open, on the page that it belongs to."""
    if running.reading is not None and not running.reading.document.is_video:
        st.switch_page(page_of("reading"), query_params={"reading": running.session_id})
    st.switch_page(page_of("live"), query_params={"session": running.session_id})
