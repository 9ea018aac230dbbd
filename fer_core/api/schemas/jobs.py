"""Jobs: videos that are analysed while the client does something else."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fer_core.api.schemas.analyses import Frozen
from fer_core.api.schemas.moments import Moment
from fer_core.api.schemas.problems import Problem
from fer_core.api.schemas.sessions import Name
from fer_core.video.analysis import DEFAULT_RATE, HIGHEST_RATE, LOWEST_RATE


class JobQuery(Frozen):
    """What is wanted of the video."""

    rate: float = Field(
        default=DEFAULT_RATE,
        ge=LOWEST_RATE,
        le=HIGHEST_RATE,
        description="Frames analysed a second",
    )
    people: Literal["all", "one"] = Field(
        default="all", description="all: every face; one: one person's timeline besides"
    )
    annotate: bool = Field(
        default=False, description="Make a video with the faces drawn in: H.264 in MP4, no sound"
    )
    blur: bool = Field(default=False, description="Make the faces in it unrecognisable")
    name: str = Field(default="video", max_length=200, description="For the results")


class JobPath(Frozen):
    """Which job."""

    job_id: Name


class JobOut(Frozen):
    """A video that waits, is being analysed, or was."""

    job_id: str
    name: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    place: int = Field(ge=0, description="How many are before it, itself counted; 0 if none")
    stage: Literal["analysing", "drawing"] | None = Field(description="null before it runs")
    share: float | None = Field(
        ge=0, le=1, description="Of the whole; null where the video's length is not known"
    )
    at_s: float = Field(ge=0, description="How far into the video it is")
    duration_s: float | None = Field(ge=0)
    frames: int = Field(ge=0, description="Done in this stage")
    left_s: float | None = Field(ge=0, description="Until the stage is done; null: not known")
    faces: int | None = Field(ge=0, description="Numbers given; null before it is done")
    note: str = Field(description="What the reader of the results must know; mostly empty")
    problem: Problem | None = Field(description="Why it failed")
    created_at: Moment
    kept_until: Moment | None = Field(description="An hour after its end; null before")


class JobsOut(Frozen):
    """The jobs of this owner, newest first."""

    jobs: list[JobOut]


class JobResultQuery(Frozen):
    """In which form."""

    format: Literal["json", "csv"] = "json"
    per: Literal["second", "frame"] = "second"
