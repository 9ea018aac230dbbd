"""Reading: a text read with the camera beside it, and afterwards the text with its marks."""

from __future__ import annotations

import streamlit as st

from app_state import engine_or_stop, through_home
from fer_core.errors import FerError, SessionNotFound
from fer_core.study.snapshot import State
from fer_core.vision.engine import InferenceEngine
from live.resources import live_sessions
from live.sessions import LiveStudy
from reading.reading_view import show_reading
from reading.result_view import show_result
from reading.rooms import ReadingRoom, ReadingRooms, reading_rooms
from reading.setup_view import show_reopening, show_setup


def show_page() -> None:
    through_home()
    engine = engine_or_stop()
    rooms = reading_rooms(live_sessions().store)
    study = current_study(engine)
    if study is None:
        room = show_setup(engine, rooms)
    else:
        known = rooms.get(study.session_id)
        if known is not None:
            show_room(study, known, rooms)
            return
        room = show_reopening(study, rooms, text_id_of(study))
    if room is not None:
        st.query_params["reading"] = room.session_id
        st.rerun()


def show_room(study: LiveStudy, room: ReadingRoom, rooms: ReadingRooms) -> None:
    if study.session.state is State.FINISHED:
        show_result(room, rooms)
    else:
        show_reading(study, room, rooms)


def current_study(engine: InferenceEngine) -> LiveStudy | None:
    """Return the session that the page's address names, so that a reload finds it again."""
    session_id = st.query_params.get("reading")
    if not session_id:
        return None
    try:
        return live_sessions().get(engine, session_id)
    except SessionNotFound:
        del st.query_params["reading"]
        st.info(
            "That session is no longer here. Sessions that were kept are in your history.",
            icon=":material/info:",
        )
    except FerError as error:
        st.error(error.message, icon=":material/error:")
        st.stop()
    return None


def text_id_of(study: LiveStudy) -> str:
    """Return which text a session was about; "" if it is not known."""
    store = live_sessions().store
    if store is None:
        return ""
    try:
        text = store.load(study.session_id).summary.text
    except FerError:
        return ""
    return text.text_id if text else ""


show_page()
