"""HTML to headings and paragraphs, with the words that a browser would show.

A real HTML5 parser (Lexbor) reads the markup; nothing is run or fetched. This module knows what
each element looks like on a page; which part of a page is its text is in `main_content`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from fer_core.texts.formulas import formula_of, is_rendered, is_source
from fer_core.texts.main_content import is_boilerplate, main_part, words_in
from fer_core.texts.page_elements import (
    first_number,
    has_brackets,
    is_first_cell,
    is_hidden,
    is_layout,
    is_note_mark,
    list_marker,
)
from fer_core.texts.segmentation import Block, BlockKind
from fer_core.texts.style_rules import hidden_by_rules
from fer_core.texts.xhtml import as_html

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    [
        "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
        "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form",
        "header", "hgroup", "hr", "html", "legend", "li", "listing", "main", "menu", "nav", "ol",
        "optgroup", "p", "plaintext", "pre", "search", "section", "summary", "table", "tbody",
        "tfoot", "thead", "tr", "ul", "xmp",
    ]
)  # fmt: skip
_LISTS = frozenset(["ul", "ol", "menu", "dir"])
_PREFORMATTED = frozenset(["pre", "listing", "plaintext", "xmp"])
_SUPERSCRIPTS = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_SUBSCRIPTS = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_RAISED, _LOWERED = set("0123456789+-−=()ni"), set("0123456789+-−=()")
_NOSCRIPT = re.compile(r"<noscript[\s>]", re.IGNORECASE)
_LONGEST_NOSCRIPT = 20_000
#: Words in one drawing.
_MOST_LABELS = 200
#: Of the number of a note: a link in a mark or two.
_MOST_NODES = 30
#: Between the cells of a table's row.
_CELL = " | "
_SOFT_HYPHEN = "\u00ad"
_SPACES = re.compile(r"[ \t\r\n\f]+")


class HtmlPage(NamedTuple):
    """What a page says: its title, its language tag (or ""), its blocks."""

    title: str
    language: str
    blocks: list[Block]


def html_to_page(markup: str, *, whole_page: bool = True, bullets: bool = True) -> HtmlPage:
    """Return the headings and paragraphs of an HTML document, however broken its markup.

    Args:
        markup: The document or a part of one.
        whole_page: Whether there may be navigation and the like around the text, to be left out.
        bullets: Whether the items of lists without numbers get a bullet: they may have their own.
    """
    tree = LexborHTMLParser(_without_noscript(as_html(markup)))
    root, body, title = tree.root, tree.body, _title_of(tree)
    language = "" if root is None else (root.attributes.get("lang") or "")[:35]
    words = "" if title is None else " ".join((title.text() or "").split())
    if body is None:
        return HtmlPage(words, language, [])
    part = main_part(body) if whole_page else body
    hidden = hidden_by_rules(body)
    blocks = _read(body, part, _Reader(whole_page, hidden, bullets=bullets))
    if whole_page and 2 * _count(blocks) < words_in(part):
        # A page of which so little is left calls its text by a name that elsewhere is none.
        more = _read(body, part, _Reader(whole_page, hidden, by_name=False))
        blocks = max(blocks, more, key=_count)
    return HtmlPage(words, language, blocks)


def _read(body: LexborNode, part: LexborNode, reader: _Reader) -> list[Block]:
    if part is not body and (heading := _heading_above(body, part)) is not None:
        reader.read(heading)
    reader.read(part)
    return reader.blocks


def _count(blocks: list[Block]) -> int:
    return sum(len(block.text.split()) for block in blocks)


def _title_of(tree: LexborHTMLParser) -> LexborNode | None:
    """Return the page's title; a drawing may have one of its own."""
    of_drawings = {title.mem_id for title in tree.css("svg title")}
    return next((one for one in tree.css("title") if one.mem_id not in of_drawings), None)


