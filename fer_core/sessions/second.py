"""One second of a session while it fills up."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fer_core.affect.signals import Presence
from fer_core.arrays import FloatArray
from fer_core.sessions.presence import UNJUDGED

#: What is summed up of each face: valence, arousal, negative, and place and size in the picture.
MEASURES = 6
#: Of these, the place and the size.
PLACE = slice(3, 6)


@dataclass(slots=True)
class Second:
    """What has come in since the last whole second.

    Attributes:
        index: Which second, since the epoch.
        frames: Pictures analysed.
        observed_s: As in `TimelineBucket`, like the three below.
        valid_s: The same.
        facing_s: The same.
        away_s: The same.
        presence_s: How long each presence held.
        samples: Usable faces.
        sum: Shape (6,): sums of their `MEASURES`.
        aspect: Width of the last picture over its height.
    """

    index: int
    frames: int = 0
    observed_s: float = 0.0
    valid_s: float = 0.0
    facing_s: float = 0.0
    away_s: float = 0.0
    presence_s: dict[Presence, float] = field(default_factory=dict)
    samples: int = 0
    sum: FloatArray = field(default_factory=lambda: np.zeros(MEASURES))
    aspect: float = 4 / 3

    def book(
        self, duration: float, presence: Presence, *, valid: bool, facing: bool | None
    ) -> None:
        """Add a stretch of time in which a presence held; facing is None where nobody can tell."""
        self.presence_s[presence] = self.presence_s.get(presence, 0.0) + duration
        if presence not in UNJUDGED and facing is not None:
            self.observed_s += duration
            self.valid_s += duration if valid else 0.0
            self.facing_s += duration if facing else 0.0
            self.away_s += duration if presence is Presence.AWAY else 0.0

    @property
    def presence(self) -> Presence:
        """What held for most of the second."""
        return max(self.presence_s, key=lambda presence: self.presence_s[presence])

    @property
    def means(self) -> FloatArray | None:
        """Shape (6,): the mean of each measure; None without a face."""
        return self.sum / self.samples if self.samples else None
