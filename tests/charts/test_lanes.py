"""The session's one chart: lanes on one time axis, read all at once."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from fer_core.charts import lanes, time_axis, timeline
from fer_core.charts.lane_tables import (
    EYES_LANE,
    FACING,
    MOMENTS,
    NAMES,
    STRESS,
    UNDERSTANDING,
    lane_tables,
)
from fer_core.face.direction import Direction
from fer_core.sessions.demo import LENGTH_S, demo_session
from fer_core.sessions.face_second import FaceSecond
from tests.synthetic.signals import START


@pytest.fixture(scope="module")
def tables() -> timeline.LiveTables:
    session = demo_session(START)
    return timeline.live_tables(session.rows(), session.events(), START, START + LENGTH_S)


def test_every_lane_has_one_time_axis() -> None:
    spec = lanes.lanes_spec()
    assert "layer" in spec
    assert not {"vconcat", "hconcat", "facet"} & set(spec)
    scales = set(re.findall(r'"x": \{[^{}]*"scale": (\{[^{}]*\})', json.dumps(spec)))
    assert len(scales) <= 1


def test_a_moment_tells_of_all_lanes(tables: timeline.LiveTables) -> None:
    moments = lane_tables(tables, 0.0, LENGTH_S)[MOMENTS]
    told = moments[moments["elapsed"].between(420, 440)].iloc[0]
    assert told["expression"].startswith("Brow lowered")
    for lane in (UNDERSTANDING, STRESS, FACING):
        assert re.fullmatch(r"\d+ \(probably \d+ to \d+\)", told[f"lane{lane}"])
    (*_, rule) = lanes.lanes_spec()["layer"]
    hover = json.dumps(rule["encoding"]["tooltip"])
    for name in ("Expression", "Understanding", "Stress", "In front of the screen"):
        assert f'"title": "{name}"' in hover


def test_a_lane_without_a_value_says_nothing(tables: timeline.LiveTables) -> None:
    alone = replace(tables, lines=tables.lines.iloc[:0])
    moments = lane_tables(alone, 0.0, LENGTH_S)[MOMENTS]
    assert set(moments[f"lane{STRESS}"]) == {"–"}


def test_a_lane_with_nothing_to_show_says_why(tables: timeline.LiveTables) -> None:
    alone = replace(tables, lines=tables.lines.iloc[:0])
    why = {"Expression": "No face seen yet", "Stress": "Ready in 3:10"}
    said = [
        lane_tables(each, 0.0, LENGTH_S, why)[NAMES].set_index("name")["empty"]
        for each in (alone, tables)
    ]
    assert list(said[0]) == ["", "", "Ready in 3:10", ""]
    assert set(said[1]) == {""}


@pytest.mark.parametrize(
    ("elapsed_s", "window_s", "ends"),
    [
        (53.0, 300.0, (0.0, 300.0)),
        (1000.0, 300.0, (700.0, 1000.0)),
        (20.0, None, (0.0, 60.0)),
        (900.0, None, (0.0, 900.0)),
    ],
)
def test_a_window_has_its_width_from_the_start(
    elapsed_s: float, window_s: float | None, ends: tuple[float, float]
) -> None:
    assert time_axis.window_ends(elapsed_s, window_s) == ends


def test_a_session_that_is_over_is_drawn_in_its_own_length() -> None:
    assert time_axis.window_ends(4.5, None, over=True) == (0.0, 4.5)
    assert time_axis.window_ends(0.0, None, over=True) == (0.0, 1.0)


def test_the_chart_knows_all_of_its_tables(tables: timeline.LiveTables) -> None:
    for dark in (False, True):
        text = json.dumps(lanes.lanes_spec(dark=dark, face=True))
        named = set(re.findall(r'"data": \{"name": "(\w+)"\}', text))
        assert named == set(lane_tables(tables, 0.0, LENGTH_S)) - {"unused"}
        assert '"values": [{' not in text


def test_head_and_eyes_have_their_lane_where_they_were_seen(tables: timeline.LiveTables) -> None:
    assert not tables.has_face
    assert len(lane_tables(tables, 0.0, LENGTH_S)[NAMES]) == 4
    turned = [FaceSecond(Direction.DESK)] * 5 + [FaceSecond(eyes_open=0.8)] * 5
    rows = [
        replace(row, face=face)
        for row, face in zip(demo_session(START).rows()[:10], turned, strict=True)
    ]
    seen = timeline.live_tables(rows, [], START, START + 12.0)
    assert seen.has_face
    assert seen.heads["turned"].tolist() == ["reading on the desk"]
    assert (seen.heads["end"] - seen.heads["start"]).tolist() == [5.0]
    assert seen.eyes["open"].tolist() == [0.8] * 5
    assert "high bar: reading on the desk" in timeline.legend(seen)
    assert "Eyes open" in lane_tables(seen, 0.0, 12.0)[NAMES]["name"].tolist()
    moments = lane_tables(seen, 0.0, 12.0)[MOMENTS].set_index("elapsed")[f"lane{EYES_LANE}"]
    assert moments.loc[6:10].tolist() == ["80%"] * len(moments.loc[6:10])
    (*_, rule) = lanes.lanes_spec(face=True)["layer"]
    assert '"title": "Eyes open"' in json.dumps(rule["encoding"]["tooltip"])


def test_light_and_dark_have_colours_of_their_own_and_neither_says_angry() -> None:
    light, dark = (json.dumps(lanes.lanes_spec(dark=dark)) for dark in (False, True))
    assert light != dark
    assert "Angry" not in light


def test_what_a_page_adds_to_a_specification_stays_with_that_page() -> None:
    lanes.lanes_spec()["datasets"] = {"shares": "mine"}
    assert "datasets" not in lanes.lanes_spec()
