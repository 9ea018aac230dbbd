"""What was found in a video: each face over time, the frame beside it, and files to take away."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.parts.downloads import offer_file
from app.parts.engine import engine_or_stop
from app.parts.room import chart_room, kept_room, table_room
from app.parts.timeline import draw_whole
from app.parts.words import plain
from fer_core.charts.timeline import clock_text
from fer_core.charts.video import SELECTION, face_chart
from fer_core.emotions import EMOTIONS
from fer_core.errors import FerError
from fer_core.sessions.report import NOTE
from fer_core.video import exports
from fer_core.video.analysis import VideoAnalysis
from fer_core.video.annotate import draw_frame
from fer_core.video.decoding import VideoLimits, frame_at
from fer_core.video.jobs import VideoJob

#: Length of the frame beside the chart, in pixels.
SHOWN_SIDE = 720


def show_results(job: VideoJob, limits: VideoLimits) -> None:
    """Show a video that was analysed, from top to bottom."""
    found = job.result()
    count = {0: "No face", 1: "One face"}.get(found.faces, f"{found.faces} faces")
    st.header(plain(found.name))
    st.markdown(
        f"{count} in {clock_text(found.duration_s + 0.5)}; {len(found.frames)} frames were looked "
        "at. Numbers follow a face by place and motion: who leaves and comes back has a new one."
    )
    if found.note:
        st.warning(found.note, icon=":material/warning:")
    if found.faces:
        show_faces(found)
    show_moment(job, found, limits)
    if found.session is not None:
        show_person(found)
    offer_downloads(job, found)
    st.caption(NOTE)


def show_faces(found: VideoAnalysis) -> None:
    lines = [
        {
            "Face": number,
            "Seen": clock_text(seconds + 0.5),
            **{
                f"{emotion.emoji} {emotion.label}": f"{share:.0%}"
                for emotion, share in zip(EMOTIONS, shares, strict=True)
            },
        }
        for number, (seconds, shares) in exports.mean_shares(found).items()
    ]
    with kept_room("faces", table_room(len(lines))):
        st.dataframe(
            pd.DataFrame(lines),
            hide_index=True,
            alt="Each face: how long it was seen, and its expressions on average",
        )


def show_moment(job: VideoJob, found: VideoAnalysis, limits: VideoLimits) -> None:
    """Show a moment of the video, chosen on a slider or in the chart, with its faces."""
    last = max(found.duration_s, 0.1)
    numbers = found.frames.numbers()
    number = numbers[0] if numbers else 0
    if len(numbers) > 1:
        number = st.selectbox(
            "Face", numbers, format_func=lambda one: f"Face {one}", key="video_face"
        )
    at = st.slider(
        "Moment (seconds)", 0.0, last, step=1.0 / found.rate, format="%.1f", key="video_at"
    )
    chart, frame = st.columns([3, 2])
    with chart:
        if numbers:
            drawn = face_chart(found, number, at)
            with kept_room("video-room", chart_room(drawn.height, titled=True, legend_lines=2)):
                st.altair_chart(
                    drawn,
                    key="video_chart",
                    on_select=_take_moment,
                    selection_mode=SELECTION,
                    width="stretch",
                    alt=f"Expressions of face {number} over time; a click shows that moment",
                )
        else:
            st.markdown("There is nothing to draw: no face was found.")
    with frame:
        try:
            shown = frame_at(job.source, limits, at, SHOWN_SIDE)
        except FerError as error:
            st.warning(plain(error.message), icon=":material/broken_image:")
            return
        marked = draw_frame(shown.rgb, found, shown.at, blur=job.options.blur)
        moment = f"At {clock_text(at)}"
        alt = f"{moment}: the frame, its faces marked"
        st.image(marked, caption=moment, width="stretch", alt=alt)


def _take_moment() -> None:
    picked = st.session_state["video_chart"]["selection"].get(SELECTION) or []
    if picked:
        st.session_state["video_at"] = float(picked[0]["time"])


def show_person(found: VideoAnalysis) -> None:
    """Draw one person's timeline as a live session has it."""
    session = found.session
    if session is None:
        return
    st.header("Timeline")
    st.caption(
        'As in a session of your own: it says "Brow lowered" where the table says Angry, for a '
        "lowered brow is concentration more often than anger."
    )
    draw_whole(session, "video")


def offer_downloads(job: VideoJob, found: VideoAnalysis) -> None:
    st.header("Take it with you")
    stem = found.name.rsplit(".", 1)[0]
    model = engine_or_stop().info
    with st.container(horizontal=True):
        offer_file(
            "Seconds (CSV)",
            lambda: exports.to_csv(found, "second").encode(),
            f"{stem}-seconds.csv",
            "text/csv",
            icon="table",
            key="video-seconds",
        )
        offer_file(
            "Frames (CSV)",
            lambda: exports.to_csv(found, "frame").encode(),
            f"{stem}-frames.csv",
            "text/csv",
            icon="table",
            key="video-frames",
        )
        offer_file(
            "Everything (JSON)",
            lambda: exports.to_json(found, "frame", model).encode(),
            f"{stem}.json",
            "application/json",
            icon="data_object",
            key="video-json",
        )
        if job.annotated is not None:
            offer_file(
                "Video with faces (MP4)",
                job.annotated,
                f"{stem}-faces.mp4",
                "video/mp4",
                icon="movie",
                key="video-annotated",
            )
