"""A client says whose day it is: with the session, or with each question."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.learner import SESSIONS, START, Learner

DAYS = "/api/v1/days"
REVIEW = "/api/v1/review"
HOUR_S = 3600.0
CONSENT = {"version": "1", "accepted_at": "2026-11-20T09:00:00Z"}


def study(learner: Learner, minutes: int = 2, **more: Any) -> dict[str, Any]:
    """Start a kept session, study for some minutes, and finish it."""
    client = learner.client
    body = {"consent": CONSENT, "retention": "keep", **more}
    created = client.post(SESSIONS, json=body)
    assert created.status_code == 201, created.get_json()
    session: dict[str, Any] = created.get_json()
    learner.clock.now += 60.0 * minutes
    client.post(f"{SESSIONS}/{session['session_id']}/finish")
    return session


def days(client: FlaskClient, **query: str) -> dict[str, Any]:
    answer = client.get(DAYS, query_string=query)
    assert answer.status_code == 200, answer.get_json()
    return dict(answer.get_json())


def test_without_sessions_there_is_no_day_and_no_streak(learner: Learner) -> None:
    # START is 08:00 in UTC on 15 January 2027.
    calendar = days(learner.client, time_zone="UTC")
    assert calendar == {
        "time_zone": "UTC",
        "today": "2027-01-15",
        "studied_today_s": 0.0,
        "days": [],
        "streak": None,
    }


def test_a_session_belongs_to_the_day_of_its_learner(learner: Learner) -> None:
    learner.clock.now = START + 10 * HOUR_S  # 18:00 in UTC: tomorrow in Tokyo
    there = study(learner, time_zone="Asia/Tokyo")
    assert there["time_zone"] == "Asia/Tokyo"
    (day,) = days(learner.client, time_zone="Asia/Tokyo")["days"]
    assert (day["day"], day["sessions"]) == ("2027-01-16", 1)
    # From Berlin, where it is still the day before, it was tomorrow all the same.
    seen = days(learner.client, time_zone="Europe/Berlin")
    assert (seen["today"], seen["days"][0]["day"]) == ("2027-01-15", "2027-01-16")


def test_the_zone_of_the_latest_session_is_the_default(learner: Learner) -> None:
    learner.clock.now = START + 10 * HOUR_S
    study(learner, time_zone="Asia/Tokyo")
    unsaid = study(learner)
    assert unsaid["time_zone"] is None
    calendar = days(learner.client)
    assert (calendar["time_zone"], calendar["today"]) == ("Asia/Tokyo", "2027-01-16")


def test_cards_are_due_by_the_zone_of_the_latest_session(learner: Learner) -> None:
    client = learner.client
    study(learner, time_zone="Asia/Tokyo")
    cards = {"cards": [{"front": "Capital of Peru?", "back": "Lima"}]}
    (card,) = client.post("/api/v1/cards", json=cards).get_json()["cards"]
    due = client.post(f"/api/v1/cards/{card['card_id']}/answers", json={"rating": 4})
    assert due.get_json()["due_at"] == "2027-01-22T15:00:00.000Z"  # midnight in Tokyo
    learner.clock.now = START + 7 * 24 * HOUR_S + 8 * HOUR_S
    assert client.get(REVIEW).get_json()["due_today"] == 1


def test_only_the_weeks_asked_for_are_shown_and_the_streak_is_whole(learner: Learner) -> None:
    for _ in range(12):
        study(learner, time_zone="UTC")
        learner.clock.now += 24 * HOUR_S
    calendar = days(learner.client, weeks="1")
    assert calendar["streak"] == {"days": 12, "first": "2027-01-15", "last": "2027-01-26"}
    # Today is Wednesday the 27th: this week has two study days.
    assert [day["day"] for day in calendar["days"]] == ["2027-01-25", "2027-01-26"]


@pytest.mark.parametrize(
    "name",
    ["Mars/Base", "../etc/passwd", "localtime", "posix/Europe/Berlin", "Europe", "+02:00"],
)
def test_what_is_no_time_zone_is_refused_and_starts_nothing(learner: Learner, name: str) -> None:
    answer = learner.client.post(SESSIONS, json={"consent": CONSENT, "time_zone": name})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "time_zone_unknown")
    assert learner.client.get(SESSIONS).get_json()["sessions"] == []
