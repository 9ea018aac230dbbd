"""The learner's own pace: how fast they usually read, how much that varies, what is skimming.

It is learnt from earlier texts only. With the text in hand in it, whoever rushes through a whole
text would be no skimmer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from fer_core.arrays import MAD_TO_SD

#: Silent reading of English non-fiction, words a minute (Brysbaert 2019).
USUAL_WPM = 238.0
#: How many passages the usual pace weighs against the learner's own.
USUAL_WPM_WEIGHT = 5
#: Faster than this nothing is read (Rayner et al. 2016): such passages say nothing about the own
#: pace.
FASTEST_READING_WPM = 600.0
#: Standard deviation of ln(words a minute) between the passages of one learner, before it is known,
#: and how many passages that weighs.
USUAL_SPREAD = 0.45
USUAL_SPREAD_WEIGHT = 10
#: A passage counts as skimmed so many of the own standard deviations above the own pace.
SKIMMED_SDS = 2.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a learner reads.

    Attributes:
        wpm: Their usual words a minute.
        spread: Standard deviation of ln(words a minute) between passages.
        is_own: Whether it rests on anything that they read; else it is people's in general.
    """

    wpm: float = USUAL_WPM
    spread: float = USUAL_SPREAD
    is_own: bool = False

    @property
    def skimmed_wpm(self) -> float:
        """Words a minute from which a passage counts as skimmed."""
        return self.wpm * math.exp(SKIMMED_SDS * self.spread)

    @classmethod
    def of(cls, earlier_wpm: Iterable[float]) -> Pace:
        """Learn it from words a minute on passages of earlier texts; too fast ones are left out.

        The pace is (5 x 238 + n x own median) / (5 + n); the spread mixes the squares of the usual
        one and of 1.4826 MAD of the logarithms as 10 : n.
        """
        readable = [wpm for wpm in earlier_wpm if 0 < wpm <= FASTEST_READING_WPM]
        n = len(readable)
        if not n:
            return cls()
        middle = median(readable)
        own = MAD_TO_SD * median(abs(math.log(wpm / middle)) for wpm in readable)
        variance = (USUAL_SPREAD_WEIGHT * USUAL_SPREAD**2 + n * own**2) / (USUAL_SPREAD_WEIGHT + n)
        return cls(
            wpm=(USUAL_WPM_WEIGHT * USUAL_WPM + n * middle) / (USUAL_WPM_WEIGHT + n),
            spread=math.sqrt(variance),
            is_own=True,
        )
