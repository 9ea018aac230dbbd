"""Heart rate from made-up faces whose skin beats at a known rate, and silence where none does."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.affect.heart_rate import (
    MIN_SNR_DB,
    RESTING_S,
    NoPulse,
    Pulse,
    PulseReader,
    RestingRate,
    pos,
    strongest_rhythm,
)
from tests.synthetic.pulse import PULSE_COLOUR, Sitter, as_jpeg, film, read_pulse

SKIN = np.array([198.0, 150.0, 125.0])


def colours(
    bpm: float | None,
    *,
    seconds: float = 31.0,
    fps: float = 12.0,
    strength: float = 0.005,
    noise: float = 0.05,
    light: float = 0.003,
    skin: np.ndarray = SKIN,
    seed: int = 0,
) -> list[tuple[float, tuple[float, float, float]]]:
    """Return the mean colour of a skin at times that jitter: pulse, wandering light, noise."""
    rng = np.random.default_rng(seed)
    times = np.arange(1, int(seconds * fps) + 1) / fps
    times += rng.uniform(-0.3, 0.3, len(times)) / fps
    beat = np.zeros(len(times)) if bpm is None else np.sin(2 * np.pi * bpm / 60 * times)
    wander, keep = np.zeros(len(times)), math.exp(-1 / fps)
    for i in range(1, len(times)):
        wander[i] = keep * wander[i - 1] + rng.normal() * math.sqrt(1 - keep**2)
    seen = skin * (1 + light * wander[:, None] + strength * beat[:, None] * PULSE_COLOUR)
    seen += noise * rng.normal(size=seen.shape)
    pairs = zip(times.tolist(), seen.tolist(), strict=True)
    return [(at, (red, green, blue)) for at, (red, green, blue) in pairs]


def clip(value: float) -> float:
    return min(max(value, 0.0), 255.0)


def read(seen: list[tuple[float, tuple[float, float, float]]]) -> Pulse:
    reader = PulseReader()
    for at, colour in seen:
        reader.push(at, colour)
    return reader.read(seen[-1][0])


class TestVideo:
    """Whole pictures, with the detector's jittering box, at the rate the app analyses them."""

    @pytest.mark.parametrize("bpm", [58.0, 96.0])
    def test_a_pulse_is_read_to_a_beat_and_survives_jpeg(self, bpm: float) -> None:
        seen = film(Sitter(bpm=bpm), np.random.default_rng(1), fps=12.0)
        times, pictures, boxes = zip(*seen, strict=True)
        for shown in (pictures, as_jpeg(pictures)):
            assert read_pulse(times, shown, boxes).bpm == pytest.approx(bpm, abs=1.0)

    def test_a_face_without_a_pulse_that_nods_to_music_gives_none(self) -> None:
        sitter = Sitter(bpm=None, nod_hz=1.3, nod_px=8.0)
        seen = film(sitter, np.random.default_rng(0), fps=12.0)
        times, pictures, boxes = zip(*seen, strict=True)
        for shown in (pictures, as_jpeg(pictures)):
            assert read_pulse(times, shown, boxes).bpm is None


class TestColours:
    @settings(max_examples=25)
    @given(bpm=st.floats(48, 165), fps=st.sampled_from([8.0, 12.0, 24.0]), seed=st.integers(0, 99))
    def test_any_rate_is_found_at_any_frame_rate(self, bpm: float, fps: float, seed: int) -> None:
        assert read(colours(bpm, fps=fps, seed=seed)).bpm == pytest.approx(bpm, abs=1.5)

    def test_without_a_pulse_at_most_one_window_in_fifty_passes(self) -> None:
        passed = sum(
            read(colours(None, noise=0.3, seed=seed)).bpm is not None for seed in range(150)
        )
        assert passed <= 3

    @settings(max_examples=30)
    @given(
        bpm=st.floats(40, 180),
        strength=st.floats(0, 0.02),
        noise=st.floats(0, 5),
        skin=st.tuples(*[st.floats(0, 255)] * 3),
        seed=st.integers(0, 99),
    )
    def test_there_is_a_rate_within_the_band_or_a_reason_never_both(
        self,
        bpm: float,
        strength: float,
        noise: float,
        skin: tuple[float, float, float],
        seed: int,
    ) -> None:
        seen = colours(bpm, strength=strength, noise=noise, skin=np.array(skin), seed=seed)
        pulse = read([(at, (clip(r), clip(g), clip(b))) for at, (r, g, b) in seen])
        assert (pulse.bpm is None) != (pulse.reason is None)
        if pulse.bpm is not None:
            assert 42 <= pulse.bpm <= 180
            assert pulse.snr_db is not None
            assert pulse.snr_db >= MIN_SNR_DB
        assert pulse.snr_db is None or math.isfinite(pulse.snr_db)

    def test_twice_the_light_changes_nothing(self) -> None:
        dim = read(colours(72.0, noise=0.0, skin=SKIN / 2))
        bright = read(colours(72.0, noise=0.0, skin=SKIN))
        assert dim.bpm == bright.bpm
        assert dim.snr_db == pytest.approx(bright.snr_db)

    def test_a_colour_that_never_changes_has_no_pulse(self) -> None:
        assert read([(i / 12, (190.0, 150.0, 120.0)) for i in range(400)]).reason is NoPulse.UNCLEAR


