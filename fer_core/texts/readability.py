"""How hard a text is by itself: LIX and ARI, which need no word list and no download."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from fer_core.texts.sentences import count_words, split_sentences

#: LIX calls a word long above this many letters (Björnsson 1968).
LONG_WORD_LETTERS = 6
#: Both formulas count letters of an alphabet. Below this share of such letters they mean nothing.
LEAST_ALPHABETIC_SHARE = 0.7

_ALPHABETIC = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u058f\u10a0-\u10ff\u1e00-\u1fff]")


@dataclass(frozen=True, slots=True)
class Readability:
    """Two measures of the surface of a text.

    Attributes:
        lix: Läsbarhetsindex: words per sentence plus the percentage of long words; below 30 very
            easy, 44 medium, above 60 very hard (Björnsson 1968).
        ari: Automated Readability Index: 4.71 characters per word + 0.5 words per sentence - 21.43,
            in US school grades (Senter & Smith 1967).
    """

    lix: float
    ari: float


@lru_cache(maxsize=4096)
def measure_readability(text: str) -> Readability | None:
    """Measure a text; None where no word is written in an alphabet that the formulas know.

    They are defined for Latin, Greek, Cyrillic, Armenian and Georgian letters; for Chinese, Arabic
    or Devanagari they would give a number without a meaning. The passages of a text are asked for
    again and again while it is read, so answers are kept.
    """
    letters = sum(map(str.isalpha, text))
    alphabetic = len(_ALPHABETIC.findall(text))
    if letters == 0 or alphabetic < LEAST_ALPHABETIC_SHARE * letters:
        return None
    words = count_words(text)
    characters = 0
    long_words = 0
    for token in text.split():
        length = sum(map(str.isalnum, token))
        characters += length
        long_words += length > LONG_WORD_LETTERS
    words_per_sentence = words / max(1, len(split_sentences(text)))
    return Readability(
        lix=words_per_sentence + 100 * long_words / words,
        ari=4.71 * characters / words + 0.5 * words_per_sentence - 21.43,
    )
