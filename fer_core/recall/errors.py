"""Why a review card, or an answer to one, cannot be used.

Below the base of all errors, which `fer_core.errors` describes:

    FerError
    └── CardError               a review card cannot be used
        ├── CardNotFound
        ├── CardInvalid
        ├── CardFileInvalid
        ├── ReviewConflict      an answer's id was used for another answer
        └── NothingToUndo
"""

from __future__ import annotations

from fer_core.errors import FerError


class CardError(FerError):
    """A review card, or an answer to one, cannot be used."""

    code = "card_unusable"
    default_message = "This card cannot be used."


class CardNotFound(CardError):
    code = "card_not_found"
    default_message = "There is no such card. It may have been dropped."


class CardInvalid(CardError):
    """What is to be on a card makes no card; the message says what is wrong."""

    code = "card_invalid"
    default_message = "A card needs something to ask and an answer."


class CardFileInvalid(CardError):
    """A file of cards cannot be read; the message says where and why."""

    code = "card_file_invalid"
    default_message = "There are no cards in this file. Nothing was imported."


class ReviewConflict(CardError):
    """The id of an answer was used for another answer."""

    code = "review_conflict"
    default_message = "This answer was given already, in another way. Send a new one."


class NothingToUndo(CardError):
    code = "nothing_to_undo"
    default_message = "This card has no answer that could be taken back."
