"""What the history gives back: sessions in short and in full."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fer_core.affect.breaks import BreakPlan
from fer_core.affect.indicators import Estimate, Features
from fer_core.learner.probes import Answer
from fer_core.reading.attribution import PassageReading
from fer_core.reading.notes import PassageNote
from fer_core.reading.visibility import View
from fer_core.sessions.events import Event
from fer_core.sessions.goal import GoalOutcome
from fer_core.sessions.markers import Marker
from fer_core.sessions.session_info import SessionInfo
from fer_core.sessions.snapshot import State
from fer_core.sessions.timeline_bucket import TimelineBucket
from fer_core.storage.records import INDICATORS, row_to_passage
from fer_core.texts.document import Document

#: A session whose process lives and has not saved it for this long is taken for interrupted.
INTERRUPTED_AFTER_S = 30.0


@dataclass(frozen=True, slots=True)
class TextLabel:
    """Which text a session is about; not its words.

    Attributes:
        text_id: See `texts.document.Document.text_id`.
        title: Its title.
        words: Its length.
        is_video: It is a video, whose words are none.
    """

    text_id: str
    title: str
    words: float
    is_video: bool = False


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """One session in the list.

    Attributes:
        info: What was fixed when it started; its title as it is now.
        state: As last saved.
        saved_until: Seconds since the epoch.
        note: The learner's words about it.
        text: The text that was read; None without one.
        elapsed_s: From start to end, pauses included.
        active_s: Not paused.
        studied_s: Not paused and not away.
        away_s: Away from the camera.
        valid_s: With exactly one usable face.
        observed_s: With a camera that was on.
        breaks: Rests taken.
        frames: Pictures analysed.
        comprehension: Mean over the session with the mean interval; None without any.
        stress: The same.
        attention: The same.
        deleted_at: When it was deleted; None if it was not.
        tags: The learner's words to find it by.
        goal_outcome: Whether its goal was reached, in the learner's judgement; None: not said.
        excluded_s: What the learner left out of the statistics.
        markers: How many moments the learner marked, excluded ranges among them.
        holder: The process that runs it, see `storage.holders`; empty: none does.
        fence: The number under which that process runs it.
    """

    info: SessionInfo
    state: State
    saved_until: float
    note: str
    text: TextLabel | None
    elapsed_s: float
    active_s: float
    studied_s: float
    away_s: float
    valid_s: float
    observed_s: float
    breaks: int
    frames: int
    comprehension: Estimate | None
    stress: Estimate | None
    attention: Estimate | None
    deleted_at: float | None = None
    tags: tuple[str, ...] = ()
    goal_outcome: GoalOutcome | None = None
    excluded_s: float = 0.0
    markers: int = 0
    holder: str = ""
    fence: int = 0

    @property
    def session_id(self) -> str:
        return self.info.session_id

    def is_interrupted(self, now: float) -> bool:
        """Whether it was cut off: not finished, and nobody runs it any more."""
        silent = now - self.saved_until > INTERRUPTED_AFTER_S
        return self.state is not State.FINISHED and (silent or not self.holder)

    def may_go_on(self, now: float) -> bool:
        """Whether it was cut off while its learner was at it."""
        return self.state is State.ACTIVE and self.is_interrupted(now)


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """How a passage was read, and what was said about it.

    Attributes:
        position: In the text, from 0.
        section: The heading above it.
        lix: Its readability; None where the formula means nothing.
        reading: Time, visits, expression.
        estimate: Comprehension; None where it was not seen.
        mark: Name of its highlight (see `reading.highlights.Mark`), or None.
        why: The reason given for the mark.
    """

    position: int
    section: str
    lix: float | None
    reading: PassageReading
    estimate: Estimate | None
    mark: str | None
    why: str | None


@dataclass(frozen=True, slots=True)
class StoredSession:
    """Everything that is kept of a session; its text only where the learner asked for it."""

    summary: SessionSummary
    rows: tuple[TimelineBucket, ...]
    events: tuple[Event, ...]
    answers: tuple[tuple[Answer, Features | None], ...]
    views: tuple[View, ...]
    passages: tuple[StoredPassage, ...]
    marked: tuple[str, ...]
    document: Document | None
    notes: tuple[PassageNote, ...] = ()
    markers: tuple[Marker, ...] = ()


def row_to_summary(values: Mapping[str, Any]) -> SessionSummary:
    """Read a row of the table `sessions`."""
    text_label = None
    if values["text_id"]:
        text_label = TextLabel(
            values["text_id"],
            values["text_title"],
            values["text_words"] or 0.0,
            values["material"] == "video",
        )
    outcome = values["goal_outcome"]
    plain: dict[str, Any] = {
        name: values[name]
        for name in (
            "saved_until", "note", "elapsed_s", "active_s", "studied_s", "away_s", "valid_s",
            "observed_s", "breaks", "frames", "deleted_at", "holder", "fence",
        )
    }  # fmt: skip
    plain |= {name: _mean_estimate(values, name) for name in INDICATORS}
    return SessionSummary(
        info=SessionInfo(
            session_id=values["session_id"],
            started_at=values["started_at"],
            title=values["title"],
            goal=values["goal"],
            plan=BreakPlan(values["focus_min"], values["break_min"]),
            consent_version=values["consent_version"],
            keep=values["kept"],
            time_zone=values["time_zone"],
        ),
        state=State(values["state"]),
        text=text_label,
        tags=tuple(str(tag) for tag in values["tags"] or ()),
        goal_outcome=None if outcome is None else GoalOutcome(outcome),
        excluded_s=values["excluded_s"] or 0.0,
        markers=values["markers"] or 0,
        **plain,
    )


def _mean_estimate(values: Mapping[str, Any], name: str) -> Estimate | None:
    if values[name] is None:
        return None
    return Estimate(values[name], values[f"{name}_low"], values[f"{name}_high"])


def row_to_stored_passage(values: Mapping[str, Any]) -> StoredPassage:
    """Read a row of the table `passages`."""
    return StoredPassage(
        position=values["position"],
        section=values["section"],
        lix=values["lix"],
        reading=row_to_passage(values),
        estimate=_mean_estimate(values, "comprehension"),
        mark=values["mark"],
        why=values["why"],
    )
