"""Charts of passages and of the history are valid specifications with the numbers in them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import altair as alt
import pytest

from fer_core.affect.indicators import Estimate
from fer_core.charts.history import COMPREHENSION, hour_chart, trend_chart
from fer_core.charts.passages import comprehension_map, pace_map, passage_table
from fer_core.reading.attribution import PassageReading
from fer_core.reading.pace import Pace
from fer_core.storage.comparisons import HourMean, Mean, find_trend
from tests.storage.test_comparisons import at, estimate, session

READINGS = [
    PassageReading("p1", 100, 25.0, visits=1, first_seen=0, last_seen=25),
    PassageReading("p2", 100, 1.0, visits=1, first_seen=25, last_seen=26),
    PassageReading("p3", 100),
]
ESTIMATES = {"p1": Estimate(70.0, 50.0, 85.0), "p2": Estimate(20.0, 5.0, 50.0)}
TABLE = passage_table(READINGS, ESTIMATES, {"p1": "One"}, {"p2": ("⏩", "Skimmed", "Too fast")})


def values(chart: alt.Chart | alt.LayerChart) -> list[dict[str, Any]]:
    """Return all lines of all tables in a chart, having checked it against Vega-Lite's schema."""
    return [line for table in chart.to_dict()["datasets"].values() for line in table]


def test_the_table_has_a_line_for_each_passage_and_gaps_where_nothing_is_known() -> None:
    assert list(TABLE["passage"]) == [1, 2, 3]
    assert TABLE["wpm"][0] == pytest.approx(240)
    assert TABLE["comprehension"].isna().tolist() == [False, False, True]
    assert TABLE["mark"].tolist() == ["", "Skimmed", ""]


def test_the_passage_map_shows_marks_intervals_and_a_pace_that_fits() -> None:
    lines = values(comprehension_map(TABLE))
    assert {line["icon"] for line in lines} == {"", "⏩"}
    assert {line["interval"] for line in lines} == {"50 to 85", "5 to 50", ""}
    paces = [line["pace"] for line in values(pace_map(TABLE, Pace(240.0))) if "pace" in line]
    assert max(pace for pace in paces if pace is not None) == 800


def test_the_trend_line_is_drawn_where_there_is_a_trend() -> None:
    sessions = [session(at(day), comprehension=estimate(40 + day)) for day in range(1, 9)]
    trend = find_trend([(one.info.started_at, one.comprehension) for one in sessions])
    shown = ("comprehension", "Understanding", COMPREHENSION)
    with_line = trend_chart(sessions, *shown, trend, UTC)
    without = trend_chart(sessions, *shown, None, UTC)
    assert with_line is not None
    assert without is not None
    assert len(values(with_line)) == len(values(without)) + 2


def test_a_trend_shows_dates_and_begins_and_ends_with_whole_days() -> None:
    sessions = [session(at(day), comprehension=estimate(50)) for day in (1, 12)]
    chart = trend_chart(sessions, "comprehension", "Understanding", COMPREHENSION, None, UTC)
    assert chart is not None
    x = chart.to_dict()["layer"][0]["encoding"]["x"]
    assert x["axis"]["format"] == "%d %b"
    assert len(x["axis"]["values"]) == 4
    start, end = x["scale"]["domain"]
    assert (start["date"], end["date"]) == (at_day(1), at_day(13))


def at_day(day: int) -> int:
    return datetime.fromtimestamp(at(day), UTC).day


def test_without_any_estimate_there_is_no_trend_chart() -> None:
    assert trend_chart([session(at(1))], "stress", "Stress", COMPREHENSION, None, UTC) is None


def test_hours_show_their_intervals_and_how_many_sessions_they_rest_on() -> None:
    lines = values(
        hour_chart(
            [
                HourMean(9, Mean(3, 61.0, 40.0, 80.0), Mean(2, 20.0, 5.0, 40.0)),
                HourMean(22, None, None),
            ]
        )
    )
    assert [(line["hour"], line["n"], line["interval"]) for line in lines] == [
        ("09:00", 3, "40 to 80"),
        ("09:00", 2, "5 to 40"),
    ]
