"""The chart of a video: few points however long it is, and lines that break where nobody was."""

from __future__ import annotations

import numpy as np

from fer_core.charts.timeline import MOST_POINTS
from fer_core.charts.video import SELECTION, face_chart, face_table
from fer_core.video.analysis import VideoAnalysis
from fer_core.video.decoding import VideoInfo
from fer_core.video.frames import FrameTable
from fer_core.vision.faces import Box, Face

HAPPY = np.array([0.0, 1.0, 0.0, 0.0, 0.0])


def of(seconds: int, away: range = range(0)) -> VideoAnalysis:
    table = FrameTable()
    for look in range(seconds * 5):
        face = Face(Box(1, 2, 30, 40), 0.9, HAPPY, 1)
        table.append(look / 5, () if look // 5 in away else (face,))
    info = VideoInfo(float(seconds), 25.0, "h264")
    return VideoAnalysis("v", info, 5.0, "all", 640, 480, table, 1, None, None)


def test_an_hour_is_drawn_with_few_points() -> None:
    table = face_table(of(3600), 1)
    assert MOST_POINTS / 2 < len(table) <= MOST_POINTS + 1
    assert (table["Happy"] == 1).all()


def test_a_line_breaks_where_the_face_was_away() -> None:
    table = face_table(of(60, away=range(20, 40)), 1)
    assert table["stretch"].nunique() == 2
    assert not ((table["time"] > 20) & (table["time"] < 40)).any()


def test_a_click_selects_a_moment_and_the_line_stands_where_one_looks() -> None:
    spec = face_chart(of(10), 1, 4.0).to_dict()
    assert SELECTION in str(spec["params"])
    assert [{"time": 4.0}] in spec["datasets"].values()
