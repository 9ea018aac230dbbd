"""What the learner marked in a session: listed, taken away, added singly or as a CSV of times."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

import streamlit as st

from app.parts.buttons import pressed, submitted
from app.parts.limits import saved_within
from app.parts.words import plain
from fer_core.charts.timeline import MARKER_SIGN, clock_text
from fer_core.errors import FerError, MarkerNotFound
from fer_core.sessions.marker_times import read_marker_times
from fer_core.sessions.markers import LONGEST_WORDS, Marker, MarkerKind, SessionMarkers

#: In a tab's memory: how often markers were changed on the page.
ADDED = "markers_changed"
#: Lets the markers of the shown session be changed; see `Annotations.change_markers`.
Change = Callable[[Callable[[SessionMarkers, float], object]], object]


def edit_markers(markers: Sequence[Marker], started_at: float, change: Change) -> None:
    """Show the markers of a session, and ways to add and take away.

    Args:
        markers: As they are, in the order of time.
        started_at: Start of the session, seconds since the epoch.
        change: Changes them.
    """
    held = f" ({len(markers)})" if markers else ""
    with st.expander(f"Markers and ranges that do not count{held}", icon=":material/push_pin:"):
        for marker in markers:
            _show(marker, started_at, change)
        _add_one(started_at, change)
        _add_file(started_at, change)


def describe(marker: Marker, started_at: float) -> str:
    """Return a marker in a line of Markdown: its time or its range, and its words."""
    at = clock_text(marker.at - started_at)
    if marker.kind is MarkerKind.MARKER:
        return f"{MARKER_SIGN} {at} {plain(marker.words)}"
    until = "now" if marker.until is None else clock_text(marker.until - started_at)
    return f":material/hide_source: {at} to {until}, left out: {plain(marker.words)}"


def _show(marker: Marker, started_at: float, change: Change) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(describe(marker, started_at))
        if pressed(
            "Delete", icon=":material/delete:", key=f"marker-{marker.marker_id}", type="tertiary"
        ):
            _do(change, lambda held, _: held.remove(marker.marker_id))


def _add_one(started_at: float, change: Change) -> None:
    # The fields are empty after a marker was added, and keep what could not be.
    key = f"marker-{st.session_state.setdefault(ADDED, 0)}"
    with st.form("marker-new", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            at = st.text_input("At, or from", placeholder="12:30", key=f"{key}-at")
            until = st.text_input("Until", placeholder="leave out until …", key=f"{key}-until")
            words = st.text_input("Words", key=f"{key}-words")
        st.caption(
            "Times into the session, as m:ss or h:mm:ss. With “until” the range leaves every "
            "figure of the session: a phone call, a visitor. Delete it, and it counts again."
        )
        if not submitted("Add", key="marker-add", icon=":material/add:"):
            return
        if not at.strip():
            st.error("Type a time first, such as 12:30.", icon=":material/error:")
        else:
            line = io.StringIO()
            csv.writer(line).writerow([at, until, saved_within(words, LONGEST_WORDS)])
            _take(line.getvalue().encode(), started_at, change)


def _add_file(started_at: float, change: Change) -> None:
    file = st.file_uploader(
        "A CSV of times",
        type=["csv", "txt", "tsv"],
        key="marker-file",
        help="Lines of time and words, or of time, until and words. The first line may name them.",
    )
    if file is not None and pressed("Add these", icon=":material/upload:", key="marker-import"):
        _take(file.getvalue(), started_at, change)


def _take(data: bytes, started_at: float, change: Change) -> None:
    _do(change, lambda held, latest: held.add(read_marker_times(data, started_at), latest))


def _do(change: Change, how: Callable[[SessionMarkers, float], object]) -> None:
    try:
        change(how)
    except MarkerNotFound:  # taken away in another tab, a moment ago
        st.rerun()
    except FerError as error:
        st.error(plain(error.message), icon=":material/error:")
    else:
        st.session_state[ADDED] = st.session_state.get(ADDED, 0) + 1
        st.rerun()
