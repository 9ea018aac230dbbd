"""Study by the day: minutes of each day for a calendar, and a streak that forgives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from fer_core.errors import TimeZoneUnknown
from fer_core.sessions.session_info import SessionInfo
from fer_core.storage.history import SessionSummary
from fer_core.time_zones import zone_named

#: A day with less study than this is no study day: the app was opened and closed again. Seconds.
LEAST_STUDY_S = 60.0
#: So many days off in a row keep a streak going: a weekend.
DAYS_OFF = 2


@dataclass(frozen=True, slots=True)
class DayTotal:
    """What was studied in the sessions that began on one day of the learner's calendar."""

    day: date
    sessions: int
    studied_s: float


@dataclass(frozen=True, slots=True)
class Streak:
    """Study days that follow one another with at most two days off between them.

    Attributes:
        days: How many days had study.
        first: The first of them.
        last: The latest.
    """

    days: int
    first: date
    last: date


def local_day(at: float, zone: tzinfo | None) -> date:
    """Return the day of a moment.

    Args:
        at: Seconds since the epoch.
        zone: The learner's; None: the machine's.
    """
    return datetime.fromtimestamp(at, zone).date()


def day_of_session(info: SessionInfo, zone: tzinfo | None) -> date:
    """Return the day on which a session began, for its learner.

    Args:
        info: The session's.
        zone: Where the session does not tell its own.
    """
    return local_day(info.started_at, _zone_of(info) or zone)


def latest_zone(sessions: Iterable[SessionSummary]) -> str:
    """Return the name of the time zone of the first session that tells one, else an empty string.

    Args:
        sessions: Newest first.
    """
    return next((one.info.time_zone for one in sessions if _zone_of(one.info) is not None), "")


def _zone_of(info: SessionInfo) -> tzinfo | None:
    try:
        return zone_named(info.time_zone)
    except TimeZoneUnknown:  # written where more zones are known
        return None


def daily_totals(sessions: Sequence[SessionSummary], zone: tzinfo | None) -> list[DayTotal]:
    """Return the totals of the days with sessions, the earliest first.

    Args:
        sessions: Each counts for the day that it was where it was held.
        zone: For sessions that do not tell where.
    """
    days: dict[date, list[SessionSummary]] = defaultdict(list)
    for session in sessions:
        days[day_of_session(session.info, zone)].append(session)
    return [
        DayTotal(day, len(held), sum(one.studied_s for one in held))
        for day, held in sorted(days.items())
    ]


def of_day(totals: Sequence[DayTotal], day: date) -> list[DayTotal]:
    """Return the total of one day; nothing where no session began."""
    return [total for total in totals if total.day == day]


def studied_on(totals: Sequence[DayTotal], day: date) -> float:
    """Return the seconds studied on one day."""
    return sum(total.studied_s for total in of_day(totals, day))


def find_streak(totals: Sequence[DayTotal], today: date) -> Streak | None:
    """Return the streak that goes on today; None where the last study day is too long ago.

    A day off now and then, or a weekend, ends nothing: what counts is coming back.

    Args:
        totals: In the order of time.
        today: The learner's.
    """
    studied = [total.day for total in totals if total.studied_s >= LEAST_STUDY_S]
    studied = [day for day in studied if day <= today]
    if not studied or days_off(studied[-1], today) > DAYS_OFF:
        return None
    count, first = 1, studied[-1]
    for day in reversed(studied[:-1]):
        if days_off(day, first) > DAYS_OFF:
            break
        count, first = count + 1, day
    return Streak(count, first, studied[-1])


def days_off(before: date, after: date) -> int:
    """Return how many whole days lie between two days."""
    return max(0, (after - before).days - 1)


def weeks_until(today: date, weeks: int) -> list[date]:
    """Return every day of the last weeks, Monday to Sunday, this week's days to come included."""
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=weeks - 1)
    return [first + timedelta(days=number) for number in range(7 * weeks)]


def all_tags(sessions: Collection[SessionSummary]) -> list[str]:
    """Return the tags in use, the commonest first; spellings that differ in case are one."""
    counts: dict[str, int] = defaultdict(int)
    spelling: dict[str, str] = {}
    for session in sessions:
        for tag in session.tags:
            counts[tag.casefold()] += 1
            spelling.setdefault(tag.casefold(), tag)
    return [spelling[tag] for tag in sorted(counts, key=lambda tag: (-counts[tag], tag))]
