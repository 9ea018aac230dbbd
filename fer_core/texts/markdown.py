"""Markdown to headings and paragraphs: CommonMark with tables, footnotes and formulas.

It is rendered as a web page would show it and read from there, so that HTML in it, lists and
character references mean the same as in a page.
"""

from __future__ import annotations

from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from fer_core.texts.html import html_to_page
from fer_core.texts.markdown_rules import use_own_rules
from fer_core.texts.segmentation import Block

#: A text whose lines are so long on average has a paragraph a line where no line is empty.
_LONG_LINE = 100


def markdown_to_blocks(text: str) -> list[Block]:
    """Return the blocks of a Markdown text, in order, without markup."""
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
    reader.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
    # The way back from a note is an arrow, and no word.
    reader.add_render_rule("footnote_anchor", lambda *_: "")
    use_own_rules(reader)
    return reader
