"""Which sentences can stand alone, told by their words: the rest are never asked about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from fer_core.recall.language import Language

#: Shorter ones say too little to know the gap by; longer ones are read no more as one question.
FEWEST_WORDS, MOST_WORDS = 7, 45
#: Words besides small ones; with fewer, several words would fit the gap.
FEWEST_CONTENT_WORDS = 4

_TOKEN = re.compile(
    r"[^\W\d_]+['’](?=[^\W\d_]{3})"  # l'eau: an elided word stands apart
    r"|[^\W\d_]+(?:[-'’][^\W\d_]+)*"
    r"|\d+(?:[.,:]\d+)*"
    r"|[^\w\s]"
)
_ENGLISH_TOKEN = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|\d+(?:[.,:]\d+)*|[^\w\s]")
_QUOTES = frozenset('"“”„‟«»‹›')
_LIST_START = re.compile(r"(?:\(?[0-9ivxlc]{1,4}[.)]|[-–—•*·>|#=])\s", re.IGNORECASE)
#: "As shown above", "siehe unten": somewhere else in the text.
_ELSEWHERE = re.compile(
    r"\b(?:as|see|shown|mentioned|described|discussed|listed|given|siehe|wie|voir|véase|ver)\s+"
    r"(?:\w+\s+)?(?:above|below|earlier|later|next|oben|unten|plus haut|plus bas|arriba|abajo)\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"https?:|www\.|[{}<>|\\^~=_]|\$\S|\[\d+\]|\(\d+\.\d+\)|\S@\S")


class Token(NamedTuple):
    """A word, number or sign of a sentence.

    Attributes:
        text: As it stands there.
        low: The same in small letters.
        start: Where it begins in the sentence.
        is_word: Begins with a letter.
    """

    text: str
    low: str
    start: int
    is_word: bool

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def is_capital(self) -> bool:
        return self.text[0].isupper()


def tokens_of(sentence: str, language: Language) -> list[Token]:
    """Return the words, numbers and signs of a sentence."""
    pattern = _TOKEN if language.tag == "fr" else _ENGLISH_TOKEN
    return [
        Token(
            match.group(),
            match.group().casefold().replace("’", "'"),
            match.start(),
            match.group()[0].isalpha(),
        )
        for match in pattern.finditer(sentence)
    ]


def why_not_alone(sentence: str, tokens: Sequence[Token], language: Language) -> str:
    """Return why a sentence cannot stand alone, in a word; "" where it can.

    Args:
        sentence: As `texts.document.split_sentences` gives it.
        tokens: Its `tokens_of`.
        language: Of the text.
    """
    words = [token for token in tokens if token.is_word]
    if not FEWEST_WORDS <= len(words) <= MOST_WORDS:
        return "length"
    if "\n" in sentence.strip() or not sentence.rstrip().endswith((".", "。")):
        return "no sentence"  # a heading, a question, a line of a list or of verse
    if sentence.rstrip().endswith(("...", "…")) or ";" in sentence or "—" in sentence:
        return "loose"  # several statements in one, or one broken off
    if _QUOTES & set(sentence):
        return "speech"
    if _LIST_START.match(sentence) or _MARKUP.search(sentence):
        return "markup"
    if not (tokens[0].is_word and tokens[0].is_capital):
        return "fragment"
    if tokens[0].low in language.leaning:
        return "opening"
    low = {token.low for token in words}
    if low & language.pointers or _ELSEWHERE.search(sentence):
        return "pointer"
    if low & language.speakers:
        return "speaker"
    if _lacks_its_pair(words, language):
        return "pair"
    if _pronoun_without_antecedent(tokens, language):
        return "pronoun"
    if not _is_finite(words, language):
        return "fragment"
    if sum(token.low not in language.small for token in words) < FEWEST_CONTENT_WORDS:
        return "empty"
    if _is_balanced(sentence):
        return ""
    return "fragment"


def _pronoun_without_antecedent(tokens: Sequence[Token], language: Language) -> bool:
    """Tell whether somebody is "he", or something is "his", before anybody was named.

    What stands in an opening phrase ("in summer she ...") is mostly not who is meant.
    """
    named = -1 if tokens[0].low in language.prepositions else 0
    for token in tokens:
        if token.low in language.pronouns | language.possessives and named < 1:
            return True
        adverb = token.low.endswith(("ly", "mente", "ment"))
        if token.is_word and token.low not in language.small and len(token.low) > 2 and not adverb:
            named += 1
    return False


def _lacks_its_pair(words: Sequence[Token], language: Language) -> bool:
    """Tell whether a sentence says "the other" without "one", or "the same" without "as"."""
    low = [token.low for token in words]
    for position, word in enumerate(low):
        needed = language.pairs.get(word)
        # "Other animals" are others than those in the sentence; "the other" is not.
        free = word == "other" and low[position - 1] != "the"
        if needed is not None and not free and not needed & set(low[:position]):
            return True
        if word == "same" and not {"as", "that", "which"} & set(low[position:]):
            return True
    return False


def _is_finite(words: Sequence[Token], language: Language) -> bool:
    ending = re.compile(language.finite_endings)
    if language.tag == "en" and _has_verb_in_s(words, language):
        return True
    if language.capital_nouns:
        # Behind a noun stands its verb: adjectives stand before it.
        for before, token in pairwise(words):
            if before.is_capital and not token.is_capital and token.low.endswith(("en", "t", "te")):
                return True
    return any(
        token.low in language.finite
        or (not token.is_capital and len(token.low) > 3 and ending.search(token.low))
        for token in words[1:]
    )


def _has_verb_in_s(words: Sequence[Token], language: Language) -> bool:
    """Tell whether a word in -s follows a noun and leads on: "the bee returns to its hive"."""
    leads_on = language.determiners | language.prepositions
    return any(
        token.low.endswith("s")
        and not token.is_capital
        and token.low not in language.small
        and before.low not in language.small
        and (after.low in leads_on or after.low.endswith("ly"))
        for before, token, after in zip(words, words[1:], words[2:], strict=False)
    )


def _is_balanced(sentence: str) -> bool:
    return sentence.count("(") == sentence.count(")") and sentence.count("[") == sentence.count("]")
