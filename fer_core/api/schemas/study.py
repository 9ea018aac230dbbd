"""What goes into a running session and what comes out: frames, passages, answers, timeline."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, RootModel, StringConstraints, model_validator

from fer_core.api.schemas.analyses import FaceOut, Frozen, ImageSize, Probabilities, TimingOut
from fer_core.api.schemas.face import FaceSignalsOut
from fer_core.api.schemas.moments import Moment, MomentIn
from fer_core.api.schemas.sessions import Name, Number, WholeNumber
from fer_core.api.schemas.snapshots import SnapshotOut
from fer_core.texts.video import LONGEST_S


class FrameHeaders(Frozen):
    """Which frame this is."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    x_frame_id: Name | None = Field(
        default=None,
        alias="X-Frame-Id",
        description="A frame sent again under its id gets the answer that it got",
    )
    x_captured_at: MomentIn | None = Field(
        default=None, alias="X-Captured-At", description="When; the time of arrival if absent"
    )


class FrameOut(Frozen):
    """The faces in a frame, and what the session says now."""

    frame_id: str | None
    captured_at: Moment
    used: bool = Field(description="Whether the frame entered the timeline")
    unused_because: Literal["late", "paused"] | None = Field(
        description="late: not newer than the last one, or from before the start or a pause"
    )
    image: ImageSize
    faces: list[FaceOut] = Field(description="Largest first; only the largest counts")
    reason: Literal["no_face", "camera_off"] | None = Field(description="Why `faces` is empty")
    timing_ms: TimingOut
    snapshot: SnapshotOut


class PassageSeen(Frozen):
    """A passage was on the screen."""

    passage_id: Name
    visible_share: Number = Field(
        ge=0, le=1, allow_inf_nan=False, description="How much of it stood in the reading band"
    )
    on_screen: Number | None = Field(
        default=None,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="How much of its height stood on the screen at all. Send it for every passage "
        "on the screen, also outside the band: time is then told by where one reads.",
    )
    line: Number | None = Field(
        default=None,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="How far down in it a line was pointed at or focused; null: none was",
    )
    from_: MomentIn = Field(alias="from")
    to: MomentIn = Field(description="A report longer than a minute counts for its first minute")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.to < self.from_:
            raise ValueError("to lies before from")
        return self


class PassagesSeen(RootModel[list[PassageSeen]]):
    """What was on the screen when."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                [
                    {
                        "passage_id": "intro",
                        "visible_share": 0.8,
                        "on_screen": 0.9,
                        "line": 0.25,
                        "from": "2026-11-20T09:00:05.000Z",
                        "to": "2026-11-20T09:00:09.500Z",
                    }
                ]
            ]
        },
    )

    root: Annotated[list[PassageSeen], Field(min_length=1, max_length=1000)]


class PlayedIn(Frozen):
    """A stretch in which the video played on, or stood still before its viewer."""

    from_: MomentIn = Field(alias="from")
    to: MomentIn = Field(description="A stretch longer than a minute counts for its first minute")
    video_from_s: Number = Field(ge=0, le=LONGEST_S, description="Where it stood at `from`")
    video_to_s: Number = Field(ge=0, le=LONGEST_S, description="Where it stood at `to`")

    @model_validator(mode="after")
    def _goes_forward(self) -> Self:
        if self.to < self.from_ or self.video_to_s < self.video_from_s:
            raise ValueError("a stretch goes forward; a move back begins another one")
        return self


class PlaybackIn(RootModel[list[PlayedIn]]):
    """How the video was played."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                [
                    {
                        "from": "2026-11-20T09:00:05.000Z",
                        "to": "2026-11-20T09:00:07.000Z",
                        "video_from_s": 758.0,
                        "video_to_s": 760.0,
                    }
                ]
            ]
        },
    )

    root: Annotated[list[PlayedIn], Field(min_length=1, max_length=1000)]


