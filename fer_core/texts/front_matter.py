"""Front matter: a text's own title and multiple-choice questions, as YAML between --- lines.

---
title: How bees find home
questions:
  - about: the angle of the sun      # words from the passage, or its number from 1
    ask: What does the dance's angle tell?
    choices: [the distance, the direction, the kind of flower]
    answer: the direction            # or its number from 1
---

Other programs (Obsidian, Hugo, Jekyll) write front matter of their own: what is not ours is left
out of the text, and never a reason to refuse it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from fer_core.texts.document import Passage
from fer_core.texts.errors import FrontMatterInvalid
from fer_core.texts.question import Question

#: Longer front matter is none.
LONGEST_FRONT_MATTER = 100_000
_LONGEST_TAG = 35

_YAML = re.compile(
    r"\A\s{0,50}---[^\S\n]{0,50}\n(.*?)^(?:---|\.\.\.)[^\S\n]*$\n?", re.DOTALL | re.M
)
_TOML = re.compile(r"\A\s{0,50}\+\+\+[^\S\n]{0,50}\n(.*?)^\+\+\+[^\S\n]*$\n?", re.DOTALL | re.M)
#: So begins a mapping; between other rules stand words of the text.
_KEY = re.compile(r"\A(?:\s*#[^\n]*\n|\s*\n)*[\"']?[\w][\w .-]{0,60}[\"']?\s*(?::(?:\s|$)|=)")


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
    """What a text says about itself."""

    title: str = ""
    language: str = ""
    questions: tuple[QuestionEntry, ...] = ()

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

    Lines between two --- lines that are no mapping belong to the text.

    Raises:
        FrontMatterInvalid: It has questions in our form that cannot be used; the message says
            which and why.
    """
    head = text[: LONGEST_FRONT_MATTER + 100]
    for pattern, read in ((_YAML, _read_yaml), (_TOML, _read_toml)):
        match = pattern.match(head)
        if match is None or len(match.group(1)) > LONGEST_FRONT_MATTER:
            continue
        content = read(match.group(1))
        if content is None and not _KEY.match(match.group(1)):
            return FrontMatter(), text
        return _front_matter(content or {}), text[match.end() :]
    return FrontMatter(), text


def _read_yaml(text: str) -> dict[Any, Any] | None:
    try:
        # An alias could make a few lines unfold to gigabytes.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.CSafeLoader)):
            return None
        content = yaml.load(text, yaml.CSafeLoader)
    # The constructors raise what they like on impossible dates and numbers.
    except (yaml.YAMLError, RecursionError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return content if isinstance(content, dict) else None


def _read_toml(text: str) -> dict[Any, Any] | None:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None


def _front_matter(content: dict[Any, Any]) -> FrontMatter:
    title, language = content.get("title"), content.get("language", content.get("lang"))
    entries = content.get("questions")
    ours = isinstance(entries, list) and any(
        isinstance(entry, dict) and {"ask", "choices"} & entry.keys() for entry in entries
    )
    questions: tuple[QuestionEntry, ...] = ()
    if ours:
        try:
            questions = _QUESTIONS.validate_python(entries)
        except ValidationError as error:
            raise FrontMatterInvalid(_told(error)) from None
    return FrontMatter(
        title=" ".join(str(title).split()) if isinstance(title, str | int | float) else "",
        language=language if isinstance(language, str) and len(language) <= _LONGEST_TAG else "",
        questions=questions,
    )


_QUESTIONS: TypeAdapter[tuple[QuestionEntry, ...]] = TypeAdapter(tuple[QuestionEntry, ...])


def _told(error: ValidationError) -> str:
    first = error.errors()[0]
    place = " ".join(str(part + 1) if isinstance(part, int) else str(part) for part in first["loc"])
    reason = first["msg"].removeprefix("Value error, ")
    return f"The lines at the top of this text cannot be used: questions {place}: {reason}."
