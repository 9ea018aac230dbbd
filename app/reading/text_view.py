"""The scrolling text on the page: what goes to the component in the browser that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from app.parts.component_state import keep_state
from app.parts.reports import ReportQueue
from fer_core.reading.notes import PassageNote, Span
from fer_core.texts.document import Document, Passage
from fer_core.texts.sentences import paragraph_spans

#: Passages in the browser at once, about 10 printed pages: a book would make scrolling slow.
PASSAGES_AT_ONCE = 40

_FRONTEND = Path(__file__).parent / "frontend"
_component = st.components.v2.component(
    "text_view",
    html=(_FRONTEND / "text_view.html").read_text(encoding="utf-8"),
    css=(_FRONTEND / "text_view.css").read_text(encoding="utf-8"),
    js=(_FRONTEND / "text_view.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True, slots=True)
class Typography:
    """How the text is set.

    Attributes:
        size: Of the letters, in pixels.
        width: Of the column, in widths of a letter.
        theme: "auto" (as the app), "light", "dark" or "sepia".
    """

    size: int = 19
    width: int = 36
    theme: str = "auto"


@dataclass(frozen=True, slots=True)
class ReaderPosition:
    """Which part of the text is on the page.

    Attributes:
        part: From 0; a part is 40 passages.
        start: The passage to begin at; None for the part's first.
        jump: Grows when the learner jumps, so that the same place can be jumped to twice.
    """

    part: int = 0
    start: str | None = None
    jump: int = 0


def show_text(
    key: str,
    document: Document,
    position: ReaderPosition,
    typography: Typography,
    marked: Sequence[str],
    lost: Sequence[str],
    notes: Sequence[PassageNote],
    wpm: float,
    reports: ReportQueue,
) -> Any:
    """Show one part of a text; return the latest report, to be given to the queue.

    Args:
        key: One for each session.
        document: The text.
        position: Which part of it.
        typography: How it is set.
        marked: Passages marked as important.
        lost: Passages that the learner got lost in.
        notes: Their highlights and notes.
        wpm: The learner's pace, for the time that is left.
        reports: Knows what has arrived.
    """
    parts, part = count_parts(document), position.part
    shown = document.passages[part * PASSAGES_AT_ONCE : (part + 1) * PASSAGES_AT_ONCE]
    before = sum(passage.words for passage in document.passages[: part * PASSAGES_AT_ONCE])
    passages = []
    for passage in shown:
        left = document.words - before
        passages.append(_plain(passage, before, max(1, round(left / wpm))))
        before += passage.words
    by_name = {passage.passage_id: passage for passage in shown}
    result = _component(
        key=key,
        data={
            "text_key": document.text_id,
            "language": document.language,
            "part": part,
            "parts": parts,
            "start": position.start,
            "jump": position.jump,
            "words": document.words,
            "passages": passages,
            "marked": list(marked),
            "lost": list(lost),
            "notes": {
                note.passage_id: {
                    "sentences": places_of(note, by_name[note.passage_id]),
                    "note": note.note,
                }
                for note in notes
                if note.passage_id in by_name
            },
            "look": {"size": typography.size, "width": typography.width, "theme": typography.theme},
            "acked": reports.acked,
        },
        on_report_change=keep_state,
    )
    return result.report


def count_parts(document: Document) -> int:
    """Return in how many parts a text is shown."""
    return -(-len(document.passages) // PASSAGES_AT_ONCE)


def part_of(passage: Passage) -> int:
    """Return the part that a passage is in."""
    return passage.index // PASSAGES_AT_ONCE


def sentence_spans(passage: Passage) -> list[Span]:
    """Return where the sentences of a passage stand in it."""
    return [span for paragraph in paragraph_spans(passage.text) for span in paragraph]


def places_of(note: PassageNote, passage: Passage) -> list[int]:
    """Return which sentences of a passage are highlighted, from 0; in part counts as well."""
    return [
        place
        for place, (start, end) in enumerate(sentence_spans(passage))
        if any(first < end and start < last for first, last in note.sentences)
    ]


def _plain(passage: Passage, words_before: float, minutes_left: int) -> dict[str, Any]:
    return {
        "id": passage.passage_id,
        "headings": [
            {"level": heading.level, "text": heading.text} for heading in passage.headings
        ],
        "text": passage.text,
        "number": passage.index + 1,
        "paragraphs": [[list(span) for span in spans] for spans in paragraph_spans(passage.text)],
        "direction": passage.direction,
        "words_before": words_before,
        "minutes_left": minutes_left,
    }
