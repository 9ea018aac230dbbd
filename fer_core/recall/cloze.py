"""Cloze questions: the sentences that matter, with a gap, and what else could stand in it.

Sentences are ranked by TextRank (Mihalcea & Tarau 2004), terms by their importance in the text.
Only a sentence that stands alone is asked, and only a term of which the text has enough others of
the same kind: they are the wrong choices. Nothing in it is made up.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from fer_core.recall.cards import GAP
from fer_core.recall.language import language_of
from fer_core.recall.sentences import Token, why_not_alone
from fer_core.recall.terms import Occurrence, TermKind, Terms, find_terms, key_of, singular
from fer_core.texts.document import Passage
from fer_core.texts.importance import rank_passages

#: Wrong choices beside the right one.
DISTRACTORS = 3
#: An answer that was asked for already counts so much the second time.
REPEATED = 0.5
#: The commonest terms: what the text is about.
TOPICS = 5
#: So many letters in common at the start make two words one family.
FAMILY_LETTERS = 5
#: A name or a year says more than any noun.
_KIND_WEIGHTS = {
    TermKind.NAME: 1.3,
    TermKind.YEAR: 1.2,
    TermKind.NUMBER: 0.9,
    TermKind.NOUN: 1.0,
    TermKind.NOUNS: 1.0,
}
_VOWELS = frozenset("aeiou")
#: A gap beside one of these could hold anything of a list.
_LISTS = frozenset(("and", "or", "nor", "und", "oder", "et", "ou", "y", "e", "o", *",/&-("))


@dataclass(frozen=True, slots=True)
class Cloze:
    """A question: a sentence with a gap.

    Attributes:
        passage_id: Where the sentence stands.
        front: The sentence with `GAP`.
        back: What belongs there.
        choices: The back and the wrong choices, in an order that depends on the words alone.
        sentence: As it stands in the text.
        score: For ordering, larger first.
    """

    passage_id: str
    front: str
    back: str
    choices: tuple[str, ...]
    sentence: str
    score: float


def make_clozes(
    passages: Sequence[Passage], wanted: Collection[str] | None = None, language_tag: str = ""
) -> list[Cloze]:
    """Return the questions that a text gives, the best first, one for each sentence at most.

    Args:
        passages: The whole text: terms and wrong choices come from all of it.
        wanted: The passages to ask about, by id; None: all.
        language_tag: What the file says about its language.

    Returns:
        Empty for a text in a language that is not known (see `language.LANGUAGES`), and for one
        with too few terms.
    """
    owners = [
        (position, sentence)
        for position, passage in enumerate(passages)
        for sentence in passage.sentences
    ]
    language = language_of((sentence for _, sentence in owners), language_tag)
    if language is None:
        return []
    terms = find_terms(owners, language)
    ranks = rank_passages(
        [Passage(f"s{index}", index, sentence) for index, (_, sentence) in enumerate(owners)]
    )
    topics = {key for key, _ in terms.counts.most_common(TOPICS)}
    found: list[_Gap] = []
    for index, (position, sentence) in enumerate(owners):
        passage_id = passages[position].passage_id
        if wanted is not None and passage_id not in wanted:
            continue
        if why_not_alone(sentence, terms.sentences[index], language):
            continue
        follows = index > 0 and owners[index - 1][0] == position
        if follows and _takes_up_the_one_before(index, terms, topics):
            continue
        found += _gaps(index, position, float(ranks[index]), terms)
    return [
        _cloze(gap, choices, owners[gap.index][1], passages, terms)
        for gap, choices in _varied(found, terms)
    ]


@dataclass(frozen=True, slots=True)
class _Gap:
    """A term that can be asked for, in its sentence."""

    index: int
    passage: int
    term: Occurrence
    key: str
    score: float


def _gaps(index: int, passage: int, rank: float, terms: Terms) -> list[_Gap]:
    gaps = []
    for term in terms.found[index]:
        if _can_be_asked(term, terms.sentences[index], terms):
            key = key_of(term.text, term.kind, terms.language)
            score = (0.3 + rank) * terms.importance(key) * _KIND_WEIGHTS[term.kind]
            gaps.append(_Gap(index, passage, term, key, score))
    return gaps


def _varied(gaps: Sequence[_Gap], terms: Terms) -> Iterator[tuple[_Gap, tuple[str, ...]]]:
    """Yield one gap of each sentence with its choices, the best first.

    An answer that was asked for before counts half of what it did.
    """
    used: Counter[str] = Counter()
    asked: set[int] = set()
    heap = [(-gap.score, gap.index, gap.term.first, 0, gap) for gap in gaps]
    heapify(heap)
    while heap:
        _, index, first, times, gap = heappop(heap)
        if index in asked:
            continue
        if times < used[gap.key]:  # asked for since it was weighed
            times = used[gap.key]
            heappush(heap, (-gap.score * REPEATED**times, index, first, times, gap))
            continue
        choices = _choices(gap.term, index, gap.passage, terms)
        if choices:
            used[gap.key] += 1
            asked.add(index)
            yield gap, choices


def _cloze(
    gap: _Gap, choices: tuple[str, ...], sentence: str, passages: Sequence[Passage], terms: Terms
) -> Cloze:
    tokens, term = terms.sentences[gap.index], gap.term
    start, end = tokens[term.first].start, tokens[term.last].end
    front = f"{sentence[:start]}{GAP}{sentence[end:]}"
    passage_id = passages[gap.passage].passage_id
    return Cloze(passage_id, front, term.text, choices, sentence, gap.score)


def _takes_up_the_one_before(index: int, terms: Terms, topics: Collection[str]) -> bool:
    """Tell whether a sentence begins with "the bodies" where the one before named some bodies.

    What the whole text is about is known without the sentence before.
    """
    tokens, language = terms.sentences[index], terms.language
    if len(tokens) < 3 or tokens[0].low not in language.determiners:
        return False
    word = singular(tokens[1].low)
    after = tokens[2]
    if word in topics or tokens[1].low in topics or not after.is_word:
        return False
    if after.low in language.prepositions or (tokens[1].is_capital and not language.capital_nouns):
        return False
    return any(_is_family(word, token.low) for token in terms.sentences[index - 1] if token.is_word)


def _can_be_asked(term: Occurrence, tokens: Sequence[Token], terms: Terms) -> bool:
    """Tell whether a gap can stand there: not in a list, not told by the rest of the sentence."""
    before = tokens[term.first - 1] if term.first else None
    after = tokens[term.last + 1] if term.last + 1 < len(tokens) else None
    if before is not None and before.low in _LISTS:
        return False
    if after is not None and after.low in _LISTS and after.text != ",":
        return False
    if term.kind is TermKind.NUMBER and (before is None or len(term.text) < 2):
        return False
    others = [*tokens[: term.first], *tokens[term.last + 1 :]]
    asked = {token.low for token in tokens[term.first : term.last + 1]}
    return not any(
        token.is_word and _is_family(token.low, word)
        for token in others
        if token.low not in terms.language.small
        for word in asked
    )


def _choices(term: Occurrence, index: int, passage: int, terms: Terms) -> tuple[str, ...]:
    """Return the right choice among three wrong ones; empty where the text has not enough."""
    tokens = terms.sentences[index]
    here = {token.low for token in tokens}
    key = key_of(term.text, term.kind, terms.language)
    candidates = {
        other_key: (_fitness(other, other_key, term, index, passage, terms), other.text)
        for other_key, other in terms.best[term.kind].items()
        if other_key != key and _is_wrong(other, other_key, term, key, here, terms)
    }
    ordered = sorted(candidates.items(), key=lambda item: (-item[1][0], item[0]))
    chosen: list[str] = []
    for _, (_, text) in ordered:
        if any(_is_family(text.casefold(), one.casefold()) for one in chosen):
            continue
        chosen.append(text)
        if len(chosen) == DISTRACTORS:
            break
    if len(chosen) < DISTRACTORS:
        return ()
    return tuple(sorted([term.text, *chosen], key=lambda text: _shuffled(text, tokens)))


def _is_wrong(
    other: Occurrence, other_key: str, term: Occurrence, key: str, here: set[str], terms: Terms
) -> bool:
    """Tell whether another term is surely none that the gap could hold."""
    words = [word.casefold() for word in other.text.split()]
    if any(word in here for word in words):
        return False
    if any(_is_family(word, part) for word in words for part in here if len(part) > 3):
        return False
    # What stands in the same company elsewhere in the text may fit here as well.
    if terms.befores[key] & terms.befores[other_key] or terms.afters[key] & terms.afters[other_key]:
        return False
    if term.kind in (TermKind.NAME, TermKind.YEAR, TermKind.NUMBER):
        return True
    return _fits_article(other, other_key, term, key, terms)


def _fits_article(
    other: Occurrence, other_key: str, term: Occurrence, key: str, terms: Terms
) -> bool:
    """Tell whether grammar lets the other stand in the gap: it must not give the answer away."""
    if terms.language.tag == "en":
        return not (terms.leads[key] & {"a", "an"}) or (
            (other.text[0].casefold() in _VOWELS) == (term.text[0].casefold() in _VOWELS)
        )
    return bool(terms.leads[key] & terms.leads[other_key]) or not terms.leads[key]


def _fitness(
    other: Occurrence, other_key: str, term: Occurrence, index: int, passage: int, terms: Terms
) -> float:
    """Return how good a wrong choice is: important, alike in form and use, from elsewhere."""
    length = abs(len(other.text) - len(term.text))
    elsewhere = passage not in terms.spread[other_key]
    parts = len(other.text.split()) == len(term.text.split())
    lead = terms.sentences[index][term.first - 1].low if term.first else ""
    led = lead in terms.leads[other_key]
    fitness = terms.importance(other_key) - 0.08 * length
    return fitness + 0.6 * elsewhere + 0.5 * parts + 1.2 * led


def _is_family(one: str, other: str) -> bool:
    """Tell whether two words are of one family, so that one tells the other."""
    one, other = singular(one), singular(other)
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= 4 and shorter in longer:
        return True
    letters = min(FAMILY_LETTERS, max(4, len(shorter) - 2))
    return len(shorter) >= letters and one[:letters] == other[:letters]


def _shuffled(text: str, tokens: Sequence[Token]) -> str:
    whole = f"{text} {' '.join(token.text for token in tokens)}"
    return hashlib.sha256(whole.encode()).hexdigest()
