"""Head, eyes and mouth of the learner, as JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fer_core.api.schemas.analyses import Frozen
from fer_core.face.looks_tracker import Looks
from fer_core.sessions.face_second import FaceSecond


class FaceSignalsOut(Frozen):
    """What the points of a face tell; null where it was not measured or too little was seen."""

    direction: Literal["screen", "desk", "aside"] | None = Field(
        description="Where the head is turned, against the own usual of this session"
    )
    yaw: float | None = Field(description="Degrees; above 0: to the picture's right")
    pitch: float | None = Field(description="Degrees; above 0: down")
    roll: float | None = Field(description="Degrees; above 0: clockwise in the picture")
    eyes_open: float | None = Field(ge=0, le=1, description="0: closed")
    perclos: float | None = Field(
        ge=0, le=1, description="Share of the last 60 s in slow closures of the eyes"
    )
    blinks_per_min: float | None = Field(
        ge=0, description="Over the last 60 s; null below ten analysed frames a second"
    )
    yawns: int = Field(ge=0, description="That ended in it")
    mouth_opening: float | None = Field(ge=0, description="In eye distances (AU 25-27)")
    brow_lowering: float | None = Field(ge=0, le=1, description="AU 4")
    brow_raising: float | None = Field(ge=0, le=1, description="AU 1+2")
    smile: float | None = Field(ge=0, le=1, description="AU 12")
    gaze: Literal["ahead", "left", "right", "down"] | None = Field(
        description="Of the eyes in the head, coarse; left and right in the picture"
    )
    desk_s: float = Field(ge=0, description="Head bent down to the desk, seconds")
    looks_bored: float | None = Field(
        ge=0, le=3, description="How bored it looks to an onlooker; compare with the own usual only"
    )
    looks_disengaged: float | None = Field(
        ge=0, le=3, description="How little engaged it looks to an onlooker; the same"
    )

    @classmethod
    def of(cls, face: FaceSecond | None) -> FaceSignalsOut | None:
        """Describe a stretch; None stays None."""
        if face is None:
            return None
        return cls(
            direction=None if face.direction is None else face.direction.value,
            yaw=_rounded(face.yaw, 1),
            pitch=_rounded(face.pitch, 1),
            roll=_rounded(face.roll, 1),
            eyes_open=_rounded(face.eyes_open, 3),
            perclos=_rounded(face.perclos, 4),
            blinks_per_min=_rounded(face.blinks, 1),
            yawns=face.yawns,
            mouth_opening=_rounded(face.mouth_opening, 3),
            brow_lowering=_rounded(face.brow_lowering, 3),
            brow_raising=_rounded(face.brow_raising, 3),
            smile=_rounded(face.smile, 3),
            gaze=None if face.gaze is None else face.gaze.value,
            desk_s=round(face.desk_s, 2),
            looks_bored=_rounded(face.looks_bored, 3),
            looks_disengaged=_rounded(face.looks_disengaged, 3),
        )


class LooksOut(Frozen):
    """How the learner looks to an onlooker over the last minute; never what they feel."""

    bored_sd: float = Field(description="Own standard deviations above the own usual")
    disengaged_sd: float = Field(description="The same")
    stands_out: Literal["bored", "disengaged"] | None = Field(
        description="From 1.5 on; null: it looks as usual"
    )
    coverage: float = Field(ge=0, le=1, description="Share of the minute that was seen")
    text: str = Field(description="To be shown")

    @classmethod
    def of(cls, looks: Looks | None) -> LooksOut | None:
        """Describe looks; None stays None."""
        if looks is None:
            return None
        return cls(
            bored_sd=round(looks.bored, 2),
            disengaged_sd=round(looks.disengaged, 2),
            stands_out=None if looks.stands_out is None else looks.stands_out.value,
            coverage=round(looks.coverage, 4),
            text=looks.sentence,
        )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
