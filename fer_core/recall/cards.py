"""A card: what is asked, what the answer is, where it comes from, and when it is due."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum

from fer_core.affect.indicators import ComprehensionFeatures
from fer_core.recall.errors import CardInvalid

#: Stands for the word that is asked for in the front of a cloze card.
GAP = "_____"
#: Longest front or back, and longest single choice or term, in characters.
LONGEST_SIDE = 4000
LONGEST_CHOICE = 500
#: Most choices of a card.
MOST_CHOICES = 10
#: Short first intervals of a card; FSRS has two.
MOST_STEPS = 2
#: A thousand years: what is beyond was not computed by a scheduler.
LONGEST_STABILITY_DAYS = 365_250.0


class CardKind(StrEnum):
    """How a card asks."""

    CLOZE = "cloze"
    RECALL = "recall"
    QUESTION = "question"
    OWN = "own"

    @property
    def label(self) -> str:
        """In words for the learner."""
        return _KIND_LABELS[self]


_KIND_LABELS = {
    CardKind.CLOZE: "fill the gap",
    CardKind.RECALL: "write what you remember",
    CardKind.QUESTION: "the text's question",
    CardKind.OWN: "your own card",
}


class Rating(IntEnum):
    """How the answer came, said by the learner; the four of FSRS."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4

    @property
    def label(self) -> str:
        return self.name.capitalize()

    @property
    def recalled(self) -> bool:
        """Whether the answer came back at all; FSRS counts "hard" as recalled."""
        return self is not Rating.AGAIN


class Stage(StrEnum):
    """Where a card stands in its schedule."""

    NEW = "new"
    LEARNING = "learning"
    REVIEW = "review"
    RELEARNING = "relearning"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a card is due and what FSRS knows about its memory.

    Attributes:
        due_at: Seconds since the epoch.
        stage: Where it stands.
        step: In which of the short first intervals, from 0; None in the stages new and review.
        stability: Days until the chance to recall falls to 90 %; None before the first answer.
        difficulty: 1 (easy) to 10; None before the first answer.
        last_at: When it was answered last, seconds since the epoch; None before.
    """

    due_at: float
    stage: Stage = Stage.NEW
    step: int | None = None
    stability: float | None = None
    difficulty: float | None = None
    last_at: float | None = None

    def __post_init__(self) -> None:
        known = (self.stability, self.difficulty, self.last_at)
        if any((one is None) != (self.stage is Stage.NEW) for one in known):
            raise ValueError("a card has a memory once it has been answered, and not before")
        if (self.step is None) != (self.stage in (Stage.NEW, Stage.REVIEW)):
            raise ValueError("a card has a step while it is being learnt, and only then")
        if self.step is not None and not 0 <= self.step < MOST_STEPS:
            raise ValueError(f"a step is a whole number from 0 to {MOST_STEPS - 1}")
        numbers = [self.due_at, *(one for one in known if one is not None)]
        if not all(math.isfinite(one) for one in numbers):
            raise ValueError("a schedule holds finite numbers")
        if self.stability is not None and not 0 < self.stability <= LONGEST_STABILITY_DAYS:
            raise ValueError("a stability is a number of days above 0")
        if self.difficulty is not None and not 1 <= self.difficulty <= 10:
            raise ValueError("a difficulty is a number from 1 to 10")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a card comes from; all of it may be unknown.

    Attributes:
        session_id: The session in which the passage was read; "" where that is not kept.
        text_id: The text, see `texts.document.Document.text_id`.
        text_title: Its title.
        passage_id: The passage.
        passage: Its words, so that it can be seen beside the answer.
        read_at: When the passage was read last, seconds since the epoch: delays count from here.
        features: What was known about its reading; what an answer teaches the estimates rests on
            it.
    """

    session_id: str = ""
    text_id: str = ""
    text_title: str = ""
    passage_id: str = ""
    passage: str = ""
    read_at: float | None = None
    features: ComprehensionFeatures | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One question that comes back.

    Attributes:
        card_id: Its name.
        kind: How it asks.
        front: What is asked; of a cloze card a sentence with `GAP` in the answer's place.
        back: The answer.
        created_at: Seconds since the epoch.
        schedule: When it is due.
        choices: To choose from, the back among them; empty: none are offered.
        terms: Of a free recall: the key terms of its passage.
        source: Where it comes from.
    """

    card_id: str
    kind: CardKind
    front: str
    back: str
    created_at: float
    schedule: Schedule
    choices: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    source: Source = field(default_factory=Source)

    def __post_init__(self) -> None:
        check_words(self.kind, self.front, self.back, self.choices)

    @property
    def read_at(self) -> float:
        """When its passage was read; the moment of its making where that is not known."""
        return self.created_at if self.source.read_at is None else self.source.read_at

    def edited(self, front: str, back: str) -> Card:
        """Return the card with other words; its schedule stays.

        The old answer among the choices is replaced by the new one.

        Raises:
            CardInvalid: The words make no card.
        """
        front, back = front.strip(), back.strip()
        choices = tuple(back if choice == self.back else choice for choice in self.choices)
        if len(set(choices)) < len(choices):
            choices = tuple(dict.fromkeys(choices))
        return replace(self, front=front, back=back, choices=choices if len(choices) > 1 else ())


@dataclass(frozen=True, slots=True)
class Review:
    """One answer to a card.

    Attributes:
        review_id: Made by whoever sends it: the same one again is the same answer.
        card_id: The card.
        rating: How the answer came.
        at: When, seconds since the epoch.
        delay_s: Seconds since the passage was read.
        before: The card's schedule before it, for the way back.
    """

    review_id: str
    card_id: str
    rating: Rating
    at: float
    delay_s: float
    before: Schedule


def check_words(kind: CardKind, front: str, back: str, choices: tuple[str, ...] = ()) -> None:
    """Refuse words that make no card.

    Raises:
        CardInvalid: With what is wrong, in the learner's words.
    """
    for name, words in (("front", front), ("back", back)):
        if not words.strip():
            raise CardInvalid(f"The {name} of a card cannot be empty.")
        if len(words) > LONGEST_SIDE:
            raise CardInvalid(f"The {name} of a card can have {LONGEST_SIDE} characters.")
        if "\0" in words:
            raise CardInvalid(f"The {name} of a card holds a character that cannot be kept.")
    if kind is CardKind.CLOZE and GAP not in front:
        raise CardInvalid(f"Write {GAP} in the front where the answer belongs.")
    if choices:
        if not 2 <= len(choices) <= MOST_CHOICES or len(set(choices)) < len(choices):
            raise CardInvalid(f"A card offers 2 to {MOST_CHOICES} different choices, or none.")
        if back not in choices:
            raise CardInvalid("The answer must be one of the choices.")
        if any(len(choice) > LONGEST_CHOICE or not choice.strip() for choice in choices):
            raise CardInvalid(f"A choice has 1 to {LONGEST_CHOICE} characters.")