class TestReasons:
    def test_before_half_a_minute_it_gathers(self) -> None:
        assert read(colours(72.0, seconds=20)).reason is NoPulse.GATHERING

    def test_after_a_hole_it_gathers_anew(self) -> None:
        reader = PulseReader()
        for at, colour in colours(72.0):
            reader.push(at, colour)
        reader.push(40.0, (190.0, 150.0, 120.0))
        assert reader.read(40.0).reason is NoPulse.GATHERING

    def test_without_new_pictures_an_old_reading_does_not_stand(self) -> None:
        reader = PulseReader()
        for at, colour in colours(72.0):
            reader.push(at, colour)
        assert reader.read(31.0).bpm is not None
        assert reader.read(35.0).bpm is None

    @pytest.mark.parametrize("fps", [1.0, 4.0])
    def test_four_pictures_a_second_are_too_few(self, fps: float) -> None:
        assert read(colours(72.0, seconds=40, fps=fps)).reason is NoPulse.FEW_PICTURES

    def test_a_dark_face_and_one_in_glaring_light_are_told_apart(self) -> None:
        assert read(colours(72.0, skin=np.full(3, 20.0))).reason is NoPulse.DARK
        assert read(colours(72.0, skin=np.full(3, 252.0))).reason is NoPulse.BRIGHT

    def test_much_movement_is_named_where_nothing_can_be_read(self) -> None:
        rng, reader = np.random.default_rng(0), PulseReader()
        for at, colour in colours(None, noise=2.0):
            reader.push(at, colour, (rng.normal(0, 0.2), 0.0))
        assert reader.read(31.0).reason is NoPulse.MOVEMENT

    def test_a_rhythm_that_the_head_moves_in_is_no_pulse(self) -> None:
        reader = PulseReader()
        for at, colour in colours(72.0):
            reader.push(at, colour, (0.0, 0.05 * math.sin(2 * math.pi * 1.2 * at)))
        assert reader.read(31.0).reason is NoPulse.MOVEMENT

    def test_every_reason_has_a_sentence(self) -> None:
        assert all(reason.text.endswith(".") for reason in NoPulse)


def test_pictures_out_of_order_change_nothing() -> None:
    seen = colours(72.0)
    reader = PulseReader()
    for i, (at, colour) in enumerate(seen):
        reader.push(at, colour)
        if i % 7 == 0:
            reader.push(at - 0.5, (1.0, 2.0, 3.0))
    assert reader.read(seen[-1][0]) == read(seen)


def test_an_hour_takes_no_more_memory_than_a_minute() -> None:
    reader, minute = PulseReader(), colours(72.0, seconds=60)
    tracemalloc.start()
    sizes = []
    for turn in range(20):
        for at, colour in minute:
            reader.push(60.0 * turn + at, colour)
        sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert sizes[-1] < 1.2 * sizes[1]


def test_light_that_all_channels_share_leaves_no_signal() -> None:
    light = 1 + 0.1 * np.sin(np.arange(300) / 5)
    assert np.abs(pos(SKIN * light[:, None], 30.0)).max() < 1e-9


def test_a_signal_shorter_than_a_stretch_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1\.6 s"):
        pos(np.ones((20, 3)), 30.0)


def test_a_clean_rhythm_has_a_high_ratio_and_noise_a_low_one() -> None:
    times = np.arange(900) / 30
    bpm, clean = strongest_rhythm(np.sin(2 * np.pi * 1.5 * times), 30.0)
    _, noisy = strongest_rhythm(np.random.default_rng(0).normal(size=900), 30.0)
    assert bpm == pytest.approx(90, abs=0.5)
    assert clean > 20
    assert noisy < 0


class TestRestingRate:
    def test_the_usual_rate_is_the_median_of_two_minutes_of_readings(self) -> None:
        usual = RestingRate()
        for second in range(int(RESTING_S)):
            assert usual.bpm is None
            usual.push(Pulse(bpm=200.0 if second % 5 == 0 else 70.0, snr_db=3.0))
        usual.push(Pulse(bpm=120.0, snr_db=3.0))
        assert usual.bpm == 70.0

    def test_eight_beats_above_it_are_one_unit_of_stress(self) -> None:
        usual = RestingRate()
        usual.push(Pulse(bpm=70.0, snr_db=3.0), RESTING_S)
        assert usual.feature(Pulse(bpm=78.0, snr_db=3.0)) == 1.0
        assert usual.feature(Pulse(bpm=170.0, snr_db=3.0)) == 3.0
        assert usual.feature(Pulse(reason=NoPulse.DARK)) is None
