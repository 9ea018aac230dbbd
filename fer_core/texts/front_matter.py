"""Front matter: a text's own title and multiple-choice questions, as YAML between --- lines.

---
title: How bees find home
questions:
  - about: the angle of the sun      # words from the passage, or its number from 1
    ask: What does the dance's angle tell?
    choices: [the distance, the direction, the kind of flower]
    answer: the direction            # or its number from 1
---
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from fer_core.errors import FrontMatterInvalid
from fer_core.texts.document import Passage
from fer_core.texts.question import Question

#: Longer front matter is none.
LONGEST_FRONT_MATTER = 100_000

_FRONT_MATTER = re.compile(r"\s*\A---[^\S\n]*\n(.*?)\n---[^\S\n]*(?:\n|\Z)", re.DOTALL)


class QuestionEntry(BaseModel):
    """One question as written in front matter."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    about: int | str
    ask: str = Field(min_length=1, max_length=500)
    choices: tuple[str, ...] = Field(min_length=2, max_length=8)
    answer: int | str

    @model_validator(mode="after")
    def _answer_is_a_choice(self) -> QuestionEntry:
        if self.correct is None:
            raise ValueError("answer must be one of the choices, or its number from 1")
        return self

    @property
    def correct(self) -> int | None:
        """Position of the right choice from 0, or None."""
        if isinstance(self.answer, str) and self.answer in self.choices:
            return self.choices.index(self.answer)
        if isinstance(self.answer, int):
            if str(self.answer) in self.choices:
                return self.choices.index(str(self.answer))
            if 1 <= self.answer <= len(self.choices):
                return self.answer - 1
        return None


class FrontMatter(BaseModel):
    """What a text says about itself; other keys are left alone."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    title: str = ""
    language: str = Field(default="", max_length=35)
    questions: tuple[QuestionEntry, ...] = Field(default=(), max_length=500)

    def questions_for(self, passages: Sequence[Passage]) -> tuple[Question, ...]:
        """Attach each question to its passage.

        Raises:
            FrontMatterInvalid: A question is about no passage of this text.
        """
        texts = [" ".join(passage.text.casefold().split()) for passage in passages]
        questions = []
        for entry in self.questions:
            position = _find(entry.about, texts)
            if position is None:
                raise FrontMatterInvalid(
                    f"The question “{entry.ask[:80]}” is about “{str(entry.about)[:80]}”, which is "
                    "nowhere in this text."
                )
            questions.append(
                Question(
                    prompt=entry.ask,
                    choices=entry.choices,
                    correct=entry.correct or 0,
                    passage_id=passages[position].passage_id,
                )
            )
        return tuple(questions)


def _find(about: int | str, texts: Sequence[str]) -> int | None:
    if isinstance(about, int):
        return about - 1 if 1 <= about <= len(texts) else None
    words = " ".join(about.casefold().split())
    return next((at for at, text in enumerate(texts) if words and words in text), None)


def split_front_matter(text: str) -> tuple[FrontMatter, str]:
    """Split a text into its front matter, empty if it has none, and the rest.

    Lines between two --- lines that are no YAML mapping belong to the text.

    Raises:
        FrontMatterInvalid: They are a mapping, but its questions cannot be used; the message says
            which and why.
    """
    match = _FRONT_MATTER.match(text)
    if match is None or len(match.group(1)) > LONGEST_FRONT_MATTER:
        return FrontMatter(), text
    try:
        # An alias could make a few lines unfold to gigabytes.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(match.group(1))):
            raise FrontMatterInvalid("The lines at the top of this text may not use * references.")
        content = yaml.safe_load(match.group(1))
    except (yaml.YAMLError, RecursionError):
        return FrontMatter(), text
    if not isinstance(content, dict):
        return FrontMatter(), text
    try:
        front_matter = FrontMatter.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = " ".join(
            str(part + 1) if isinstance(part, int) else str(part) for part in first["loc"]
        )
        reason = first["msg"].removeprefix("Value error, ")
        raise FrontMatterInvalid(
            f"The lines at the top of this text cannot be used: {place}: {reason}."
        ) from None
    return front_matter, text[match.end() :]
