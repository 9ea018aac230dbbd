"""A deck of cards of every kind, answered."""

from __future__ import annotations

from fer_core.affect.indicators import ComprehensionFeatures
from fer_core.recall.cards import Card, CardKind, Rating, Schedule, Source
from fer_core.storage.store import SessionStore
from tests.storage.sessions import START, TEXT

FEATURES = ComprehensionFeatures(difficulty=0.5, skimming=1.0)


def card(
    name: str, kind: CardKind = CardKind.OWN, at: float = START, session_id: str = "s1"
) -> Card:
    """Return a new card about the text's third passage, read at `at`."""
    source = Source(session_id, TEXT.text_id, TEXT.title, "p3", "Bees dance.", at, FEATURES)
    front = f"Who dances in {name}?"
    choices: tuple[str, ...] = ()
    if kind is CardKind.CLOZE:
        front, choices = f"The _____ dance in {name}.", ("bees", "ants", "wasps", "flies")
    return Card(name, kind, front, "bees", at, Schedule(at), choices, ("bees",), source)


def fill_deck(store: SessionStore, owner: str = "") -> None:
    """Add a card of each kind, and answer two of them."""
    store.cards.add([card(f"card-{kind}", kind) for kind in CardKind], owner=owner)
    store.cards.answer("card-cloze", Rating.GOOD, None, at=START + 60, owner=owner)
    store.cards.answer("card-own", Rating.AGAIN, None, at=START + 60, owner=owner)
