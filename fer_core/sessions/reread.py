"""The list "reread these", to take away: as Markdown, HTML and JSON."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass

from fer_core.reading.highlights import Highlight, Mark
from fer_core.reading.notes import PassageNote
from fer_core.sessions.report import NOTE
from fer_core.texts.document import Document, Passage
from fer_core.words import as_markdown

_STYLE = (
    "body{max-width:40em;margin:2em auto;padding:0 1em;line-height:1.6;font-family:Georgia,serif}"
    "blockquote{margin:0 0 2em;padding-inline-start:1em;border-inline-start:4px solid;"
    "white-space:pre-line}.dashed{border-style:dashed}.dotted{border-style:dotted}"
)
#: Marks that say "look again"; important passages say something else.
TO_REREAD = (Mark.HARD_SAID, Mark.HARD_ESTIMATED, Mark.SKIMMED)


@dataclass(frozen=True, slots=True)
class RereadItem:
    """One passage to look at again, and why."""

    passage: Passage
    highlight: Highlight


def reread_items(document: Document, highlights: Sequence[Highlight]) -> list[RereadItem]:
    """Return the passages to read again, hardest kind first, each kind in the order of the text."""
    by_name = {passage.passage_id: passage for passage in document.passages}
    return [
        RereadItem(by_name[highlight.passage_id], highlight)
        for mark in TO_REREAD
        for highlight in highlights
        if highlight.mark is mark
    ]


def to_markdown(document: Document, items: Sequence[RereadItem]) -> str:
    """Return the list as Markdown, each passage quoted."""
    lines = [f"# Reread: {as_markdown(document.title)}", ""]
    for item in items:
        lines.append(f"## {item.highlight.mark.icon} {as_markdown(_where(item.passage))}")
        lines += ["", f"*{item.highlight.mark.label}.* {as_markdown(item.highlight.why)}", ""]
        lines += _quoted(item.passage.text.split("\n"))
        lines.append("")
    if not items:
        lines += ["Nothing stood out.", ""]
    return "\n".join([*lines, f"*{NOTE}*", ""])


def notes_to_markdown(document: Document, notes: Sequence[PassageNote]) -> str:
    """Return a reader's highlights and notes as Markdown, in the order of the text."""
    by_name = {note.passage_id: note for note in notes}
    lines = [f"# Notes: {as_markdown(document.title)}", ""]
    for passage in document.passages:
        note = by_name.get(passage.passage_id)
        if note is None:
            continue
        lines += [f"## {as_markdown(_where(passage))}", ""]
        for quote in note.quotes(passage.text):
            lines += [f"> {as_markdown(quote)}", ""]
        if note.note:
            lines += [*(as_markdown(line) for line in note.note.splitlines()), ""]
    return "\n".join(lines)


def to_html(document: Document, items: Sequence[RereadItem]) -> str:
    """Return the list as one HTML page that needs nothing else."""
    title = html.escape(document.title)
    language = html.escape(document.language or "en", quote=True)
    parts = [
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>Reread: {title}</title>",
        f"<style>{_STYLE}</style></head><body>",
        f"<h1>Reread: {title}</h1>",
    ]
    for item in items:
        mark = item.highlight.mark
        parts += [
            f"<h2>{mark.icon} {html.escape(_where(item.passage))}</h2>",
            f"<p><em>{html.escape(mark.label)}.</em> {html.escape(item.highlight.why)}</p>",
            f'<blockquote dir="auto" class="{mark.pattern}">',
            f"{html.escape(item.passage.text)}</blockquote>",
        ]
    if not items:
        parts.append("<p>Nothing stood out.</p>")
    parts.append(f"<p><small>{html.escape(NOTE)}</small></p></body></html>")
    return "\n".join(parts)


def to_json(document: Document, items: Sequence[RereadItem]) -> str:
    """Return the list as JSON."""
    return json.dumps(
        {
            "format": "fer-reread",
            "version": 1,
            "note": NOTE,
            "title": document.title,
            "text_id": document.text_id,
            "passages": [
                {
                    "passage_id": item.passage.passage_id,
                    "number": item.passage.index + 1,
                    "section": item.passage.section,
                    "mark": str(item.highlight.mark),
                    "why": item.highlight.why,
                    "text": item.passage.text,
                }
                for item in items
            ],
        },
        ensure_ascii=False,
        indent=1,
    )


def _where(passage: Passage) -> str:
    number = f"Passage {passage.index + 1}"
    return f"{number}, {passage.section}" if passage.section else number


def _quoted(lines: Sequence[str]) -> list[str]:
    """Return lines as a quotation: each ends where it ends in the text, indented as there."""
    quoted = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        indent = "\u00a0" * (len(line) - len(line.lstrip(" ")))
        end = "\\" if line.strip() and following.strip() else ""
        quoted.append(f"> {indent}{as_markdown(line)}{end}".rstrip())
    return quoted
