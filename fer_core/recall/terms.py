"""The terms of a text: names, numbers and nouns, found by their place among the small words.

A noun stands behind a determiner and before a small word; a verb stands behind a pronoun or
"to". Every occurrence in the text votes. In German nouns have a capital letter.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from fer_core.recall.language import Language
from fer_core.recall.sentences import Token, tokens_of

#: Shorter nouns are mostly too general to be asked for.
SHORTEST_NOUN = 4
#: So many terms of a kind are candidates for wrong choices: the cost stays linear in the text.
MOST_OF_A_KIND = 80
#: Endings of English, French and Spanish nouns; one counts as a vote.
_NOUN_ENDING = re.compile(
    r"(?:tion|sion|ment|ness|ity|ism|ance|ence|ship|hood|logy|graphy|ture|phere|ión|dad|miento|té)s?$"
)
#: No nouns, or words of which it cannot be told.
_NO_NOUN = re.compile(r"(?:ly|ing|ed|ous|ful|ive|able|ible|ical|less|est|mente|ment-là)$")
_ADJECTIVE = re.compile(r"(?:an|ish|ese|ch|ic|ais|aise|ois|oise|ano|ana|és)$")
#: A unit of measure stands behind one of these.
_NUMERALS = frozenset(
    re.findall(
        r"\w+",
        "two three four five six seven eight nine ten hundred thousand million billion zwei drei "
        "vier fünf hundert tausend millionen deux trois cent mille millions dos tres cien mil",
    )
)
_YEAR = re.compile(r"1[0-9]{3}|20[0-9]{2}")


class TermKind(StrEnum):
    """What a term is; only one of the same kind can be mistaken for it."""

    NAME = "name"
    NOUN = "noun"
    NOUNS = "nouns"
    YEAR = "year"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A term in a sentence.

    Attributes:
        text: As it stands there.
        kind: What it is.
        first: Its first token, from 0.
        last: Its last one.
    """

    text: str
    kind: TermKind
    first: int
    last: int


@dataclass
class _Votes:
    noun: int = 0
    verb: int = 0
    small_letter: int = 0
    capital: int = 0


