"""An answer to a card as a comprehension probe: what it teaches the learner's estimates."""

from __future__ import annotations

from fer_core.affect.indicators import ComprehensionFeatures
from fer_core.learner.probes import Answer, Probe, ProbeKind
from fer_core.recall.cards import Card, Review


def as_answer(card: Card, review: Review) -> tuple[Answer, ComprehensionFeatures | None]:
    """Return a review as an answer of full weight, with its delay, and what was known.

    Args:
        card: The card.
        review: One of its answers.
    """
    probe = Probe(
        probe_id=f"review-{review.review_id}",
        kind=ProbeKind.RECALL,
        asked_at=review.at,
        prompt=card.front,
        passage_id=card.source.passage_id or None,
        chosen_at_random=False,
        delay_s=review.delay_s,
    )
    return Answer(probe, int(review.rating), review.at), card.source.features
