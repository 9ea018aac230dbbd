"""A heart rate that two places agree on: what beats in one alone is none, and none jumps."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fer_core.affect.heart_rate import NoPulse, Pulse
from fer_core.affect.paired_pulse import PairedPulseReader
from fer_core.vision.faces import SkinColour, SkinRegions
from tests.synthetic.pulse import PULSE_COLOUR, Sitter, film, read_pulse

SKIN = np.array([198.0, 150.0, 125.0])
FPS = 12


def show(
    reader: PairedPulseReader,
    since: float,
    seconds: float,
    forehead: float | None,
    cheeks: float | None,
    strength: float = 0.005,
) -> Pulse:
    """Show skin that beats so often a minute in each place."""
    rng = np.random.default_rng(0)
    pulse = Pulse()
    for index in range(1, int(seconds * FPS) + 1):
        at = since + index / FPS
        colours = []
        for bpm in (forehead, cheeks):
            beat = 0.0 if bpm is None else strength * math.sin(2 * math.pi * bpm / 60 * at)
            colour = SKIN * (1 + beat * PULSE_COLOUR) + rng.normal(0, 0.05, 3)
            colours.append(SkinColour(*colour.tolist()))
        reader.push(at, SkinRegions(*colours))
        if index % FPS == 0:
            pulse = reader.read(at)
    return pulse


def test_a_pulse_in_both_is_read() -> None:
    assert show(PairedPulseReader(), 0, 32, 72, 72).bpm == pytest.approx(72, abs=1)


@pytest.mark.parametrize(("forehead", "cheeks"), [(None, 90.0), (66.0, None), (60.0, 96.0)])
def test_a_rhythm_in_one_place_is_no_pulse(forehead: float | None, cheeks: float | None) -> None:
    pulse = show(PairedPulseReader(), 0, 32, forehead, cheeks)
    assert pulse.bpm is None
    assert pulse.reason in (NoPulse.DISAGREE, NoPulse.UNCLEAR)


def test_a_jump_is_shown_only_once_it_has_held() -> None:
    reader = PairedPulseReader()
    assert show(reader, 0, 40, 60, 60).bpm == pytest.approx(60, abs=1)
    shown = [show(reader, 40 + second, 1, 110, 110).bpm for second in range(60)]
    told = [bpm for bpm in shown if bpm is not None]
    # One of the two rates at any time, and the old one's window lets the new one wait.
    assert all(min(abs(bpm - 60), abs(bpm - 110)) < 8 for bpm in told)
    assert shown[-1] == pytest.approx(110, abs=1)
    first = next(second for second, bpm in enumerate(shown) if bpm is not None and bpm > 100)
    assert shown[first - 10 : first] == [None] * 10


def test_a_heart_that_changes_slowly_is_followed() -> None:
    reader = PairedPulseReader()
    show(reader, 0, 40, 60, 60)
    for step in range(20):
        show(reader, 40 + 6 * step, 6, 60 + step, 60 + step)
    assert show(reader, 160, 30, 80, 80).bpm == pytest.approx(80, abs=2)


@pytest.mark.parametrize("hertz", [1.3])
def test_chewing_and_talk_are_no_pulse(hertz: float) -> None:
    sitter = Sitter(bpm=None, talk_hz=hertz, talk=0.006)
    times, pictures, boxes = zip(*film(sitter, np.random.default_rng(2), fps=12.0), strict=True)
    assert read_pulse(times, pictures, boxes).bpm is None
