"""What came back after a week, and what an answer is as a probe."""

from __future__ import annotations

import pytest

from fer_core.affect.indicators import ComprehensionFeatures
from fer_core.learner.probes import Probe, ProbeKind
from fer_core.recall.cards import Card, Rating, Review, Source
from fer_core.recall.making import own_card
from fer_core.recall.probe import as_answer
from fer_core.recall.results import WEEK_S, after_a_week, wilson

DAY_S = 86_400.0
FEATURES = ComprehensionFeatures(skimming=1.0)


def given(name: str, days: float, rating: Rating) -> tuple[Card, Review]:
    source = Source(read_at=0.0, passage_id="p1", features=FEATURES)
    card = own_card(name, "x", 0.0, source=source)
    at = days * DAY_S
    return card, Review(f"{name}{days}", card.card_id, rating, at, at, card.schedule)


def test_the_first_answer_after_a_week_counts_and_no_earlier_or_later_one() -> None:
    result = after_a_week(
        [
            given("a", 1, Rating.GOOD),
            given("a", 12, Rating.AGAIN),
            given("a", 12.01, Rating.GOOD),
            given("b", 7, Rating.HARD),
            given("c", 6.9, Rating.EASY),
        ]
    )
    assert [(one.card.front, one.recalled) for one in result.answers] == [("a", False), ("b", True)]
    assert (result.asked, result.recalled, result.share) == (2, 1, 0.5)
    assert result.sentence.startswith("1 of 2 came back a week or more after reading: 50%")


def test_without_answers_nothing_is_claimed() -> None:
    result = after_a_week([given("a", 1, Rating.GOOD)])
    assert (result.share, result.low, result.high) == (None, None, None)
    assert "No card has been asked" in result.sentence


def test_the_interval_stays_within_bounds() -> None:
    assert wilson(0, 5)[0] == 0.0
    assert wilson(5, 5)[1] == 1.0
    assert wilson(50, 100) == pytest.approx((0.404, 0.596), abs=0.001)


@pytest.mark.parametrize("rating", Rating)
def test_an_answer_is_a_probe_of_full_weight_with_its_delay(rating: Rating) -> None:
    card, review = given("a", 8, rating)
    answer, features = as_answer(card, review)
    assert answer.probe.kind is ProbeKind.RECALL
    assert answer.probe.delay_s == 8 * DAY_S > WEEK_S
    assert answer.weight == 1.0
    assert answer.target == (0.0 if rating is Rating.AGAIN else 1.0)
    assert answer.probe.options == (1, 2, 3, 4)
    assert features == FEATURES


def test_only_a_recall_has_a_delay() -> None:
    with pytest.raises(ValueError, match="delay"):
        Probe("q", ProbeKind.RECALL, 0.0, "?")
    with pytest.raises(ValueError, match="delay"):
        Probe("q", ProbeKind.CLARITY, 0.0, "?", delay_s=3.0)
