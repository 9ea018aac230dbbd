"""What the review page remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from app.parts.memory import PageMemory


class Step(NamedTuple):
    """Something that can be taken back.

    Attributes:
        kind: What was done.
        card_id: To which card.
    """

    kind: Literal["answer", "drop"]
    card_id: str


@dataclass(slots=True)
class ReviewMemory(PageMemory):
    """Of one tab.

    Attributes:
        card_id: The card that is shown; empty: none is.
        shown: Whether its answer is to be seen.
        chosen: Which of its choices was taken; empty: none.
        editing: The card that is being edited; empty: none.
        steps: What was done in this tab, the latest last.
        news: What came of the last thing done in the deck, until it is said.
    """

    card_id: str = ""
    shown: bool = False
    chosen: str = ""
    editing: str = ""
    steps: list[Step] = field(default_factory=list)
    news: str = ""

    def turn_to(self, card_id: str) -> None:
        """Show the front of a card, unless it is shown already."""
        if card_id != self.card_id:
            self.card_id, self.shown, self.chosen = card_id, False, ""

    def done(self, kind: Literal["answer", "drop"], card_id: str) -> None:
        """Note what can be taken back."""
        self.steps.append(Step(kind, card_id))
        self.card_id, self.shown, self.chosen = "", False, ""
