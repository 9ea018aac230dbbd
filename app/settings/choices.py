"""The choices of the Settings page, each saved as soon as it is made."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app.parts.buttons import pressed
from app.parts.consent import consent_date
from app.parts.navigation import page_of
from app.parts.preferences import choose, preference_file, preferences
from app.parts.retention import erase_older, older_than
from app.parts.sessions import session_registry
from app.parts.words import plain
from fer_core.config import get_settings
from fer_core.errors import StorageError, WeightsError
from fer_core.learner.preferences import RETENTIONS, Preferences
from fer_core.vision.model_info import description_of, read_model_info

_KEPT_FOR = {
    None: "Until I delete them",
    365: "1 year",
    180: "6 months",
    90: "3 months",
    30: "30 days",
}


def switch(name: str, label: str, help_text: str) -> None:
    """Show a choice that is on or off.

    Args:
        name: The field of `Preferences`.
        label: What it is.
        help_text: What it does.
    """
    key = f"settings_{name}"
    st.toggle(
        label,
        value=bool(getattr(preferences(), name)),
        key=key,
        on_change=lambda: choose(**{name: st.session_state[key]}),
        help=help_text,
    )


def show_calls() -> None:
    st.header("Breaks and questions")
    switch("sound", "One soft sound", "When a break, the end of a break or a question comes.")
    switch(
        "notifications",
        "A notification from the browser",
        "For when you look elsewhere. Your browser asks you the first time: press "
        "“Notify me” beside the timer.",
    )
    st.caption("The tab's title always shows the time left.")


def has_marks() -> bool:
    """Tell whether the model gives the points of a face, without loading it."""
    try:
        return (
            read_model_info(description_of(get_settings().weights)).networks.landmarks is not None
        )
    except WeightsError:
        return False


def show_start(chosen: Preferences) -> None:
    st.header("A new session")
    switch("camera", "Starts with the camera", "Off: timer, questions and result still work.")
    if has_marks():
        switch(
            "on_paper",
            "I study on paper",
            "A head bent to the desk counts as at work, as one turned to the screen does.",
        )
    st.number_input(
        "Daily goal (minutes, 0 = none)",
        0,
        1440,
        chosen.daily_goal_min,
        5,
        key="settings_goal",
        on_change=lambda: choose(daily_goal_min=int(st.session_state["settings_goal"])),
    )


def show_kept(chosen: Preferences) -> None:
    st.header("What is kept")
    st.markdown(
        "Numbers, your answers and your own words: never a picture, and the words of a text only "
        f"if you ask for that. They are in `{get_settings().data_dir}`."
    )
    switch("keep", "Save new sessions to my history", "Off: a session is forgotten when it ends.")
    days = st.selectbox(
        "Keep sessions for",
        RETENTIONS,
        index=RETENTIONS.index(chosen.keep_days) if chosen.keep_days in RETENTIONS else 0,
        format_func=_KEPT_FOR.__getitem__,
        key="settings_keep_days",
    )
    if days != chosen.keep_days:
        confirm_keeping(days)
    st.page_link(
        page_of("history"),
        label="Export, import or delete all your data",
        icon=":material/history:",
    )


def confirm_keeping(days: int | None) -> None:
    """Say what a shorter time would delete, and ask; a longer one is taken at once."""
    try:
        old = older_than(session_registry(), days)
    except StorageError as error:
        st.error(plain(error.message), icon=":material/error:")
        return
    if not old:
        choose(keep_days=days)
        st.rerun()
    count = "1 session" if len(old) == 1 else f"{len(old)} sessions"
    st.warning(
        f"{count} older than {days} days will be deleted for good.", icon=":material/delete:"
    )
    if pressed(f"Delete {count}", type="primary", key="settings_delete_old"):
        try:
            erase_older(session_registry(), days)
        except StorageError as error:
            st.error(plain(error.message), icon=":material/error:")
            return
        choose(keep_days=days)
        st.rerun()


def show_consent() -> None:
    st.header("The camera and you")
    day = consent_date()
    if not day:
        st.markdown("You have not agreed to the use of the camera yet. The app asks first.")
        return
    st.markdown(f"You agreed to the use of the camera on {day}.")
    if pressed("Take it back", key="settings_withdraw"):
        choose(consent_version="", consent_at=None)
        st.rerun()


def show_look() -> None:
    st.header("Look")
    st.markdown(
        "Light or dark: the app follows your computer. Change it under “Appearance” in the "
        "settings of your system or your browser."
    )
    switch("show_figures", "Show frame rates and delays", "Beside the camera, if you want to know.")


def show_defaults() -> None:
    st.header("Start over")
    st.caption("All choices of this page but your word on the camera. Sessions stay.")
    if pressed("Back to the defaults", key="settings_reset"):
        kept: dict[str, Any] = preferences().model_dump(include={"consent_version", "consent_at"})
        preference_file().forget()
        choose(**kept)
        for key in [str(key) for key in st.session_state if str(key).startswith("settings_")]:
            del st.session_state[key]
        st.rerun()