@dataclass
class Terms:
    """The terms of one text.

    Attributes:
        language: Of the text.
        sentences: Their tokens, in order.
        found: The terms of each sentence.
        counts: How often each occurs in the text, by `key`.
        spread: In how many passages.
        befores: By `key`: the words that stand before it somewhere in the text, but for small ones.
        afters: The same for the words behind it.
        passages: How many passages the text has.
        best: The most important terms of each kind, by `key`, most important first.
        leads: By `key`: the determiners and prepositions before it.
    """

    language: Language
    sentences: list[list[Token]]
    found: list[list[Occurrence]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    spread: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    befores: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    afters: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    leads: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    passages: int = 1
    best: dict[TermKind, dict[str, Occurrence]] = field(default_factory=dict)

    def importance(self, key: str) -> float:
        """Return how much a term is worth: often in the text, but not in every passage of it.

        Its count's logarithm times its inverse passage frequency (Spärck Jones 1972).
        """
        spread = len(self.spread[key]) or 1
        return math.log1p(self.counts[key]) * (1.0 + math.log(self.passages / spread))


def key_of(text: str, kind: TermKind, language: Language) -> str:
    """Return what counts as the same term: singular and plural of a noun do, for English."""
    low = text.casefold().replace("’", "'")
    if kind in (TermKind.NOUN, TermKind.NOUNS) and not language.capital_nouns:
        return singular(low)
    return low


@lru_cache(maxsize=20_000)
def singular(low: str) -> str:
    """Return a regular plural's singular, roughly: enough to take both for one word.

    >>> singular("bodies"), singular("masses"), singular("planets"), singular("glass")
    ('body', 'mass', 'planet', 'glass')
    """
    if low.endswith("ies") and len(low) > 4:
        return low[:-3] + "y"
    if low.endswith(("sses", "xes", "ches", "shes")):
        return low[:-2]
    if low.endswith("s") and not low.endswith(("ss", "us", "is")):
        return low[:-1]
    return low


def find_terms(sentences: Sequence[tuple[int, str]], language: Language) -> Terms:
    """Find the terms of a text.

    Args:
        sentences: Of the whole text in order, each with the position of its passage.
        language: Of the text.
    """
    terms = Terms(language, [tokens_of(sentence, language) for _, sentence in sentences])
    terms.passages = max(1, len({passage for passage, _ in sentences}))
    votes = _count_votes(terms.sentences, language)
    for (passage, _), tokens in zip(sentences, terms.sentences, strict=True):
        found = _terms_of(tokens, votes, language)
        terms.found.append(found)
        for term in found:
            key = key_of(term.text, term.kind, language)
            terms.counts[key] += 1
            terms.spread[key].add(passage)
            before = tokens[term.first - 1] if term.first else None
            after = tokens[term.last + 1] if term.last + 1 < len(tokens) else None
            if before is not None and before.low in language.determiners | language.prepositions:
                terms.leads[key].add(before.low)
            for beside, kept in ((before, terms.befores), (after, terms.afters)):
                if beside is not None and beside.is_word and beside.low not in language.small:
                    kept[key].add(beside.low)
    terms.best = _best(terms)
    return terms


def _best(terms: Terms) -> dict[TermKind, dict[str, Occurrence]]:
    seen: dict[TermKind, dict[str, Occurrence]] = {kind: {} for kind in TermKind}
    for found in terms.found:
        for term in found:
            seen[term.kind].setdefault(key_of(term.text, term.kind, terms.language), term)
    return {
        kind: dict(sorted(held.items(), key=lambda one: -terms.importance(one[0]))[:MOST_OF_A_KIND])
        for kind, held in seen.items()
    }


def _count_votes(sentences: Sequence[Sequence[Token]], language: Language) -> dict[str, _Votes]:
    votes: dict[str, _Votes] = defaultdict(_Votes)
    for tokens in sentences:
        for position, token in enumerate(tokens):
            if not token.is_word:
                continue
            vote = votes[token.low]
            if token.is_capital:
                vote.capital += position > 0 and tokens[position - 1].text not in '.!?:“"«„'
            else:
                vote.small_letter += 1
            if position == 0:
                continue
            before = tokens[position - 1].low
            after = tokens[position + 1] if position + 1 < len(tokens) else None
            if before in language.before_verbs:
                vote.verb += 1
            elif _ends_phrase(after, language) and _is_in_phrase(tokens, position, language):
                direct = before in language.determiners or before in language.prepositions
                of_follows = after is not None and after.low in ("of", "de", "du", "des", "del")
                vote.noun += 2 if direct and of_follows else int(direct or of_follows)
    return votes


def _ends_phrase(after: Token | None, language: Language) -> bool:
    """Tell whether a noun phrase can end before a token; a comma may only part adjectives."""
    if after is None:
        return True
    if not after.is_word:
        return after.text in ".;:)"
    return after.low in language.after_noun


def _is_in_phrase(tokens: Sequence[Token], position: int, language: Language) -> bool:
    """Tell whether a determiner or preposition stands just before, or adjectives between."""
    reach = 1 if language.adjectives_follow else 3
    for before in reversed(tokens[max(0, position - reach) : position]):
        if before.low in language.determiners or before.low in language.prepositions:
            return True
        if not before.is_word or before.low in language.small:
            return False
    return False


def _terms_of(
    tokens: Sequence[Token], votes: dict[str, _Votes], language: Language
) -> list[Occurrence]:
    found: list[Occurrence] = []
    position = 0
    while position < len(tokens):
        end = position
        token = tokens[position]
        if token.text[0].isdigit():
            kind = TermKind.YEAR if _YEAR.fullmatch(token.text) else TermKind.NUMBER
            found.append(Occurrence(token.text, kind, position, position))
        elif not language.capital_nouns and _is_name(tokens, position, votes, language):
            while end + 1 < len(tokens) and _goes_on_as_name(tokens, end + 1, votes, language):
                end += 1
            found.append(_joined(tokens, position, end, TermKind.NAME))
        elif _is_noun(tokens, position, votes, language):
            plural = not language.capital_nouns and singular(token.low) != token.low
            kind = TermKind.NOUNS if plural else TermKind.NOUN
            found.append(Occurrence(token.text, kind, position, position))
        position = end + 1
    return found


def _joined(tokens: Sequence[Token], first: int, last: int, kind: TermKind) -> Occurrence:
    text = tokens[first].text
    for before, token in zip(tokens[first:last], tokens[first + 1 : last + 1], strict=True):
        text += " " * (token.start > before.end) + token.text
    return Occurrence(text, kind, first, last)


def _is_name(
    tokens: Sequence[Token], position: int, votes: dict[str, _Votes], language: Language
) -> bool:
    token = tokens[position]
    if not token.is_word or not token.is_capital or len(token.text) < 2:
        return False
    vote = votes[token.low]
    if token.low in language.small or vote.small_letter:
        return False
    if position == 0 and not vote.capital:
        # There every word has a capital letter: only a family name behind it vouches for it.
        return len(tokens) > 1 and _goes_on_as_name(tokens, 1, votes, language)
    # "The Roman villa": such a name is an adjective, and asks for nothing.
    before = tokens[position - 1].low if position else ""
    return not (before in language.determiners and _ADJECTIVE.search(token.low))


def _goes_on_as_name(
    tokens: Sequence[Token], position: int, votes: dict[str, _Votes], language: Language
) -> bool:
    apart = tokens[position].start - tokens[position - 1].end
    return apart == 1 and _is_name(tokens, position, votes, language)


def _is_noun(
    tokens: Sequence[Token], position: int, votes: dict[str, _Votes], language: Language
) -> bool:
    token = tokens[position]
    if not token.is_word or len(token.low) < SHORTEST_NOUN or "'" in token.low:
        return False
    if token.low in language.small or token.low in language.vague:
        return False
    if singular(token.low) in language.vague:
        return False
    before = tokens[position - 1] if position else None
    if before is not None and (before.text[0].isdigit() or before.low in _NUMERALS):
        return False
    vote = votes[token.low]
    if language.capital_nouns:
        # Two side by side are one name, or a noun with its name ("die Stadt Pompeji").
        beside = [*tokens[max(0, position - 1) : position], *tokens[position + 1 : position + 2]]
        alone = not any(
            other.is_word and other.is_capital and other.low not in language.small
            for other in beside
        )
        return token.is_capital and position > 0 and alone and not vote.small_letter
    if token.is_capital or _NO_NOUN.search(token.low):
        return False
    after = tokens[position + 1] if position + 1 < len(tokens) else None
    here = _is_in_phrase(tokens, position, language) and (
        _ends_phrase(after, language) or (after is not None and after.text == ",")
    )
    support = vote.noun + bool(_NOUN_ENDING.search(token.low))
    return here and support > vote.verb
