"""A heart rate that forehead and cheeks agree on, and that does not jump. Method C.

One place alone may take light from a screen, a lock of hair or a chewing jaw for a pulse. The rate
is read from both together, and shown only where each of them alone has its strongest rhythm there,
all three within 6 bpm.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from fer_core.affect.heart_rate import (
    AGREE_BPM,
    JUMP_BPM,
    JUMP_HOLDS_S,
    NoPulse,
    Pulse,
    PulseReader,
)
from fer_core.vision.faces import SkinRegions


class PairedPulseReader:
    """Reads the pulse of one face from two places. Not thread-safe: its session locks."""

    def __init__(self) -> None:
        self._both, self._forehead, self._cheeks = PulseReader(), PulseReader(), PulseReader()
        self._shown: deque[tuple[float, float]] = deque()
        self._jumped: tuple[float, float] | None = None

    def push(self, at: float, skin: SkinRegions, centre: tuple[float, float] = (0.0, 0.0)) -> None:
        """Take one picture's face.

        Args:
            at: When it was captured, seconds. One that is not newer than the last is ignored.
            skin: Colours of forehead and cheeks.
            centre: Of the face, in face heights.
        """
        red, green, blue = (float(value) for value in np.mean(skin, axis=0))
        self._both.push(at, (red, green, blue), centre)
        self._forehead.push(at, skin.forehead, centre)
        self._cheeks.push(at, skin.cheeks, centre)

    def clear(self) -> None:
        for reader in (self._both, self._forehead, self._cheeks):
            reader.clear()
        self._shown.clear()
        self._jumped = None

    def read(self, at: float) -> Pulse:
        """Return what the last half minute says at this moment; call it about once a second."""
        pulse = self._both.read(at)
        if pulse.bpm is None:
            return pulse
        rates = (pulse.bpm, self._forehead.strongest(), self._cheeks.strongest())
        if not np.ptp(rates) <= AGREE_BPM:  # NaN: one place has no rhythm at all
            return Pulse(snr_db=pulse.snr_db, reason=NoPulse.DISAGREE)
        return (
            pulse
            if self._holds(at, pulse.bpm)
            else Pulse(snr_db=pulse.snr_db, reason=NoPulse.UNCLEAR)
        )

    def _holds(self, at: float, bpm: float) -> bool:
        """Tell whether a rate is near those before it, or has held by itself."""
        while self._shown and self._shown[0][0] < at - 2 * JUMP_HOLDS_S:
            self._shown.popleft()
        usual = float(np.median([one for _, one in self._shown])) if self._shown else math.nan
        if self._shown and abs(bpm - usual) > JUMP_BPM:
            if self._jumped is None or abs(bpm - self._jumped[1]) > AGREE_BPM:
                self._jumped = at, bpm
            if at - self._jumped[0] < JUMP_HOLDS_S:
                return False
            self._shown.clear()
        self._jumped = None
        self._shown.append((at, bpm))
        return True
