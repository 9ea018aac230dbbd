"""A lecture beside the camera: the learner's own file, played in the browser and never uploaded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from app.parts.clock import now
from app.parts.component_state import keep_state, key_of_component
from app.parts.memory import PageMemory
from app.parts.reports import ReaderAction, ReportQueue
from app.parts.sessions import session_registry
from fer_core.errors import ReadingFull, SessionFinished, SessionNotFound
from fer_core.live.per_session import PerSession
from fer_core.live.running_session import RunningSession
from fer_core.reading.playback import Played, lost_moments
from fer_core.sessions.snapshot import State
from fer_core.texts.document import Document
from fer_core.texts.video import TITLE_LENGTH, position_text

_FRONTEND = Path(__file__).parent / "frontend"
_component = st.components.v2.component(
    "player",
    html=(_FRONTEND / "player.html").read_text(encoding="utf-8"),
    css=(_FRONTEND / "player.css").read_text(encoding="utf-8"),
    js=(_FRONTEND / "player.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True, slots=True)
class ChosenVideo:
    """What the browser tells of a file before a session: its name without ending, its length."""

    title: str
    duration_s: float


@dataclass(slots=True)
class ChosenMemory(PageMemory):
    """Of one tab: the video that was chosen last; None: none."""

    video: ChosenVideo | None = None


def choose_video() -> ChosenVideo | None:
    """Let a video be chosen on the learner's computer; return what is known of it."""
    result = _show("player-choose", "choose", None)
    memory = ChosenMemory.of_tab()
    memory.video = read_chosen(result.file) or memory.video
    return memory.video


def read_chosen(told: Any) -> ChosenVideo | None:
    """Read what the browser told of a file; it may have any form."""
    try:
        name, duration_s = str(told["name"]), float(told["duration"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    if not (math.isfinite(duration_s) and duration_s > 0):
        return None
    return ChosenVideo(Path(name).stem[:TITLE_LENGTH] or "Video", duration_s)


@st.cache_resource(show_spinner=False)
def _queues() -> PerSession[ReportQueue]:
    return PerSession(lambda _: ReportQueue())


def watch_video(running: RunningSession) -> None:
    """Show the session's video and take what is reported of it."""
    st.fragment(_watch)(running)


def _watch(running: RunningSession) -> None:
    if running.reading is None:
        return
    queue = _queues().of(running)
    session = running.session
    result = _show(
        key_of_component("player", running.session_id),
        "watch",
        running.reading.document,
        paused=session.state is not State.ACTIVE,
        queue=queue,
    )
    if result.report is not None:
        take(running, queue.take(result.report, now()))


def take(running: RunningSession, news: list[Any]) -> None:
    """Take what the browser reported of a video."""
    if running.reading is None or running.session.state is not State.ACTIVE:
        return
    known = {passage.passage_id for passage in running.reading.document.passages}
    for item in news:
        if isinstance(item, Played):
            # Full: the session goes on, what was noted is kept. Finished: by another tab.
            with suppress(ReadingFull, SessionFinished, SessionNotFound):
                running.play([item])
        elif isinstance(item, ReaderAction) and item.kind == "lost" and item.passage_id in known:
            with suppress(ReadingFull, SessionFinished, SessionNotFound):
                session_registry().annotations.lose(running, item.passage_id, item.at)


def look_at_video(running: RunningSession) -> None:
    """Show where its viewer was lost; a click goes there once the file is chosen again."""
    if running.reading is not None:
        document = running.reading.document
        key = key_of_component("player-look", running.session_id)
        _show(key, "look", document, moments=_moments(running))


def _moments(running: RunningSession) -> list[dict[str, Any]]:
    assert running.reading is not None  # noqa: S101  (held by the caller)
    sections = {one.passage_id: one.section for one in running.reading.document.passages}
    found = []
    for lost in lost_moments(running.session.answers, running.session.views):
        if lost.video_s is not None:
            section = sections.get(lost.passage_id, "")
            label = f"{position_text(lost.video_s)}{f' · {section}' if section else ''}"
            found.append({"at": lost.video_s, "label": label})
    return found


def _show(
    key: str,
    mode: Literal["choose", "watch", "look"],
    document: Document | None,
    *,
    paused: bool = False,
    moments: Sequence[dict[str, Any]] = (),
    queue: ReportQueue | None = None,
) -> Any:
    spans = []
    for passage in document.passages if document else ():
        start, end = passage.span or (0.0, 0.0)
        label = passage.section or passage.text
        spans.append({"id": passage.passage_id, "from": start, "to": end, "label": label})
    return _component(
        key=key,
        data={
            "mode": mode,
            "title": document.title if document else "",
            "duration": spans[-1]["to"] if spans else 0.0,
            "spans": spans,
            "moments": list(moments),
            "paused": paused,
            "acked": queue.acked if queue else {"stream": "", "number": 0},
        },
        on_report_change=keep_state,
        on_file_change=keep_state,
    )