def _without_noscript(markup: str) -> str:
    """Return a page without what browsers show where nothing may run.

    The parser takes itself for such a browser, and in the head such a part would begin the body.
    """
    parts, done = [], 0
    for start in _NOSCRIPT.finditer(markup):
        end = markup.find("</noscript", start.end(), start.end() + _LONGEST_NOSCRIPT)
        if start.start() >= done and end >= 0 and "</script" not in markup[start.end() : end]:
            parts.append(markup[done : start.start()])
            done = end
    return "".join([*parts, markup[done:]])


def _heading_above(body: LexborNode, part: LexborNode) -> LexborNode | None:
    """Return the page's one large heading where it stands outside its text."""
    headings = body.css("h1")
    return headings[0] if len(headings) == 1 and not part.css("h1") else None


@dataclass(slots=True)
class _List:
    """One list that is open, and the next number of its items."""

    node: LexborNode
    number: int


@dataclass(slots=True)
class _Reader:
    """Walks a tree once, without recursion: a page may nest its elements a hundred thousand deep.

    Attributes:
        whole_page: Whether what is not text is left out.
        hidden: Elements that the page's style rules hide, by `mem_id`.
        by_name: Whether that goes by the names that the site gives to its parts, too.
        bullets: Whether items without numbers get one.
        blocks: What was read.
    """

    whole_page: bool
    hidden: frozenset[int]
    by_name: bool = True
    bullets: bool = True
    blocks: list[Block] = field(default_factory=list)
    _words: list[str] = field(default_factory=list)
    _lines: list[str] = field(default_factory=list)
    _lists: list[_List] = field(default_factory=list)
    _marker: str = ""
    _heading: int = 0
    _preformatted: int = 0
    _tables: int = 0
    _layout: list[bool] = field(default_factory=list)

    def read(self, root: LexborNode) -> None:
        """Read a node and everything in it."""
        stack: list[tuple[LexborNode, bool]] = [(root, True)]
        while stack:
            node, entering = stack.pop()
            if not entering:
                self._leave(node)
                continue
            name = node.tag
            if name == "-text":
                self._take(node.text_content or "")
            elif name and not name.startswith(("-", "!", "#")) and not self._replaced(node, name):
                self._enter(node, name)
                stack.append((node, False))
                children = []
                child = node.child
                while child is not None:
                    children.append((child, True))
                    child = child.next
                stack.extend(reversed(children))
        self._flush()
        self._close_lines()

    def _replaced(self, node: LexborNode, name: str) -> bool:
        """Handle what shows something else than its content, or nothing."""
        if name == "script" and is_source(node):
            self._words.append(f" {(node.text() or '').strip()} ")
            return True
        hidden = node.mem_id in self.hidden or is_hidden(node, name) or is_rendered(node)
        beside = self.whole_page and is_boilerplate(node, name, by_name=self.by_name)
        if hidden or beside:
            if name in _BLOCKS:
                self._flush()
            return True
        if name == "br":
            self._words.append("\n")
        elif name == "img":
            self._words.append(_SPACES.sub(" ", node.attributes.get("alt") or ""))
        elif name == "svg":
            labels = node.css("text")[:_MOST_LABELS]
            self._words += [f" {label.text(separator=' ')} " for label in labels]
            return True
        elif name == "sub" or is_note_mark(node, name):
            return self._raised(node, name)
        elif name in ("math", "mjx-container") or "katex" in (node.attributes.get("class") or ""):
            formula = formula_of(node, name)
            if formula:
                self._words.append(formula)
            return formula is not None
        return name in ("br", "img", "wbr")

    def _raised(self, node: LexborNode, name: str) -> bool:
        """Write small figures as such: "x²" and "note¹" are not "x2" and "note1"."""
        text = _short_text(node)
        table, known = (_SUBSCRIPTS, _LOWERED) if name == "sub" else (_SUPERSCRIPTS, _RAISED)
        if text and set(text) <= known:
            self._words.append(text.translate(table))
            return True
        return False

    def _enter(self, node: LexborNode, name: str) -> None:
        if name in _HEADINGS:
            self._flush()
            self._heading = _HEADINGS[name]
        elif name in _LISTS:
            self._flush()
            self._lists.append(_List(node, first_number(node, name)))
        elif name == "li":
            self._flush()
            self._begin_item(node)
        elif name == "table":
            self._flush()
            layout = is_layout(node)
            self._layout.append(layout)
            self._tables += not layout
        elif name in ("td", "th"):
            if not self._in_rows:
                self._flush()
            elif not is_first_cell(node):
                self._words.append(_CELL)
        elif name in _BLOCKS and not self._in_cell(name):
            self._flush()
            self._preformatted += name in _PREFORMATTED
        elif name == "q":
            self._words.append("“")
        elif name == "rt" and not has_brackets(node):
            self._words.append("（")

    def _leave(self, node: LexborNode) -> None:
        name = node.tag
        if name in _HEADINGS:
            self._flush()
            self._heading = 0
        elif name in _LISTS:
            self._flush()
            if self._lists:
                self._lists.pop()
            if not self._lists and not self._tables:
                self._close_lines()
        elif name == "table":
            self._flush()
            self._tables -= not self._layout.pop()
            if not self._tables and not self._lists:
                self._close_lines()
        elif name in ("td", "th") and not self._in_rows:
            self._flush()
        elif name in _BLOCKS and not self._in_cell(str(name)):
            self._flush()
            self._preformatted = max(0, self._preformatted - (name in _PREFORMATTED))
        elif name == "q":
            self._words.append("”")
        elif name == "rt" and not has_brackets(node):
            self._words.append("）")

    @property
    def _in_rows(self) -> bool:
        return bool(self._layout) and not self._layout[-1]

    def _in_cell(self, name: str) -> bool:
        """Whether a block stays on its row's line: paragraphs in the cells of a table of data."""
        if not self._in_rows or name in ("tr", "caption", "thead", "tbody", "tfoot"):
            return False
        self._words.append(" ")
        return True

    def _begin_item(self, node: LexborNode) -> None:
        if not self._lists:
            self._marker = "• "
            return
        current = self._lists[-1]
        marker, current.number = list_marker(current.node, node, current.number)
        if marker == "• " and not self.bullets:
            marker = ""
        self._marker = "  " * (len(self._lists) - 1) + marker

    def _take(self, text: str) -> None:
        text = text.replace(_SOFT_HYPHEN, "")
        self._words.append(text if self._preformatted else _SPACES.sub(" ", text))

    def _flush(self) -> None:
        """End the line or block that is being collected."""
        text = "".join(self._words)
        self._words.clear()
        if self._preformatted:
            text = text.strip("\n").rstrip()
        else:
            text = "\n".join(" ".join(line.split(" ")).strip() for line in text.split("\n"))
            text = re.sub(r" {2,}", " ", text).strip(" \n")
        if not text.strip(" |\n" if self._tables else None):
            return
        if self._heading:
            self._close_lines()
            self.blocks.append(Block(BlockKind.HEADING, " ".join(text.split()), self._heading))
        elif self._lists or self._tables:
            self._lines.append(self._marker + text)
            self._marker = ""
        else:
            self.blocks.append(Block(BlockKind.PARAGRAPH, self._marker + text))
            self._marker = ""

    def _close_lines(self) -> None:
        """End a list or table: its lines are one block, for each alone is too short to be timed."""
        if self._lines:
            self.blocks.append(Block(BlockKind.PARAGRAPH, "\n".join(self._lines)))
            self._lines.clear()


def _short_text(node: LexborNode) -> str:
    """Return the text of an element; "" where it is longer or more nested than a note's number."""
    words: list[str] = []
    stack = [node.child]
    for _ in range(_MOST_NODES):
        if not stack:
            return "".join(words).strip()
        one = stack.pop()
        if one is None:
            continue
        stack += [one.next, one.child]
        if one.tag == "-text":
            words.append(one.text_content or "")
    return ""
