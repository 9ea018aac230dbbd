"""Passages as HTML, for the views that need no component; nothing in them is taken for markup."""

from __future__ import annotations

import html

from app.reading.text_view import Typography
from fer_core.texts.document import Passage


def column(content: str, typography: Typography) -> str:
    """Return HTML set in the learner's column."""
    return (
        f'<div style="max-width:{typography.width}em;font-size:{typography.size}px;'
        f'line-height:1.65;font-family:Georgia,serif;margin:auto">{content}</div>'
    )


def as_html(passage: Passage) -> str:
    """Return a passage as HTML; nothing in it is taken for markup."""
    parts = [
        f'<h{min(6, heading.level + 2)} dir="auto">{html.escape(heading.text)}'
        f"</h{min(6, heading.level + 2)}>"
        for heading in passage.headings
    ]
    parts += [
        f'<p dir="auto" style="white-space:pre-line;font-size:inherit">{html.escape(words)}</p>'
        for words in passage.text.split("\n\n")
    ]
    return "".join(parts)
