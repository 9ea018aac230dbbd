"""A text is called hard by what readers' answers went with, and by the norm of its language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.texts.difficulty import measure_difficulty
from fer_core.texts.readability import measure_readability
from tests.synthetic.reading import load_pairs

GERMAN = (
    "Die Verwaltung der Universität veröffentlicht regelmäßig Untersuchungen über die "
    "Zufriedenheit der Studierenden. Besonders häufig werden dabei die Wartezeiten in den "
    "Sprechstunden genannt. Viele Lehrende bemühen sich deshalb um zusätzliche Angebote. "
)
ENGLISH = "They said that it would rain, but he went out because she had asked him to. " * 8


def test_paragraphs_for_advanced_readers_are_harder_than_the_same_in_plain_words() -> None:
    harder = 0
    for advanced, elementary in load_pairs():
        hard, easy = (measure_difficulty(text, "en") for text in (advanced, elementary))
        assert hard is not None
        assert easy is not None
        harder += hard > easy
    assert harder >= 0.9 * len(load_pairs())


def test_long_words_are_hard_and_words_that_refer_and_connect_are_easy() -> None:
    easy = measure_difficulty(ENGLISH, "en")
    hard = measure_difficulty(
        "Administrative reorganisation of metropolitan infrastructure necessitates "
        "considerable interdepartmental coordination. " * 8,
        "en",
    )
    assert easy is not None
    assert hard is not None
    assert easy < -1 < 1 < hard


def test_ordinary_german_is_not_hard_because_it_is_german() -> None:
    text = GERMAN * 4
    readability = measure_readability(text)
    assert readability is not None
    assert readability.lix > 50
    as_german, as_english_norm = measure_difficulty(text, "de"), measure_difficulty(text, "sv")
    assert as_german is not None
    assert as_english_norm is not None
    assert as_german < as_english_norm
    assert as_german < 1


def test_english_is_told_by_its_commonest_words() -> None:
    assert measure_difficulty(ENGLISH) == measure_difficulty(ENGLISH, "en-GB")
    assert measure_difficulty(GERMAN * 4) != measure_difficulty(GERMAN * 4, "en")


def test_little_is_said_of_a_single_sentence() -> None:
    sentence = "Interdepartmental reorganisation necessitates considerable coordination."
    short, long = measure_difficulty(sentence, "en"), measure_difficulty(sentence * 20, "en")
    assert short is not None
    assert long is not None
    assert 0 < short < long / 2


def test_nothing_is_said_where_no_measure_means_anything() -> None:
    assert measure_difficulty("读书破万卷下笔如有神" * 20) is None
    assert measure_difficulty("123 456") is None


@given(st.text(max_size=300), st.sampled_from(["", "en", "de", "xx"]))
def test_it_is_a_number_within_its_limits_or_nothing(text: str, language: str) -> None:
    made = measure_difficulty(text, language)
    assert made is None or -3 <= made <= 3


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_an_empty_text_has_none(text: str) -> None:
    assert measure_difficulty(text) is None
