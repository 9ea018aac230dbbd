"""Time by passage against what made-up readers really read, whatever their habits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fer_core.reading.attribution import attribute
from fer_core.reading.visibility import ReadingLog, View
from fer_core.texts.document import Passage
from tests.synthetic.reading import NO_CAMERA
from tests.synthetic.scrolling import MANNERS, Scrolled, read_by


def share_near(readings: list[Scrolled]) -> float:
    """Return of how many passages the time found is within 20 % of the time really read."""
    near = []
    for reading in readings:
        found = attribute(reading.passages, ReadingLog(reading.views).views, NO_CAMERA)
        seconds = np.array([one.seconds for one in found])
        near.append(np.abs(seconds - reading.read_s) <= 0.2 * reading.read_s)
    return float(np.concatenate(near).mean())


def test_time_is_within_a_fifth_for_seven_of_ten_passages_over_all_habits() -> None:
    assert share_near([read_by(manner, 7) for manner in MANNERS.values()]) >= 0.7


@pytest.mark.parametrize(("name", "least"), [("page by page", 0.6), ("line focus", 0.8)])
def test_what_the_screen_says_beats_the_band(name: str, least: float) -> None:
    readings = [read_by(MANNERS[name], seed) for seed in (1, 2)]
    bands = [
        replace(one, views=tuple(replace(view, on_screen=None, line=None) for view in one.views))
        for one in readings
    ]
    assert share_near(readings) >= max(least, share_near(bands))


def test_a_pointer_that_goes_astray_does_not_lead_astray() -> None:
    reading = read_by(MANNERS["pages, pointer astray"], 3)
    without = replace(reading, views=tuple(replace(view, line=None) for view in reading.views))
    assert share_near([reading]) >= share_near([without]) - 0.1


def test_all_time_goes_to_passages_on_the_screen() -> None:
    views = [
        View("p1", 1.0, 0, 40, on_screen=1.0),
        View("p2", 0.0, 0, 40, on_screen=0.5, line=0.2),
    ]
    found = attribute(read_by(MANNERS["page by page"], 1).passages, views, NO_CAMERA)
    assert sum(one.seconds for one in found) == pytest.approx(40)
    assert [one.seconds > 0 for one in found[:3]] == [True, True, False]


def test_what_is_paged_past_fast_was_not_read_and_the_beginning_was() -> None:
    # Passages of 30 words, more than four on the screen; one in the middle of the band at a time.
    views: list[View] = []
    at = 0.0
    for number, stay_s in enumerate([6.0] * 4 + [0.3] * 4 + [7.0]):
        top = max(0.0, number - 1.5)
        for index in range(12):
            shown = min(index + 1, top + 4.45) - max(index, top)
            if shown > 0:
                views.append(View(f"p{index + 1}", 0.0, at, at + stay_s, on_screen=shown))
        at += stay_s
    passages = [Passage(f"p{index + 1}", index, "word " * 30) for index in range(12)]
    found = attribute(passages, ReadingLog(views).views, NO_CAMERA)
    seconds = [one.seconds for one in found]
    assert min(seconds[:4]) > 3.0
    assert max(seconds[5:7]) < 1.0
