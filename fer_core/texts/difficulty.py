"""How hard a passage is likely to be for any reader, from the text alone, before anybody answers.

In English from three things that readers' answers were found to go with: long words, and few words
that point back or tie sentences together. Fitted to 6,532 answers of 121 people to 324 paragraphs
(OneStop; Berzak et al. 2020), and judged on articles that were left out of the fit:
`benchmarks/readers.py`. Word frequencies add nothing to these three, so no word list is carried.

In other languages from LIX against what is normal there: German newspapers have 59, English 52.
"""

from __future__ import annotations

import re
from functools import lru_cache

from fer_core.texts.language import tell_language
from fer_core.texts.readability import measure_readability
from fer_core.texts.sentences import count_words

#: Words of English that point back to what was said, and that tie clauses together.
REFERENCES = frozenset(
    [
        "he",
        "she",
        "it",
        "they",
        "him",
        "her",
        "them",
        "his",
        "its",
        "their",
        "this",
        "that",
        "these",
        "those",
        "which",
        "who",
        "whose",
    ]
)
CONNECTIVES = frozenset(
    [
        "but",
        "however",
        "although",
        "because",
        "since",
        "while",
        "though",
        "therefore",
        "so",
        "yet",
        "if",
        "unless",
        "despite",
    ]
)
#: Mean and standard deviation over the paragraphs of letters a word, share of references, share of
#: connectives; and what one standard deviation of each does, in logits of a right answer.
ENGLISH = (
    ("letters a word", 4.660, 0.321, -0.174),
    ("references", 0.0601, 0.0300, +0.192),
    ("connectives", 0.0140, 0.0123, +0.111),
)
#: Standard deviation of their sum over the paragraphs, in logits: one unit of difficulty.
UNIT_LOGITS = 0.33

#: LIX of a normal newspaper (Björnsson 1983, 250 newspapers), and of ordinary English non-fiction.
NEWSPAPERS = {
    "sv": 47, "no": 48, "nb": 48, "nn": 48, "da": 51, "en": 52, "fr": 55, "de": 59, "it": 65,
    "ru": 65, "es": 67, "pt": 70, "fi": 72,
}  # fmt: skip
ENGLISH_LIX = 44.0
#: Points of LIX that make one unit of difficulty: of the paragraphs, 12 points cost .18 logits.
LIX_UNIT = 21.0
#: A passage of so many words is worth half of what is measured in it: of a sentence or two the
#: share of long words is chance.
HALF_WORDS = 30.0
LIMIT = 3.0


@lru_cache(maxsize=4096)
def measure_difficulty(text: str, language: str = "") -> float | None:
    """Return how much harder than usual a passage is, -3..3 in standard deviations.

    Args:
        text: Of the passage.
        language: Its code (RFC 5646); "": it is told by its commonest words.

    Returns:
        0 for ordinary non-fiction; None where no measure means anything (see `readability`).
    """
    words = _words(text)
    readability = measure_readability(text)
    if readability is None or not words:
        return None
    language = language[:2].lower() or tell_language(text)
    if language == "en":
        raw = _english(words)
    else:
        norm = ENGLISH_LIX + NEWSPAPERS.get(language, NEWSPAPERS["en"]) - NEWSPAPERS["en"]
        raw = (readability.lix - norm) / LIX_UNIT
    n = count_words(text)
    return max(-LIMIT, min(LIMIT, raw * n / (n + HALF_WORDS)))


def english_measures(text: str) -> tuple[float, float, float]:
    """Return letters a word, share of references and share of connectives of an English text."""
    return _measures(_words(text))


def _words(text: str) -> list[str]:
    found = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text)
    return [word.casefold() for word in found]


def _measures(words: list[str]) -> tuple[float, float, float]:
    n = len(words)
    return (
        sum(map(len, words)) / n,
        sum(word in REFERENCES for word in words) / n,
        sum(word in CONNECTIVES for word in words) / n,
    )


def _english(words: list[str]) -> float:
    measured = _measures(words)
    logits = sum(
        weight * max(-LIMIT, min(LIMIT, (value - mean) / sd))
        for value, (_, mean, sd, weight) in zip(measured, ENGLISH, strict=True)
    )
    return -logits / UNIT_LOGITS
