"""Made-up readers with a known truth: what a scroll shows, and what an answer depends on.

Used by `benchmarks/reading.py`, which prints the figures, and by the tests, which hold
them. Nothing here knows the estimates' coefficients except where it says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer_core.affect.indicators import ComprehensionFeatures
from fer_core.affect.priors import COMPREHENSION_PRIORS
from fer_core.arrays import expit
from fer_core.learner.personalise import Example
from fer_core.reading.attribution import Signals
from fer_core.reading.visibility import View
from fer_core.texts.document import Passage

#: Layout of the reading view at its default size, in pixels.
PIXELS_PER_WORD = 3.0
PASSAGE_GAP = 24.0
#: Height of the reading band: what of the window counts as looked at.
BAND_HEIGHT = 320.0
#: Between two reports of the page, seconds.
REPORT_S = 0.25
#: Size of the injected change of expression, in standard deviations of the own baseline: what the
#: break rule calls a sustained shift (method E).
BUMP_SD = 2.0


PAIRS_FILE = Path(__file__).with_name("reading_pairs.json")
#: The signals of a session without a camera.
NO_CAMERA = Signals(*(np.zeros(0) for _ in range(4)))


def load_pairs() -> list[tuple[str, str]]:
    """Return paragraphs told twice: for advanced readers, and in plain words."""
    pairs = json.loads(PAIRS_FILE.read_text(encoding="utf-8"))["pairs"]
    return [(pair["advanced"], pair["elementary"]) for pair in pairs]


@dataclass(frozen=True)
class Scroll:
    """One made-up reader's way through a text.

    Attributes:
        passages: The text.
        views: What the page reports.
        signals: What the camera would give, one row a second.
        shown_s: Shape (n,): the truth by visible shares, from steps of 10 ms.
        read_s: Shape (n,): how long the reader really read each passage.
        bumped: Position of the passage with the injected change of expression.
    """

    passages: tuple[Passage, ...]
    views: tuple[View, ...]
    signals: Signals
    shown_s: np.ndarray
    read_s: np.ndarray
    bumped: int


def scripted_scroll(seed: int, passages: int = 24, bump_sd: float = BUMP_SD) -> Scroll:
    """Let a reader scroll through a text, line by line in jerks, skipping a passage or two."""
    rng = np.random.default_rng(seed)
    words = rng.integers(40, 150, passages)
    texts = tuple(
        Passage(f"p{number + 1}", number, ("word " * count).strip())
        for number, count in enumerate(words)
    )
    heights = words * PIXELS_PER_WORD
    tops = np.concatenate([[0.0], np.cumsum(heights + PASSAGE_GAP)[:-1]])
    wpm = rng.normal(220, 30) * np.exp(rng.normal(0, 0.15, passages))
    skipped = rng.choice(passages, 2, replace=False)
    wpm[skipped] *= 4.0
    read_s = words / (wpm / 60.0)
    step = 0.01
    ends = np.cumsum(read_s)
    times = np.arange(0.0, ends[-1], step)
    current = np.searchsorted(ends, times, side="right").clip(max=passages - 1)
    begun = np.concatenate([[0.0], ends[:-1]])
    line = tops[current] + heights[current] * (times - begun[current]) / read_s[current]
    # The reader scrolls when the line has wandered off the middle of the band.
    top = np.empty_like(times)
    scroll, patience = line[0] - BAND_HEIGHT / 2, rng.uniform(20, 90)
    for position, at in enumerate(line):
        if abs(at - (scroll + BAND_HEIGHT / 2)) > patience:
            scroll = at - BAND_HEIGHT / 2 + rng.uniform(0, patience)
            patience = rng.uniform(20, 90)
        top[position] = scroll
    overlap = np.minimum(top[:, None] + BAND_HEIGHT, (tops + heights)[None, :]) - np.maximum(
        top[:, None], tops[None, :]
    )
    shares = np.clip(overlap, 0, None) / np.minimum(heights, BAND_HEIGHT)[None, :]
    shown_s = (shares / shares.sum(axis=1, keepdims=True)).sum(axis=0) * step

    views = []
    at = 0.0
    while at < times[-1]:
        until = min(times[-1] + step, at + REPORT_S + rng.uniform(-0.1, 0.15))
        sample = shares[int(at / step)]
        views += [
            View(f"p{index + 1}", float(min(1.0, sample[index])), at, until)
            for index in np.flatnonzero(sample > 0.005)
        ]
        at = until
    bumped = int(rng.choice(np.setdiff1d(np.arange(1, passages - 1), skipped)))
    return Scroll(
        texts,
        tuple(views),
        _signals(rng, times, current == bumped, bump_sd),
        shown_s,
        read_s,
        bumped,
    )


def _signals(
    rng: np.random.Generator, times: np.ndarray, bump: np.ndarray, bump_sd: float
) -> Signals:
    """Return an expression that wanders by itself and rises by BUMP_SD during the bump.

    Smoothed with a half-life of about 2 s like the label, one row a second; a tenth is missing.
    """
    seconds = np.arange(0.0, times[-1], 1.0)
    level, smooth = 0.0, 0.0
    values = np.empty(len(seconds))
    for position, at in enumerate(seconds):
        level = 0.9 * level + rng.normal(0, 0.25)
        raised = bump_sd if bump[min(len(bump) - 1, int(at / 0.01))] else 0.0
        smooth += (1 - 2 ** (-1.0 / 2.0)) * (level + raised - smooth)
        values[position] = smooth
    values[rng.random(len(seconds)) < 0.1] = np.nan
    return Signals(seconds, seconds + 1.0, np.ones(len(seconds)), values)


@dataclass(frozen=True)
class Reader:
    """A made-up learner: the weights by which they really understand."""

    weights: np.ndarray

    def example(self, rng: np.random.Generator, *, rating: bool = True) -> tuple[Example, float]:
        """Let them read one passage and answer; returns the example and the true probability."""
        features = ComprehensionFeatures(
            difficulty=float(np.clip(rng.normal(0, 1), -3, 3)),
            skimming=float(np.clip(rng.normal(0, 1), 0, 3)),
            revisits=float(rng.choice([0.0, 0.0, 0.0, 1.0, 2.0])),
            away=float(np.clip(rng.normal(-0.5, 1), 0, 3)),
            negative=float(np.clip(rng.normal(0, 1), 0, 3)),
        )
        truth = float(expit(float(self.weights @ features.vector())))
        if rating:
            # A rating of 1 to 5 is how well it went, blurred: four grades of a mind.
            target = float(rng.binomial(4, truth)) / 4
            return Example(features, target, 0.5), truth
        return Example(features, float(rng.random() < truth), 1.0), truth


def draw_reader(rng: np.random.Generator, *, camera_matters: bool = True) -> Reader:
    """Draw a learner around the priors' means, twice as different as the priors think.

    Args:
        rng: Source of chance.
        camera_matters: Otherwise absence and expression have nothing to do with understanding.
    """
    mean = np.array([prior.mean for prior in COMPREHENSION_PRIORS])
    sd = np.array([prior.sd for prior in COMPREHENSION_PRIORS])
    weights = rng.normal(mean, np.where(sd == sd[0], sd, 2 * sd))
    if not camera_matters:
        weights[4:] = 0.0
    return Reader(weights)
