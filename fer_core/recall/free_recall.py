"""Free recall: the key terms of a passage, and which of them somebody's own words cover.

Nothing is judged by it: the learner grades, and is shown what the words left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from fer_core.recall.language import language_of
from fer_core.recall.terms import Occurrence, TermKind, find_terms, key_of, singular
from fer_core.texts.document import Passage
from fer_core.texts.sentences import count_words

#: Key terms of one passage: more cannot be looked through at a glance.
MOST_KEY_TERMS = 8
#: Of a text in an unknown language: its longer words that are not everywhere.
_SHORTEST_WORD = 6
#: A slip of the pen in a word of six letters still counts.
_ALIKE = 0.82
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which key terms an answer covers, in the order of the terms."""

    covered: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def share(self) -> float | None:
        """0..1; None where there are no key terms."""
        count = len(self.covered) + len(self.missing)
        return len(self.covered) / count if count else None


def key_terms(
    passages: Sequence[Passage], wanted: Collection[str], language_tag: str = ""
) -> dict[str, tuple[str, ...]]:
    """Return the key terms of passages, in the order in which they stand there.

    Args:
        passages: The whole text, which tells what is special in one passage.
        wanted: The passages, by id.
        language_tag: What the file says about its language.
    """
    owners = [
        (position, sentence)
        for position, passage in enumerate(passages)
        for sentence in passage.sentences
    ]
    language = language_of((sentence for _, sentence in owners), language_tag)
    if language is None:
        return {
            one.passage_id: _long_words(one.text) for one in passages if one.passage_id in wanted
        }
    terms = find_terms(owners, language)
    found_in: defaultdict[int, list[Occurrence]] = defaultdict(list)
    for (owner, _), found in zip(owners, terms.found, strict=True):
        found_in[owner] += found
    keys: dict[str, tuple[str, ...]] = {}
    for position, passage in enumerate(passages):
        if passage.passage_id not in wanted:
            continue
        here: dict[str, str] = {}
        for term in found_in[position]:
            if term.kind is not TermKind.NUMBER:
                here.setdefault(key_of(term.text, term.kind, language), term.text)
        best = sorted(here, key=lambda key: -terms.importance(key))[:MOST_KEY_TERMS]
        keys[passage.passage_id] = tuple(text for key, text in here.items() if key in best)
    return keys


def _long_words(text: str) -> tuple[str, ...]:
    words = dict.fromkeys(
        word
        for word in _WORD.findall(text)
        if len(word) >= _SHORTEST_WORD and count_words(word) <= 1
    )
    return tuple(sorted(words, key=lambda word: (-len(word), word))[:MOST_KEY_TERMS])


def compare(answer: str, terms: Sequence[str]) -> Coverage:
    """Tell which key terms an answer covers: in another form, or with a slip of the pen, too.

    Args:
        answer: The learner's words.
        terms: The key terms.
    """
    said = {_plain(word) for word in _WORD.findall(answer)}
    covered = tuple(term for term in terms if _is_said(term, said))
    return Coverage(covered, tuple(term for term in terms if term not in covered))


def _is_said(term: str, said: Collection[str]) -> bool:
    parts = [_plain(part) for part in _WORD.findall(term)]
    # Of a name of several words the last one suffices: "Harvey" for "William Harvey".
    needed = parts[-1:] if term[:1].isupper() else parts
    return bool(needed) and all(any(_is_alike(part, word) for word in said) for part in needed)


def _is_alike(term: str, word: str) -> bool:
    if term == word:
        return True
    if min(len(term), len(word)) < 5 or term[0] != word[0] or term.isdigit() or word.isdigit():
        return False
    stem = term[: max(5, len(term) - 3)]
    if word.startswith(stem) and abs(len(word) - len(term)) <= 4:
        return True
    return SequenceMatcher(None, term, word).ratio() >= _ALIKE


def _plain(word: str) -> str:
    apart = unicodedata.normalize("NFKD", word.casefold())
    return singular("".join(sign for sign in apart if not unicodedata.combining(sign)))