class LostIn(Frozen):
    """The learner is lost."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"passage_id": "p3"}]}
    )

    passage_id: Name
    at: MomentIn | None = Field(default=None, description="When; now without it")


class LostOut(Frozen):
    """Where the learner was lost."""

    at: Moment
    passage_id: str
    video_s: float | None = Field(ge=0, description="Where the video stood; null for a text")


class AnswerIn(Frozen):
    """An answer to a probe, or the learner's own word about a passage."""

    probe_id: Name | None = None
    passage_id: Name | None = Field(
        default=None, description="Instead of probe_id: corrects a mark; `value` is 1 to 5"
    )
    value: WholeNumber | None = Field(
        description="From `low` to `high` of the probe; null skips it"
    )
    confidence: WholeNumber | None = Field(
        default=None,
        ge=1,
        le=3,
        description="How sure of it: 1 a guess, 2 fairly sure, 3 sure; for probes of kind question",
    )

    @model_validator(mode="after")
    def _is_about_one_thing(self) -> Self:
        if (self.probe_id is None) == (self.passage_id is None):
            raise ValueError("send either probe_id or passage_id")
        if self.passage_id is not None and (self.value is None or not 1 <= self.value <= 5):
            raise ValueError("a correction is a value from 1 to 5")
        return self


class AnswersIn(RootModel[list[AnswerIn]]):
    """The learner's answers."""

    model_config = ConfigDict(
        frozen=True, json_schema_extra={"examples": [[{"probe_id": "q1", "value": 4}]]}
    )

    root: Annotated[list[AnswerIn], Field(min_length=1, max_length=100)]


class Taken(Frozen):
    """How many items were taken."""

    taken: int = Field(ge=0)


class BreakAnswer(Frozen):
    """What the learner says to the break that is suggested."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"answer": "snooze"}]}
    )

    answer: Literal["take", "snooze", "dismiss"] = Field(
        description="take: the session pauses; snooze: it comes back in five minutes"
    )


class TimelineQuery(Frozen):
    """Which part of the timeline, and how fine."""

    bucket: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3}(s|m)$")] = Field(
        default="1s", description="Width of a row, 1s to 9999m", json_schema_extra={"example": "5s"}
    )
    since: MomentIn | None = Field(
        default=None,
        description="Leave out rows that start before; send the last answer's next_since",
    )

    @property
    def bucket_s(self) -> float:
        """The width in seconds."""
        return int(self.bucket[:-1]) * (60.0 if self.bucket.endswith("m") else 1.0)


class TimelineEstimate(Frozen):
    """An estimate in the timeline: 0..100 with its 80 % interval, or the reason."""

    value: float | None = Field(ge=0, le=100)
    low: float | None = Field(ge=0, le=100)
    high: float | None = Field(ge=0, le=100)
    reason: str | None


class TimelineRow(Frozen):
    """One stretch of the session. Seconds in which no picture arrived have no row."""

    at: Moment
    width_s: float = Field(gt=0)
    presence: str
    coverage: float = Field(ge=0, le=1)
    shares: Probabilities | None = Field(description="Smoothed with a half-life of 10 s")
    valence: float | None = Field(ge=-1, le=1)
    valence_band: float | None = Field(ge=0)
    arousal: float | None = Field(ge=-1, le=1)
    comprehension: TimelineEstimate
    stress: TimelineEstimate
    attention: TimelineEstimate
    face: FaceSignalsOut | None = Field(
        default=None, description="Head, eyes and mouth; null: no points of a face were seen"
    )
    excluded: bool = Field(description="The learner left it out of the statistics")


class TimelineOut(Frozen):
    """The session over time."""

    bucket_s: float = Field(gt=0)
    rows: list[TimelineRow]
    next_since: Moment | None = Field(
        description="Send as `since` for what is new; the last row comes again, maybe grown"
    )


class ExportQuery(Frozen):
    """In which form."""

    format: Literal["csv", "json"] = "json"


class StreamQuery(Frozen):
    """How a browser's EventSource, which sends no headers, may say who asks."""

    token: str | None = Field(
        default=None,
        max_length=1000,
        pattern="^fert_",
        description="A session token, in place of the Authorization header; never a key",
    )


class EventHeaders(Frozen):
    """Where a stream of events goes on."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    last_event_id: str | None = Field(
        default=None,
        alias="Last-Event-ID",
        pattern=r"^[0-9]{1,9}$",
        description="The last id that was received; what came after it is sent first",
    )
