"""Moments that the learner marks: what is sent, and what is kept."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, RootModel, model_validator

from fer_core.api.schemas.analyses import Frozen
from fer_core.api.schemas.moments import Moment, MomentIn
from fer_core.api.schemas.sessions import Name, SessionPath
from fer_core.sessions.markers import LONGEST_WORDS, MOST_MARKERS, Marker, MarkerKind

_KIND = "marker: a point; excluded: a range that leaves the statistics"


class MarkerIn(Frozen):
    """A moment to mark."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["marker", "excluded"] = Field(default="marker", description=_KIND)
    at: MomentIn | None = Field(default=None, description="When, or from when; now if absent")
    until: MomentIn | None = Field(
        default=None, description="End of an excluded range; without it the range goes on"
    )
    words: str = Field(default="", max_length=LONGEST_WORDS, description="The learner's own")

    @model_validator(mode="after")
    def _is_a_point_or_a_range(self) -> Self:
        if self.until is None:
            return self
        if self.kind == "marker":
            raise ValueError("until belongs to an excluded range")
        if self.at is None or self.until <= self.at:
            raise ValueError("until must lie after at")
        return self

    def marker(self, latest: float) -> Marker:
        """Return it as the core has it.

        The time of a client whose clock is a little ahead stays as it was sent: else the same
        marker, sent again, would have another time.

        Args:
            latest: Where it stands without a time: now, or the end of a session that is over.
        """
        at = latest if self.at is None else self.at
        if self.kind == "marker":
            return Marker.point(at, self.words)
        return Marker.excluded(at, self.until, self.words)


class MarkersIn(RootModel[list[MarkerIn]]):
    """Moments to mark: all are taken, or none."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                [
                    {"words": "Question 3"},
                    {
                        "kind": "excluded",
                        "at": "2026-11-20T09:00:05.000Z",
                        "until": "2026-11-20T09:00:35.000Z",
                        "words": "phone call",
                    },
                ]
            ]
        },
    )

    root: Annotated[list[MarkerIn], Field(min_length=1, max_length=MOST_MARKERS)]


class MarkerOut(Frozen):
    """A moment that the learner marked."""

    marker_id: str
    kind: Literal["marker", "excluded"] = Field(description=_KIND)
    at: Moment
    until: Moment | None = Field(description="null of a point, and of a range that goes on")
    words: str

    @classmethod
    def of(cls, marker: Marker) -> MarkerOut:
        """Describe a marker."""
        return cls(
            marker_id=marker.marker_id,
            kind="excluded" if marker.kind is MarkerKind.EXCLUDED else "marker",
            at=marker.at,
            until=marker.until,
            words=marker.words,
        )


class MarkersOut(Frozen):
    """Markers, in the order of time where they are listed, and as sent where they are taken."""

    markers: list[MarkerOut]


class MarkerPath(SessionPath):
    """Which marker."""

    marker_id: Name
