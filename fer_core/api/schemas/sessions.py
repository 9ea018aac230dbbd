"""A session over HTTP: how it is asked for, and what it is."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from fer_core.api.schemas.analyses import Frozen
from fer_core.api.schemas.moments import Moment, MomentIn
from fer_core.api.schemas.snapshots import SnapshotOut
from fer_core.sessions.session_info import Retention
from fer_core.texts.video import LONGEST_S, MOST_CHAPTERS, TITLE_LENGTH

MAX_TEXT = 1_500_000  # characters; with its JSON it stays below the limit for a body
MAX_PASSAGES = 5_000

Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]
TimeZone = Annotated[
    str | None,
    Field(
        max_length=64,
        description="Such as Europe/Berlin; that of the learner's latest session if absent",
    ),
]


def _refuse_words(value: Any) -> Any:
    if isinstance(value, bool | str):
        raise ValueError("must be a number")
    return value


#: In a JSON body only a number is one: `true` would count as 1, which is an answer to a probe.
Number = Annotated[float, BeforeValidator(_refuse_words)]
WholeNumber = Annotated[int, BeforeValidator(_refuse_words)]

SESSION_REQUEST_EXAMPLE: dict[str, Any] = {
    "consent": {"version": "2026-11", "accepted_at": "2026-11-20T09:00:00Z"},
    "retention": "none",
    "title": "Chapter 3",
    "plan": {"focus_min": 25, "break_min": 5},
    "time_zone": "Europe/Berlin",
    "text": {
        "title": "Photosynthesis",
        "passages": [
            {"passage_id": "intro", "text": "Plants turn light into sugar."},
            {"passage_id": "cells", "text": "It happens in the chloroplasts of their cells."},
        ],
    },
}


class Consent(Frozen):
    """What the learner agreed to, and when."""

    version: Name = Field(description="Version of the words that were shown")
    accepted_at: MomentIn = Field(
        description="Kept with the session's start; not in the future, give or take five minutes"
    )


class Plan(Frozen):
    """Minutes of study and of rest in turn."""

    focus_min: Number = Field(default=25, ge=1, le=180)
    break_min: Number = Field(default=5, ge=1, le=60)


class PassageIn(Frozen):
    """A piece of text under a name of the client's own."""

    passage_id: Name
    text: str = Field(min_length=1, max_length=100_000, pattern=r"\S")
    section: str = Field(default="", max_length=500, description="The heading above it")


class QuestionIn(Frozen):
    """A multiple-choice question about a passage, to be asked as a probe."""

    passage_id: Name
    prompt: str = Field(min_length=1, max_length=1000)
    choices: list[Annotated[str, StringConstraints(min_length=1, max_length=500)]] = Field(
        min_length=2, max_length=10
    )
    correct: WholeNumber = Field(ge=0, le=9, description="Position of the right choice, from 0")

    @model_validator(mode="after")
    def _has_the_right_choice(self) -> Self:
        if self.correct >= len(self.choices):
            raise ValueError("correct must be the position of one of the choices")
        return self


class TextIn(Frozen):
    """The text that is read: either whole, to be cut into passages here, or as passages."""

    title: str = Field(default="", max_length=200)
    content: str | None = Field(default=None, max_length=MAX_TEXT, pattern=r"\S")
    format: Literal["markdown", "html"] = Field(
        default="markdown", description="Of `content`; plain text is read as Markdown"
    )
    passages: list[PassageIn] | None = Field(default=None, min_length=1, max_length=MAX_PASSAGES)
    questions: list[QuestionIn] = Field(default=[], max_length=500)

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.content is None) == (self.passages is None):
            raise ValueError("send either content or passages")
        if self.passages is not None:
            names = {passage.passage_id for passage in self.passages}
            if len(names) != len(self.passages):
                raise ValueError("passage_id must be unique within the text")
            if any(question.passage_id not in names for question in self.questions):
                raise ValueError("each question must be about one of the passages")
        elif self.questions:
            raise ValueError("questions need passages with names; content carries its own")
        return self


class ChapterIn(Frozen):
    """Where a chapter of a video begins."""

    start_s: Number = Field(ge=0, le=LONGEST_S, description="In seconds of the video")
    title: str = Field(default="", max_length=TITLE_LENGTH)


