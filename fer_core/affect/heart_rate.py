"""Heart rate from the colour of the skin, or the reason why none can be read. Method C.

Each heartbeat changes the colour of the skin by less than a hundredth. POS (Wang et al. 2017)
takes the part of it that light and movement do not explain. Policy on numbers only: mean colours
with their times come in, one reading comes out. The variability between beats is never given:
it does not survive video compression, and every picture here has been compressed.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from fer_core.affect.indicators import HEART_RATE_UNIT_BPM, Z_LIMIT
from fer_core.arrays import FloatArray

#: A reading is taken from this much of the recent past. Seconds.
WINDOW_S = 30.0
#: Colours are brought to this rate before anything else. Hertz.
RATE_HZ = 30.0
#: Length of the stretches that POS normalises and projects: at least one beat. Seconds.
STRETCH_S = 1.6
#: Heart rates looked for: 42 to 180 beats a minute. Hertz.
LOWEST_HZ, HIGHEST_HZ = 0.7, 3.0
#: What lies this close to the peak, or to twice its frequency, is the pulse. Hertz: 6 bpm.
NEAR_HZ = 0.1
#: Least signal-to-noise ratio of a reading, in decibels. Of 1350 windows of made-up skin without
#: a pulse none passed.
MIN_SNR_DB = 0.0
#: What half a minute can tell apart: one point of its spectrum. Beats a minute.
MARGIN_BPM = 60.0 / WINDOW_S
#: From here on the words for a signal are "fair" and "clear", decibels.
FAIR_DB, CLEAR_DB = 4.0, 10.0
#: A window with a hole longer than this starts anew. Seconds. Not less, so that a machine that
#: analyses one picture a second is told so instead of waiting for ever.
MAX_GAP_S = 2.0
#: Pictures a second below which fast pulses would fold over into slow ones.
MIN_FPS = 7.0
#: Skin darker or brighter than this (mean of the channels, 0..255) has no colour to speak of.
DARK_BELOW, BRIGHT_ABOVE = 40.0, 240.0
#: The same for the weakest channel: a light without any blue gives no colour to compare with.
CHANNEL_BELOW = 10.0
#: A head that moves more than this spoils the colour: spread of its place, in face heights.
MOVED_ABOVE = 0.12
#: A head whose place spreads less than this in one direction does not nod. In face heights: about
#: a pixel, the detector's own jitter.
NODS_ABOVE = 0.005
#: Readings of the start of a session that are the learner's own usual, as seconds of them. One
#: session's only: a usual heart rate differs from day to day by more than a stressed one from it.
RESTING_S = 120.0
#: Forehead and cheeks that are no further apart beat together. Beats a minute.
AGREE_BPM = 6.0
#: A heart changes its rate slowly: a reading further than this from those before is not shown
#: until it has held. Beats a minute, seconds.
JUMP_BPM, JUMP_HOLDS_S = 12.0, 10.0
#: Zero-padding: a point of the spectrum every .4 bpm.
_SPECTRUM = 4096


class NoPulse(StrEnum):
    """Why there is no heart rate. `text` is the sentence to show in its place."""

    GATHERING = "gathering"
    FEW_PICTURES = "few_pictures"
    DARK = "dark"
    BRIGHT = "bright"
    MOVEMENT = "movement"
    UNCLEAR = "unclear"
    DISAGREE = "disagree"

    @property
    def text(self) -> str:
        return _TEXTS[self]


_TEXTS = {
    NoPulse.GATHERING: "Half a minute with your face in view is needed.",
    NoPulse.FEW_PICTURES: "No pulse could be read: too few pictures a second are analysed.",
    NoPulse.DARK: "No pulse could be read: your face is too dark.",
    NoPulse.BRIGHT: "No pulse could be read: your face is too bright.",
    NoPulse.MOVEMENT: "No pulse could be read: too much movement.",
    NoPulse.UNCLEAR: (
        "No pulse could be read: the video is compressed too much, or the light is too weak or "
        "not steady."
    ),
    NoPulse.DISAGREE: (
        "No pulse could be read: forehead and cheeks do not beat together. Hair, shadows or "
        "chewing may be in the way."
    ),
}


@dataclass(frozen=True, slots=True)
class Pulse:
    """A reading of the last half minute.

    Attributes:
        bpm: Beats a minute, 42..180; None where none could be read.
        snr_db: Signal-to-noise ratio of the strongest rhythm, in decibels; None before there is
            one to speak of. Below `MIN_SNR_DB` there is no `bpm`.
        reason: Why there is no `bpm`; None where there is.
    """

    bpm: float | None = None
    snr_db: float | None = None
    reason: NoPulse | None = None

    @property
    def signal(self) -> str:
        """The strength of the signal in a word: none, faint, fair or clear."""
        if self.bpm is None or self.snr_db is None:
            return "none"
        return "clear" if self.snr_db >= CLEAR_DB else "fair" if self.snr_db >= FAIR_DB else "faint"


def pos(rgb: FloatArray, rate_hz: float) -> FloatArray:
    """Return the pulse signal in a skin colour: "plane orthogonal to skin" (Wang et al. 2017).

    In each stretch of 1.6 s the channels are divided by their mean there; S1 = G - B,
    S2 = G + B - 2 R, h = S1 + (sd S1 / sd S2) S2; the stretches overlap and are averaged.

    Args:
        rgb: Shape (n, 3), evenly spaced in time, above 0.
        rate_hz: Rows a second.

    Returns:
        Shape (n,), mean about 0, no unit.

    Raises:
        ValueError: It is shorter than one stretch.
    """
    length = round(STRETCH_S * rate_hz)
    if len(rgb) < length:
        raise ValueError(f"a pulse needs at least {STRETCH_S:g} s")
    stretches = np.lib.stride_tricks.sliding_window_view(rgb, length, axis=0)  # (m, 3, length)
    red, green, blue = np.moveaxis(stretches / stretches.mean(axis=2, keepdims=True), 1, 0)
    first, second = green - blue, green + blue - 2.0 * red
    spread = second.std(axis=1, keepdims=True)
    alpha = np.divide(
        first.std(axis=1, keepdims=True), spread, out=np.zeros_like(spread), where=spread > 0
    )
    pulse = first + alpha * second
    pulse -= pulse.mean(axis=1, keepdims=True)
    total, count = np.zeros(len(rgb)), np.zeros(len(rgb))
    for offset in range(length):
        total[offset : offset + len(pulse)] += pulse[:, offset]
        count[offset : offset + len(pulse)] += 1.0
    return np.asarray(total / count)


def strongest_rhythm(signal: FloatArray, rate_hz: float) -> tuple[float, float]:
    """Return beats a minute of the strongest rhythm between 42 and 180, and its SNR in decibels.

    SNR = 10 log10(power within 6 bpm of f and of 2f / power of the rest of the band).

    Args:
        signal: Shape (n,), evenly spaced in time.
        rate_hz: Values a second.

    Returns:
        (bpm, SNR); (nan, -inf) for a signal without any rhythm.
    """
    n = len(signal)
    line = np.arange(n) - (n - 1) / 2
    level = signal - signal.mean()
    detrended = level - line * (line @ level) / (line @ line)
    power = np.abs(np.fft.rfft(detrended * np.hanning(n), max(_SPECTRUM, n))) ** 2
    hertz = np.fft.rfftfreq(max(_SPECTRUM, n), 1.0 / rate_hz)
    band = (hertz >= LOWEST_HZ) & (hertz <= HIGHEST_HZ)
    power, hertz = power[band], hertz[band]
    if not power.max(initial=0.0) > 0.0:
        return math.nan, -math.inf
    peak = float(hertz[power.argmax()])
    near = (np.abs(hertz - peak) <= NEAR_HZ) | (np.abs(hertz - 2.0 * peak) <= NEAR_HZ)
    rest = float(power[~near].sum())
    ratio = float(power[near].sum()) / rest if rest > 0.0 else math.inf
    return 60.0 * peak, 10.0 * math.log10(ratio)


def evenly(times: FloatArray, values: FloatArray) -> FloatArray:
    """Return values (n, k), seen at some times (n,), at 30 Hz between the first and the last."""
    grid = np.arange(times[0], times[-1], 1.0 / RATE_HZ)
    return np.column_stack([np.interp(grid, times, column) for column in values.T])


class PulseReader:
    """Reads the pulse of one face as its colours come in. Not thread-safe: its session locks.

    Memory is bounded by the window: half a minute of colours.
    """

    def __init__(self) -> None:
        self._seen: deque[tuple[float, ...]] = deque()

    def push(
        self,
        at: float,
        colour: tuple[float, float, float],
        centre: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        """Take one picture's face.

        Args:
            at: When it was captured, seconds. One that is not newer than the last is ignored.
            colour: Mean red, green, blue of the skin, 0..255.
            centre: Of the face, in face heights.
        """
        if self._seen and at <= self._seen[-1][0]:
            return
        if self._seen and at - self._seen[-1][0] > MAX_GAP_S:
            self._seen.clear()
        self._seen.append((at, *colour, *centre))
        while self._seen[0][0] < at - WINDOW_S:
            self._seen.popleft()

    def clear(self) -> None:
        self._seen.clear()

    def strongest(self) -> float:
        """Return the strongest rhythm of the window, beats a minute, however weak; NaN: none."""
        seen = np.array(self._seen)
        if len(seen) < 2 or seen[-1, 0] - seen[0, 0] < STRETCH_S + 1.0:
            return math.nan
        even = evenly(seen[:, 0], np.maximum(seen[:, 1:4], 1.0))
        return strongest_rhythm(pos(even, RATE_HZ), RATE_HZ)[0]

    def read(self, at: float) -> Pulse:
        """Return what the last half minute says at this moment."""
        if not self._seen or at - self._seen[-1][0] > MAX_GAP_S:
            return Pulse(reason=NoPulse.GATHERING)
        seen = np.array(self._seen)
        times, colours, centres = seen[:, 0], seen[:, 1:4], seen[:, 4:]
        length = times[-1] - times[0]
        if length < WINDOW_S - MAX_GAP_S:
            return Pulse(reason=NoPulse.GATHERING)
        if len(times) / length < MIN_FPS:
            return Pulse(reason=NoPulse.FEW_PICTURES)
        mean = colours.mean(axis=0)
        if mean.mean() < DARK_BELOW or mean.min() < CHANNEL_BELOW:
            return Pulse(reason=NoPulse.DARK)
        if mean.mean() > BRIGHT_ABOVE:
            return Pulse(reason=NoPulse.BRIGHT)
        even = evenly(times, np.maximum(colours, 1.0))
        bpm, snr_db = strongest_rhythm(pos(even, RATE_HZ), RATE_HZ)
        if not math.isfinite(snr_db):
            return Pulse(reason=NoPulse.UNCLEAR)
        nods = any(_moves_at(bpm, direction) for direction in evenly(times, centres).T)
        if snr_db >= MIN_SNR_DB and not nods:
            return Pulse(bpm=bpm, snr_db=snr_db)
        moved = nods or float(np.hypot(*centres.std(axis=0))) > MOVED_ABOVE
        return Pulse(snr_db=snr_db, reason=NoPulse.MOVEMENT if moved else NoPulse.UNCLEAR)


def _moves_at(bpm: float, places: FloatArray) -> bool:
    """Tell whether the head moves in this rhythm, as to music: then it is no pulse."""
    if places.std() < NODS_ABOVE:
        return False
    rhythm, snr_db = strongest_rhythm(places, RATE_HZ)
    return snr_db >= MIN_SNR_DB and any(
        abs(bpm - times * rhythm) <= 60.0 * NEAR_HZ for times in (0.5, 1.0, 2.0)
    )


class RestingRate:
    """The learner's usual heart rate: the median of a session's first two minutes of readings."""

    def __init__(self) -> None:
        self._readings: list[float] = []
        self._seconds = 0.0

    def push(self, pulse: Pulse, seconds: float = 1.0) -> None:
        """Take the reading of a stretch; one without a value changes nothing."""
        if pulse.bpm is not None and self._seconds < RESTING_S:
            self._readings.append(pulse.bpm)
            self._seconds += seconds

    @property
    def bpm(self) -> float | None:
        """Beats a minute; None until there are enough readings."""
        return float(np.median(self._readings)) if self._seconds >= RESTING_S else None

    def feature(self, pulse: Pulse) -> float | None:
        """Return (heart rate - own) / 8 bpm, -3..3; None where either is missing (method C)."""
        usual = self.bpm
        if pulse.bpm is None or usual is None:
            return None
        return max(-Z_LIMIT, min(Z_LIMIT, (pulse.bpm - usual) / HEART_RATE_UNIT_BPM))
