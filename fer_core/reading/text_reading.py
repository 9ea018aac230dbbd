"""A text as it was read: each passage's figures, and what they say of comprehension."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from fer_core.affect.indicators import ComprehensionFeatures, Estimate, comprehension_features
from fer_core.affect.weights import Weights, estimate
from fer_core.reading.attribution import PassageReading, Signals, attribute_stretches
from fer_core.reading.pace import Pace
from fer_core.reading.stretches import Stretches
from fer_core.reading.visibility import View
from fer_core.texts.difficulty import measure_difficulty
from fer_core.texts.document import Document


@dataclass(frozen=True)
class Reading:
    """A text as it was read.

    Attributes:
        document: The text.
        passages: One reading for each passage, in order.
        own: The learner's pace to compare with, from earlier texts.
    """

    document: Document
    passages: tuple[PassageReading, ...]
    own: Pace

    def is_skimmed(self, reading: PassageReading) -> bool:
        """Whether a passage went by two of the own standard deviations faster than the own pace."""
        return reading.wpm is not None and reading.wpm > self.own.skimmed_wpm

    def features(self, *, with_camera: bool = True) -> dict[str, ComprehensionFeatures]:
        """Return the inputs of the comprehension estimate for each passage that was seen.

        Args:
            with_camera: Include absence and expression.
        """
        usual_revisits = median(
            [reading.revisits for reading in self.passages if reading.seen] or [0]
        )
        features = {}
        for passage, reading in zip(self.document.passages, self.passages, strict=True):
            if not reading.seen:
                continue
            made = comprehension_features(
                difficulty=None
                if passage.span is not None
                else measure_difficulty(passage.text, self.document.written_in),
                wpm=reading.wpm,
                own_wpm=self.own.wpm,
                revisits_above_median=reading.revisits - usual_revisits,
                away_share=reading.away_share,
                negative_z=reading.negative_z,
            )
            features[passage.passage_id] = made if with_camera else made.without_camera()
        return features

    def estimates(self, weights: Weights, *, with_camera: bool = True) -> dict[str, Estimate]:
        """Return the comprehension estimate of each passage that was seen, 0..100."""
        return {
            passage_id: estimate(features, weights)
            for passage_id, features in self.features(with_camera=with_camera).items()
        }


def read(
    document: Document,
    views: Iterable[View],
    signals: Signals,
    earlier_wpm: Sequence[float] = (),
) -> Reading:
    """Work out how a text was read.

    Args:
        document: The text.
        views: What was visible when.
        signals: What the camera saw; no rows without one.
        earlier_wpm: Words a minute on passages of the learner's earlier sessions.
    """
    stretches = Stretches(passage.passage_id for passage in document.passages)
    stretches.update(tuple(views))
    return read_stretches(document, stretches, signals, earlier_wpm)


def read_stretches(
    document: Document,
    stretches: Stretches,
    signals: Signals,
    earlier_wpm: Sequence[float] = (),
    *,
    running: bool = False,
) -> Reading:
    """Do what `read` does for what is already cut into stretches.

    `running` is that of `attribute_stretches`.
    """
    passages = attribute_stretches(document.passages, stretches, signals, running=running)
    return Reading(document, passages, Pace.of(earlier_wpm))