class VideoIn(Frozen):
    """The video that is watched. Your player plays it; it is not sent."""

    title: str = Field(default="", max_length=TITLE_LENGTH)
    duration_s: Number = Field(gt=0, le=LONGEST_S)
    chapters: list[ChapterIn] = Field(
        default=[], max_length=MOST_CHAPTERS, description="In any order; without any, its minutes"
    )


class SessionRequest(Frozen):
    """Start a session. Without `consent` the answer is 403, code consent_missing."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [SESSION_REQUEST_EXAMPLE]}
    )

    consent: Consent | None = Field(default=None, description="Needed before the camera")
    retention: Retention = Field(
        default="none",
        description="keep: stays in the history; none: until finish; memory: never stored",
    )
    title: str = Field(default="", max_length=200)
    goal: str = Field(default="", max_length=1000)
    plan: Plan = Field(default=Plan())
    text: TextIn | None = None
    video: VideoIn | None = Field(default=None, description="In place of a text")
    time_zone: Annotated[
        str | None,
        Field(
            max_length=64,
            description="Such as Europe/Berlin: it says to which day the session belongs",
        ),
    ] = None
    on_paper: bool = Field(
        default=False,
        description="The learner studies on paper: a head bent to the desk counts as at work",
    )

    @model_validator(mode="after")
    def _has_one_material(self) -> Self:
        if self.text is not None and self.video is not None:
            raise ValueError("a session has a text or a video, not both")
        return self


class PassageOut(Frozen):
    """A passage of the open text."""

    passage_id: str
    section: str
    words: float = Field(ge=0)
    text: str


class TextOut(Frozen):
    """The open text. Its words are stored while the session runs, and erased after its end."""

    text_id: str = Field(description="Made from the words: the same text has the same id")
    title: str
    passages: list[PassageOut]


class VideoPartOut(Frozen):
    """A part of the video: a chapter, or a minute."""

    passage_id: str = Field(description="By this name the feedback speaks of it")
    start_s: float = Field(ge=0)
    end_s: float = Field(gt=0)
    title: str


class VideoOut(Frozen):
    """The video that is watched. Kept with the session, for it holds the learner's titles only."""

    title: str
    parts: list[VideoPartOut]


class TotalsOut(Frozen):
    """Times of the session so far, in seconds."""

    elapsed_s: float = Field(ge=0, description="Since the start, pauses included")
    active_s: float = Field(ge=0, description="Not paused")
    studied_s: float = Field(ge=0, description="Not paused, not away, not excluded")
    excluded_s: float = Field(ge=0, description="Active time in ranges that the learner left out")
    away_s: float = Field(ge=0)
    valid_s: float = Field(ge=0, description="With exactly one usable face")
    breaks: int = Field(ge=0)
    frames: int = Field(ge=0)


class SessionSummary(Frozen):
    """A session in a list."""

    session_id: str
    state: Literal["active", "paused", "finished"]
    retention: Retention
    started_at: Moment
    title: str
    goal: str
    live: bool = Field(description="It runs in this server")
    totals: TotalsOut


class HistoryOut(Frozen):
    """Whether a session is being stored, so that a restart loses nothing."""

    saving: bool = Field(description="Everything up to a few seconds ago is safe")
    message: str = Field(description="What is wrong and what happens now; empty while saving")


class SessionOut(SessionSummary):
    """A session."""

    plan: Plan
    consent_version: str
    time_zone: str | None = Field(description="The learner's; null where none was told")
    text: TextOut | None = Field(
        description="null without a text, and an hour after the session's end"
    )
    video: VideoOut | None = Field(description="null without a video")
    snapshot: SnapshotOut
    history: HistoryOut


class SessionPage(Frozen):
    """A page of sessions, newest first."""

    sessions: list[SessionSummary]
    next_cursor: str | None = Field(description="For the next page; null on the last")


class SessionsQuery(Frozen):
    """Which page of the list."""

    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=200, description="From next_cursor")


class SessionPath(Frozen):
    """Which session."""

    session_id: str = Field(min_length=1, max_length=64)


class CreationHeaders(Frozen):
    """Headers of a creation."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    idempotency_key: str | None = Field(
        default=None,
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        description="A client that repeats a creation with the same key gets the same session",
    )
