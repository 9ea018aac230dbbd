"""Markdown to headings and paragraphs: CommonMark with tables, footnotes and formulas.

It is rendered as a web page would show it and read from there, so that HTML in it, lists and
character references mean the same as in a page.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from fer_core.texts.document import Block
from fer_core.texts.html import html_to_page

#: A text whose lines are so long on average has a paragraph a line where no line is empty.
_LONG_LINE = 100
#: Obsidian's links to notes: [[note]], [[note|words]].
_WIKI_LINK = re.compile(r"!?\[\[([^\[\]|\n]{1,200})(?:\|([^\[\]|\n]{1,200}))?\]\]")


def markdown_to_blocks(text: str) -> list[Block]:
    """Return the blocks of a Markdown text, in order, without markup."""
    text = _WIKI_LINK.sub(lambda match: match.group(2) or match.group(1), text)
    return html_to_page(_reader().render(text), whole_page=False).blocks


def pasted_to_blocks(text: str) -> list[Block]:
    """Return the blocks of a pasted text, which may be Markdown or not.

    Programs copy paragraphs as one long line each, without an empty line between them.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    if "\n\n" not in text and len(text) > _LONG_LINE * max(1, len(lines)):
        text = "\n\n".join(lines)
    return markdown_to_blocks(text)


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": True, "linkify": False})
    reader.enable(["table", "strikethrough"])
    reader.use(footnote_plugin).use(deflist_plugin)
    # "$5 and $10" is money: a formula's signs touch it and no figure follows.
    reader.use(dollarmath_plugin, allow_space=False, allow_digits=False)
    return reader
