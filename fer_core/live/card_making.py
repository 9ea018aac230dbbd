"""Review cards out of a session's text: about which passages, and what was known of them."""

from __future__ import annotations

from collections.abc import Collection

from fer_core.live.reading_tracker import ReadingResult
from fer_core.live.running_session import RunningSession
from fer_core.reading.highlights import Mark
from fer_core.recall.cards import Card, CardKind, Source
from fer_core.recall.making import make_cards

#: What was hard or skimmed, or was marked by the learner, is asked about unless they say otherwise.
ASKED_MARKS = (Mark.HARD_SAID, Mark.HARD_ESTIMATED, Mark.SKIMMED, Mark.IMPORTANT_SAID)
KINDS = (CardKind.CLOZE, CardKind.QUESTION, CardKind.RECALL)


def passages_to_review(result: ReadingResult) -> tuple[str, ...]:
    """Return the passages that were hard, skimmed or marked, in the order of the text."""
    return tuple(one.passage_id for one in result.highlights if one.mark in ASKED_MARKS)


def make_session_cards(
    running: RunningSession,
    at: float,
    passage_ids: Collection[str] | None = None,
    kinds: Collection[CardKind] = KINDS,
) -> list[Card]:
    """Return the cards that a session's text gives; keep them with `CardStore.add`.

    Of a session that is not to be kept, what it measured stays out of them.

    Args:
        running: The session; without an open text it gives none.
        at: Now, seconds since the epoch.
        passage_ids: The passages to ask about; None: those that were hard, skimmed or marked.
        kinds: Which kinds of card.
    """
    if running.reading is None or running.reading.document.is_video:
        return []  # a span of a video has no sentences to ask about
    result = running.reading.result()
    if passage_ids is None:
        passage_ids = passages_to_review(result)
    return make_cards(
        running.reading.document,
        passage_ids,
        at,
        session_id=running.session_id if running.keep else "",
        read_at={
            one.passage_id: one.last_seen
            for one in result.reading.passages
            if one.last_seen is not None
        },
        features=result.reading.features() if running.keep else {},
        kinds=kinds,
    )


def source_of(running: RunningSession, passage_id: str) -> Source:
    """Return where a card of the learner's own about a passage comes from.

    Without an open text, or for a passage that is not in it, it comes from nowhere.
    """
    if running.reading is None:
        return Source()
    document = running.reading.document
    passage = next((one for one in document.passages if one.passage_id == passage_id), None)
    if passage is None:
        return Source(text_id=document.text_id, text_title=document.title)
    reading = running.reading.reading()
    seen = next((one for one in reading.passages if one.passage_id == passage_id), None)
    return Source(
        session_id=running.session_id if running.keep else "",
        text_id=document.text_id,
        text_title=document.title,
        passage_id=passage_id,
        passage=passage.text,
        read_at=None if seen is None else seen.last_seen,
        features=reading.features().get(passage_id) if running.keep else None,
    )
