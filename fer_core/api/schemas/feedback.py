"""What comes out of a session: advice and passages to reread, and its sum at the end."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fer_core.api.schemas.analyses import Frozen
from fer_core.api.schemas.moments import Moment
from fer_core.api.schemas.sessions import TotalsOut
from fer_core.api.schemas.snapshots import ReasonOut, SuggestionOut
from fer_core.api.schemas.study import LostOut, TimelineEstimate
from fer_core.sessions.session_info import Retention


class BreakOut(Frozen):
    """A break that was suggested, and what came of it."""

    at: Moment
    rule: str
    evidence: str
    outcome: Literal["taken", "dismissed", "snoozed", "no answer"]


class HighlightOut(Frozen):
    """A passage that stands out, and why."""

    passage_id: str
    mark: Literal["hard_said", "hard_estimated", "skimmed", "important_said", "important"]
    label: str
    icon: str
    pattern: Literal["solid", "dashed", "dotted", "double"] = Field(
        description="Line style, so that marks differ by more than colour"
    )
    why: str
    reread: bool = Field(description="Hard or skimmed")


class PassageReadingOut(Frozen):
    """What happened on one passage."""

    passage_id: str
    words: float = Field(ge=0)
    seconds: float = Field(ge=0, description="With the reader present")
    away_seconds: float = Field(ge=0)
    visits: int = Field(ge=0)
    wpm: float | None = Field(ge=0, description="Words a minute")
    comprehension: TimelineEstimate | None


class FeedbackOut(Frozen):
    """Break advice and passages to reread, each with its evidence."""

    next_break_s: float | None = Field(ge=0)
    suggestion: SuggestionOut | None
    breaks: list[BreakOut]
    highlights: list[HighlightOut] = Field(
        description="Guesses stand on at most a fifth of the text"
    )
    passages: list[PassageReadingOut] = Field(description="Those that were on the screen")
    lost: list[LostOut] = Field(description="In the order of time")
    own_wpm: float | None = Field(description="The pace that the marks compare with")
    reading_reason: ReasonOut | None = Field(description="Why there are no passages")
    answered: int = Field(ge=0)
    skipped: int = Field(ge=0)
    camera: str = Field(description="What the camera has added so far")
    note: str


class StretchOut(Frozen):
    """Five minutes that stood out."""

    start: Moment
    end: Moment
    comprehension: float = Field(ge=0, le=100)


class FinishedOut(Frozen):
    """A finished session, summed up. Without retention keep this is the last known of it."""

    session_id: str
    retention: Retention
    started_at: Moment
    finished_at: Moment
    happened: str = Field(description="What happened, one sentence for the learner")
    next_step: str = Field(description="What to try next, one sentence")
    totals: TotalsOut
    hardest: StretchOut | None
    best: StretchOut | None
    stretches_note: str = Field(description="Why no stretch is named")
    feedback: FeedbackOut
