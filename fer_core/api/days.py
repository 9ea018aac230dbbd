"""The learner's calendar: minutes by the day, today, the streak; and whose day it is."""

from __future__ import annotations

from datetime import tzinfo

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from fer_core.api.callers import caller
from fer_core.api.documentation import SECURITY, answers
from fer_core.api.schemas.days import DayOut, DaysOut, DaysQuery, StreakOut
from fer_core.api.services import json_response, services
from fer_core.errors import StorageError
from fer_core.storage.days import (
    daily_totals,
    find_streak,
    latest_zone,
    local_day,
    studied_on,
    weeks_until,
)
from fer_core.time_zones import zone_named

days = APIBlueprint(
    "days",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[Tag(name="Days", description="The calendar of study, in the learner's time zone")],
    abp_security=SECURITY,
)

#: Of so many sessions, the latest first, one tells where the learner is.
_SESSIONS_ASKED = 20


@days.get("/days", operation_id="getDays", responses=answers({200: DaysOut}, 422, 503))
def get_days(query: DaysQuery) -> Response:
    """Show minutes by the day, today's, and the streak

    Sessions of retention keep. Each counts for the day that it was where it was held; today is
    that of `time_zone`.
    """
    store = services().sessions.history.store_to_read()
    if store is None:
        raise StorageError("Days are of the history, and this server runs without one.")
    sessions = store.sessions(owner=caller().owner)
    name = query.time_zone or latest_zone(sessions)
    zone = zone_named(name)
    totals, today = daily_totals(sessions, zone), local_day(services().clock(), zone)
    first = weeks_until(today, query.weeks)[0]
    streak = find_streak(totals, today)
    return json_response(
        DaysOut(
            time_zone=name or None,
            today=today,
            studied_today_s=round(studied_on(totals, today), 3),
            days=[
                DayOut(day=one.day, sessions=one.sessions, studied_s=round(one.studied_s, 3))
                for one in totals
                if one.day >= first
            ],
            streak=None
            if streak is None
            else StreakOut(days=streak.days, first=streak.first, last=streak.last),
        )
    )


def learner_zone(name: str | None) -> tzinfo | None:
    """Return the time zone that a request names, else that of the learner's latest sessions.

    Raises:
        TimeZoneUnknown: There is no zone of this name.
        StorageError: The history cannot be read now.
    """
    if not name:
        store = services().sessions.history.store_to_read()
        recent = (
            []
            if store is None
            else store.sessions(owner=caller().owner, limit=_SESSIONS_ASKED, kept_only=False)
        )
        name = latest_zone(recent)
    return zone_named(name)
