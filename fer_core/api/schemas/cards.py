"""Review cards over HTTP: how they are added and answered, and what they are."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from fer_core.api.schemas.analyses import Frozen
from fer_core.api.schemas.moments import Moment, MomentIn
from fer_core.api.schemas.sessions import Name, TimeZone, WholeNumber
from fer_core.recall.cards import LONGEST_CHOICE, LONGEST_SIDE, MOST_CHOICES

MOST_CARDS_AT_ONCE = 200

Side = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_SIDE, pattern=r"\S")]
Choice = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_CHOICE, pattern=r"\S")]
Kind = Literal["cloze", "recall", "question", "own"]


class CardPath(Frozen):
    """Which card."""

    card_id: str = Field(min_length=1, max_length=80)


class CardIn(Frozen):
    """A card of the learner's own."""

    front: Side = Field(description="What is asked; of kind cloze with _____ for the answer")
    back: Side = Field(description="The answer")
    kind: Literal["own", "cloze"] = "own"
    choices: list[Choice] = Field(
        default=[], max_length=MOST_CHOICES, description="To choose from, the back among them"
    )
    session_id: Name | None = Field(
        default=None, description="The session in which the passage was read"
    )
    passage_id: Name | None = Field(
        default=None, description="The passage of that session's open text; needs session_id"
    )

    @model_validator(mode="after")
    def _passage_is_of_a_session(self) -> Self:
        if self.passage_id is not None and self.session_id is None:
            raise ValueError("a passage_id needs the session_id of its session")
        return self


class CardsIn(Frozen):
    """Cards to add. The same words about the same passage are the same card."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [{"cards": [{"front": "What turns light into sugar?", "back": "Plants"}]}]
        },
    )

    cards: list[CardIn] = Field(min_length=1, max_length=MOST_CARDS_AT_ONCE)


class MakeCards(Frozen):
    """Which cards to make of a session's text."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"passage_ids": ["intro"]}]},
    )

    passage_ids: list[Name] | None = Field(
        default=None,
        max_length=500,
        description="null: those that were hard, skimmed or marked by the learner",
    )
    kinds: list[Literal["cloze", "recall", "question"]] = Field(
        default=["cloze", "question", "recall"], min_length=1, max_length=3
    )


class CardEdit(Frozen):
    """Other words for a card; what is left out stays."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"back": "Green plants"}]}
    )

    front: Side | None = None
    back: Side | None = None


class CardAnswer(Frozen):
    """How the answer to a card came."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"rating": 3, "review_id": "0f8fad5b"}]},
    )

    rating: WholeNumber = Field(
        ge=1, le=4, description="1 did not come back, 2 with effort, 3 came back, 4 at once"
    )
    review_id: Name | None = Field(
        default=None, description="A name of the client's own: sent again, it counts once"
    )
    answered_at: MomentIn | None = Field(default=None, description="Now if absent")
    time_zone: TimeZone = None


class CardOut(Frozen):
    """A review card."""

    card_id: str
    kind: Kind
    front: str = Field(description="What is asked; of kind cloze with _____ for the answer")
    back: str = Field(description="The answer")
    choices: list[str] = Field(description="To choose from, the back among them; mostly empty")
    terms: list[str] = Field(description="Of kind recall: key terms to compare the answer with")
    created_at: Moment
    due_at: Moment
    stage: Literal["new", "learning", "review", "relearning"]
    last_answered_at: Moment | None
    session_id: str | None = Field(description="null where it is not kept, or was erased")
    text_id: str | None
    text_title: str
    passage_id: str | None
    passage: str = Field(description="The words of the passage it comes from")


class CardsAdded(Frozen):
    """Cards that were added, or were there already."""

    cards: list[CardOut]
    added: int = Field(ge=0, description="How many are new")


class CardPage(Frozen):
    """A page of cards, the latest first."""

    cards: list[CardOut]
    next_cursor: str | None = Field(description="For the next page; null on the last")


class CardsQuery(Frozen):
    """Which page of the cards."""

    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=200, description="From next_cursor")
    text_id: str | None = Field(default=None, max_length=40, description="Of this text only")


class ReviewQuery(Frozen):
    """Whose today, and how many cards."""

    limit: int = Field(default=20, ge=1, le=200)
    time_zone: TimeZone = None


class ReviewOut(Frozen):
    """What is due today."""

    cards: list[CardOut] = Field(description="To ask now, in this order")
    due_today: int = Field(ge=0, description="Left for today, those in some minutes among them")
    next_due_at: Moment | None = Field(description="When the next card is due after these")


class DeckQuery(Frozen):
    """Which form of file."""

    format: Literal["csv", "anki"] = Field(
        default="csv", description="csv: a table; anki: Anki's Notes in Plain Text"
    )


class DeckImported(Frozen):
    """What a file of cards gave."""

    added: int = Field(ge=0)
    known: int = Field(ge=0, description="Were here already, and stay as they are")
    left_out: int = Field(ge=0, description="Notes without words, such as pictures")


class ReturnedOut(Frozen):
    """A card's first answer a week or more after its passage was read."""

    card_id: str
    front: str
    answered_at: Moment
    delay_s: float = Field(ge=0, description="Since the passage was read")
    recalled: bool


class RecallOut(Frozen):
    """What came back after a week."""

    asked: int = Field(ge=0)
    recalled: int = Field(ge=0)
    share: float | None = Field(ge=0, le=1, description="null while none was asked")
    low: float | None = Field(ge=0, le=1, description="Of its 95 % interval")
    high: float | None = Field(ge=0, le=1)
    sentence: str = Field(description="The same in words")
    answers: list[ReturnedOut] = Field(description="The latest first")
