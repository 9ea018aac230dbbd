"""The learner's calendar over HTTP."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from fer_core.api.schemas.analyses import Frozen
from fer_core.api.schemas.sessions import TimeZone


class DaysQuery(Frozen):
    """Whose days, and how many."""

    time_zone: TimeZone = None
    weeks: int = Field(default=16, ge=1, le=520, description="This week and those before it")


class DayOut(Frozen):
    """A day with sessions."""

    day: date = Field(description="As it was for the learner where the session was held")
    sessions: int = Field(ge=1)
    studied_s: float = Field(ge=0, description="Of the sessions that began on this day")


class StreakOut(Frozen):
    """Study days with at most two days off between them."""

    days: int = Field(ge=1, description="With a minute of study or more")
    first: date
    last: date


class DaysOut(Frozen):
    """The calendar of the sessions that are kept."""

    time_zone: str | None = Field(description="Whose today it is; null: the server's machine's")
    today: date
    studied_today_s: float = Field(ge=0)
    days: list[DayOut] = Field(description="Those with sessions, the earliest first")
    streak: StreakOut | None = Field(description="null where the last study day is too long ago")
