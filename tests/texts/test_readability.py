"""Readability tells hard paragraphs from plain ones, and stays silent where it means nothing."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.learner.scores import auc
from fer_core.texts.readability import measure_readability
from tests.synthetic.reading import load_pairs

PAIRS = load_pairs()


def test_lix_and_ari_follow_their_definitions() -> None:
    # 9 words in 2 sentences, 2 longer than 6 letters, 42 letters and digits.
    text = "Reading teaches many. The long night goes on still."
    words = text.replace(".", "").split()
    long_words = [word for word in words if len(word) > 6]
    letters = sum(len(word) for word in words)
    measured = measure_readability(text)
    assert measured is not None
    assert measured.lix == pytest.approx(len(words) / 2 + 100 * len(long_words) / len(words))
    assert measured.ari == pytest.approx(4.71 * letters / len(words) + 0.5 * len(words) / 2 - 21.43)


@pytest.mark.parametrize("measure", ["lix", "ari"])
def test_advanced_paragraphs_are_told_from_elementary_ones(measure: str) -> None:
    values = [[getattr(measure_readability(text), measure) for text in pair] for pair in PAIRS]
    predictions = np.array(values).T.ravel()
    targets = np.repeat([1.0, 0.0], len(PAIRS))
    area = auc(targets, predictions)
    assert area is not None
    assert area >= 0.72


@pytest.mark.parametrize(
    "text", ["今天我们在图书馆里读一本关于记忆的书。", "यह पहला वाक्य है।", "هذا نص قصير.", "1234 !?"]
)
def test_there_is_no_figure_for_scripts_that_the_formulas_do_not_know(text: str) -> None:
    assert measure_readability(text) is None


@pytest.mark.parametrize(
    "text", ["Длинные предложения читаются медленно.", "Η ανάγνωση θέλει χρόνο.", "Kurze Sätze."]
)
def test_there_is_a_figure_for_every_alphabet(text: str) -> None:
    assert measure_readability(text) is not None
