"""The learner's time zone, and the days of their calendar in it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from fer_core.errors import TimeZoneUnknown

#: Names as IANA has them. Others of a system's folder are its own: localtime, posix/, right/.
_ZONE_NAME = re.compile(r"[A-Z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")


def zone_named(name: str | None) -> tzinfo | None:
    """Return the time zone of an IANA name, such as "Europe/Berlin"; None: this machine's own.

    Raises:
        TimeZoneUnknown: There is none of this name.
    """
    if not name:
        return None
    if not _ZONE_NAME.fullmatch(name):
        raise TimeZoneUnknown
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; no name at all; a folder
        raise TimeZoneUnknown from None


def day_of(at: float, zone: tzinfo | None) -> date:
    """Return the day of a moment on the learner's calendar."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone).date()


def start_of(day: date, zone: tzinfo | None) -> float:
    """Return when a day begins for the learner, in seconds since the epoch."""
    # Without a zone a time is taken for one of this machine, by its rules for that day.
    return datetime.combine(day, time.min, zone).timestamp()
