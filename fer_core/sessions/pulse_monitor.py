"""The heart rate of one session: off until it is asked for, and gone in every gap."""

from __future__ import annotations

from fer_core.affect.heart_rate import NoPulse, Pulse, RestingRate
from fer_core.affect.paired_pulse import PairedPulseReader
from fer_core.affect.signals import Sample


class PulseMonitor:
    """Reads the heart rate from the skin's colour, where frames bring it."""

    def __init__(self) -> None:
        self._reader: PairedPulseReader | None = None
        self._resting = RestingRate()
        self.last: Pulse | None = None

    def read(self, on: bool) -> None:
        """Read from here on, or stop."""
        if on != self.is_on:
            self._reader = PairedPulseReader() if on else None
            self.last = None

    @property
    def is_on(self) -> bool:
        return self._reader is not None

    def begin(self) -> None:
        """Start anew after a pause."""
        self.last = None
        if self._reader is not None:
            self._reader.clear()

    def take(self, sample: Sample) -> None:
        """Take the skin of one face, if its colour was measured."""
        if self._reader is not None and sample.skin is not None and sample.size > 0:
            centre = (sample.centre_x * sample.aspect / sample.size, sample.centre_y / sample.size)
            self._reader.push(sample.at, sample.skin, centre)

    def end_second(self, at: float) -> None:
        """Read the rate as a second ends."""
        if self._reader is not None:
            self.last = self._reader.read(at)
            self._resting.push(self.last)

    def restore(self, pulse: Pulse, seconds: float) -> None:
        """Take a reading of an interrupted session, for what is usual."""
        self._resting.push(pulse, seconds)

    def shown(self, *, face: bool) -> Pulse | None:
        """Return the rate now, or why there is none; None: not asked for.

        Args:
            face: Whether a face can be seen now.
        """
        if self._reader is None:
            return None
        return Pulse(reason=NoPulse.GATHERING) if self.last is None or not face else self.last

    @property
    def feature(self) -> float | None:
        """What it says about stress; None where nothing was read."""
        return None if self.last is None else self._resting.feature(self.last)

    @property
    def usual_bpm(self) -> float | None:
        """The rate at the start of this session; None until it is known."""
        return self._resting.bpm
