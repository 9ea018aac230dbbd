"""A question that a text asks about itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A multiple-choice question that a text carries in its front matter.

    Attributes:
        prompt: The question.
        choices: At least two answers to choose from.
        correct: Position of the right one in `choices`, from 0.
        passage_id: The passage it is about.
    """

    prompt: str
    choices: tuple[str, ...]
    correct: int
    passage_id: str

    def __post_init__(self) -> None:
        if len(self.choices) < 2:
            raise ValueError("a question needs at least two choices")
        if not 0 <= self.correct < len(self.choices):
            raise ValueError("the right answer must be one of the choices")
