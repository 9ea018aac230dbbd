"""Head, eyes and mouth of the learner, as JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fer_core.api.schemas.analyses import Frozen
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
        )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
