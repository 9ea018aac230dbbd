"""Cards out of passages: of each kind, once, with where they come from."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from fer_core.affect.indicators import ComprehensionFeatures
from fer_core.recall.cards import GAP, CardKind
from fer_core.recall.errors import CardInvalid
from fer_core.recall.making import CLOZES_A_PASSAGE, make_cards, own_card
from fer_core.texts.question import Question
from tests.recall.make_sample import TEXTS
from tests.recall.test_cloze import open_sample

NOW = 1_800_000_000.0
DOCUMENT = replace(
    open_sample(TEXTS / "own_heart.md"),
    questions=(Question("How large is the heart?", ("fist", "head"), 0, "p1"),),
)
FEATURES = ComprehensionFeatures(difficulty=1.0)


def test_a_passage_gives_gaps_its_own_question_and_a_free_recall() -> None:
    cards = make_cards(
        DOCUMENT, ["p1"], NOW, session_id="s", read_at={"p1": NOW - 60}, features={"p1": FEATURES}
    )
    kinds = Counter(card.kind for card in cards)
    assert kinds == {CardKind.CLOZE: CLOZES_A_PASSAGE, CardKind.QUESTION: 1, CardKind.RECALL: 1}
    for card in cards:
        assert card.schedule.due_at == NOW
        assert card.source.passage == DOCUMENT.passages[0].text
        assert (card.source.session_id, card.source.read_at) == ("s", NOW - 60)
        assert card.source.features == FEATURES
    recall = next(card for card in cards if card.kind is CardKind.RECALL)
    assert recall.back == DOCUMENT.passages[0].text
    assert recall.terms
    assert "that begins: “The human heart is a hollow muscle" in recall.front


def test_making_again_makes_the_same_cards_and_of_others_other_ones() -> None:
    first = make_cards(DOCUMENT, ["p1", "p2"], NOW)
    again = make_cards(DOCUMENT, ["p2", "p1", "nowhere"], NOW + 60)
    assert [card.card_id for card in again] == [card.card_id for card in first]
    theirs = make_cards(DOCUMENT, ["p1", "p2"], NOW, owner="them")
    assert not {card.card_id for card in first} & {card.card_id for card in theirs}


def test_only_the_kinds_asked_for_are_made() -> None:
    assert {card.kind for card in make_cards(DOCUMENT, ["p1"], NOW, kinds=[CardKind.QUESTION])} == {
        CardKind.QUESTION
    }
    assert make_cards(DOCUMENT, [], NOW) == []


def test_a_card_of_ones_own_needs_words_and_a_cloze_its_gap() -> None:
    card = own_card(" What pumps? ", " the heart ", NOW)
    assert (card.front, card.back, card.kind) == ("What pumps?", "the heart", CardKind.OWN)
    assert own_card(f"The {GAP} pumps.", "heart", NOW, kind=CardKind.CLOZE).choices == ()
    for front, back, choices, kind in (
        ("", "x", (), CardKind.OWN),
        ("x", "  ", (), CardKind.OWN),
        ("x" * 5000, "x", (), CardKind.OWN),
        ("x\0", "x", (), CardKind.OWN),
        ("no gap", "x", (), CardKind.CLOZE),
        ("x", "a", ("b", "c"), CardKind.OWN),
        ("x", "a", ("a", "a"), CardKind.OWN),
        ("x", "a", ("a", " "), CardKind.OWN),
    ):
        with pytest.raises(CardInvalid):
            own_card(front, back, NOW, choices=choices, kind=kind)
