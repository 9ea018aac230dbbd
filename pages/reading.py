"""Reading: a text read with the camera beside it, and afterwards the text with its marks."""

from __future__ import annotations

import streamlit as st

from app.live.resources import live_sessions, study_of_address
from app.live.sessions import LiveStudy
from app.parts.engine import engine_or_stop
from app.parts.scroll import begin_at_the_top, note_next_step
from app.reading.reading import show_reading
from app.reading.result import show_result
from app.reading.rooms import ReadingRoom, ReadingRooms, reading_rooms
from app.reading.setup import show_reopening, show_setup
from fer_core.errors import FerError
from fer_core.sessions.snapshot import State
from fer_core.storage.history import StoredSession


def show_page() -> None:
    engine = engine_or_stop()
    rooms = reading_rooms(live_sessions().store)
    study = study_of_address("reading")
    if study is None:
        room = show_setup(engine, rooms)
    else:
        known = rooms.get(study.session_id)
        if known is not None:
            show_room(study, known, rooms)
            return
        room = show_reopening(study, rooms, kept_of(study))
    if room is not None:
        st.query_params["reading"] = room.session_id
        note_next_step()
        st.rerun()


def show_room(study: LiveStudy, room: ReadingRoom, rooms: ReadingRooms) -> None:
    if study.session.state is State.FINISHED:
        show_result(room, rooms)
    else:
        show_reading(study, room, rooms)


def kept_of(study: LiveStudy) -> StoredSession | None:
    """Return what the history has of a session; None if it has nothing or cannot be read."""
    store = live_sessions().store
    if store is None:
        return None
    try:
        return store.load(study.session_id)
    except FerError:
        return None


show_page()
begin_at_the_top()
