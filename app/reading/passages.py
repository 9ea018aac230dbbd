"""Passages as HTML, for the views that need no component; nothing in them is taken for markup."""

from __future__ import annotations

import html

from app.reading.text_view import Typography, places_of
from fer_core.reading.notes import PassageNote
from fer_core.texts.document import Passage
from fer_core.texts.sentences import paragraph_spans

_PARAGRAPH = "white-space:pre-line;font-size:inherit"
_MARK = "background:#ffe08a;color:#1c2530"
_NOTE = "font-size:.85em;font-family:var(--st-font,sans-serif);white-space:pre-line"
_NUMBER = "font:600 .75em var(--st-font,sans-serif)"


def column(content: str, typography: Typography) -> str:
    """Return HTML set in the learner's column."""
    return (
        f'<div style="max-width:{typography.width}em;font-size:{typography.size}px;'
        f'line-height:1.65;font-family:Georgia,serif;margin:auto">{content}</div>'
    )


def as_html(passage: Passage, note: PassageNote | None = None) -> str:
    """Return a passage as HTML; nothing in it is taken for markup.

    Args:
        passage: The passage.
        note: What the learner added to it: highlighted sentences are marked, the note follows.
    """
    chosen = set(places_of(note, passage)) if note else set()
    place = 0
    parts = [
        f'<h{min(6, heading.level + 2)} dir="auto">{html.escape(heading.text)}'
        f"</h{min(6, heading.level + 2)}>"
        for heading in passage.headings
    ]
    for spans in paragraph_spans(passage.text):
        words, written = [], spans[0][0]
        for start, end in spans:
            sentence = html.escape(passage.text[start:end])
            words.append(html.escape(passage.text[written:start]))
            words.append(
                f'<mark style="{_MARK}">{sentence}</mark>' if place in chosen else sentence
            )
            place, written = place + 1, end
        parts.append(f'<p dir="auto" style="{_PARAGRAPH}">{"".join(words)}</p>')
    if note and note.note:
        parts.append(f'<p dir="auto" style="{_NOTE}">✎ {html.escape(note.note)}</p>')
    return "".join(parts)


def numbered(passage: Passage, note: PassageNote | None = None) -> str:
    """Return a passage as HTML below its number."""
    number = f'<div style="{_NUMBER}">{passage.index + 1}</div>'
    return f'<div dir="{passage.direction}">{number}{as_html(passage, note)}</div>'
