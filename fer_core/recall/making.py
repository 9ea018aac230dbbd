"""Making cards: out of the passages of a text, and of the learner's own words.

A card's name is made from its owner, its text and its words: making the same cards twice gives the
same cards, not twice as many.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from fer_core.affect.indicators import ComprehensionFeatures
from fer_core.recall.cards import LONGEST_CHOICE, LONGEST_SIDE, Card, CardKind, Schedule, Source
from fer_core.recall.cloze import make_clozes
from fer_core.recall.free_recall import key_terms
from fer_core.texts.document import Document, Passage

#: Gaps asked for in one passage: more would ask for what does not matter.
CLOZES_A_PASSAGE = 2
#: Words of a passage that say which one a free recall is about.
_FIRST_WORDS = 8
#: Of a shorter passage its first words are all that there is to remember.
_FEWEST = 16


def make_cards(
    document: Document,
    passage_ids: Collection[str],
    at: float,
    *,
    owner: str = "",
    session_id: str = "",
    read_at: Mapping[str, float] | None = None,
    features: Mapping[str, ComprehensionFeatures] | None = None,
    kinds: Collection[CardKind] = (CardKind.CLOZE, CardKind.QUESTION, CardKind.RECALL),
) -> list[Card]:
    """Return the cards that passages of a text give; in the order of the text.

    Args:
        document: The text, whole: terms and wrong choices come from all of it.
        passage_ids: The passages to ask about, usually those that were hard or skimmed.
        at: Now, seconds since the epoch: the cards are due at once.
        owner: Whose.
        session_id: In which the passages were read; "" where that is not kept.
        read_at: When each passage was read last; `at` where it is not told.
        features: What was known about the reading of each passage.
        kinds: Which kinds of card.
    """
    wanted = {one.passage_id for one in document.passages} & set(passage_ids)
    clozes = (
        make_clozes(document.passages, wanted, document.language) if CardKind.CLOZE in kinds else []
    )
    terms = (
        key_terms(document.passages, wanted, document.language) if CardKind.RECALL in kinds else {}
    )
    sources = {
        passage.passage_id: Source(
            session_id=session_id,
            text_id=document.text_id,
            text_title=document.title,
            passage_id=passage.passage_id,
            passage=passage.text,
            read_at=(read_at or {}).get(passage.passage_id),
            features=(features or {}).get(passage.passage_id),
        )
        for passage in document.passages
        if passage.passage_id in wanted
    }
    taken: Counter[str] = Counter()
    cards: dict[str, list[Card]] = {name: [] for name in sources}

    def add(kind: CardKind, source: Source, front: str, back: str, choices: Sequence[str]) -> None:
        if len(front) <= LONGEST_SIDE and len(back) <= LONGEST_SIDE:
            cards[source.passage_id].append(
                Card(
                    card_name(owner, source, kind, front),
                    kind,
                    front,
                    back,
                    at,
                    Schedule(at),
                    tuple(choices),
                    terms.get(source.passage_id, ()) if kind is CardKind.RECALL else (),
                    source,
                )
            )

    for cloze in clozes:
        if taken[cloze.passage_id] < CLOZES_A_PASSAGE:
            taken[cloze.passage_id] += 1
            add(CardKind.CLOZE, sources[cloze.passage_id], cloze.front, cloze.back, cloze.choices)
    if CardKind.QUESTION in kinds:
        for question in document.questions:
            if question.passage_id in sources:
                choices = tuple(dict.fromkeys(question.choices))
                if all(choice.strip() and len(choice) <= LONGEST_CHOICE for choice in choices):
                    back = question.choices[question.correct]
                    offered = choices if len(choices) > 1 else ()
                    add(
                        CardKind.QUESTION,
                        sources[question.passage_id],
                        question.prompt,
                        back,
                        offered,
                    )
    for passage in document.passages:
        if CardKind.RECALL in kinds and passage.passage_id in sources and passage.words >= _FEWEST:
            source = sources[passage.passage_id]
            add(CardKind.RECALL, source, recall_prompt(document, passage), passage.text, ())
    return [card for name in cards for card in cards[name]]


def recall_prompt(document: Document, passage: Passage) -> str:
    """Return how a free recall asks: it names the text and the passage, and tells nothing of it."""
    words = passage.text.split()
    first = " ".join(words[:_FIRST_WORDS])
    where = f"“{document.title}”"
    if passage.section and passage.section != document.title:
        where += f", “{passage.section}”"
    return f"Write what you remember of the passage in {where} that begins: “{first} …”"


def own_card(
    front: str,
    back: str,
    at: float,
    *,
    owner: str = "",
    source: Source | None = None,
    choices: Sequence[str] = (),
    kind: CardKind = CardKind.OWN,
) -> Card:
    """Return a card of the learner's own words.

    Args:
        front: What is asked.
        back: The answer.
        at: Now, seconds since the epoch.
        owner: Whose.
        source: The passage it is about.
        choices: To choose from, the back among them; empty: none are offered.
        kind: OWN, or CLOZE where the front has a `cards.GAP`.

    Raises:
        CardInvalid: The words make no card.
    """
    source = source or Source()
    front, back = front.strip(), back.strip()
    name = card_name(owner, source, kind, front)
    return Card(name, kind, front, back, at, Schedule(at), tuple(choices), (), source)


def card_name(owner: str, source: Source, kind: CardKind, front: str) -> str:
    """Return the name of a card: 24 hexadecimal digits of a digest."""
    parts = "\0".join((owner, source.text_id, source.passage_id, kind, front))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:24]
