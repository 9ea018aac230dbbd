"""HTML to headings and paragraphs of plain words, on the standard library's parser.

Nothing is run or fetched. Navigation, scripts, styles and buttons are left out; of the
rest, no word is.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import NamedTuple

from fer_core.errors import TextDamaged
from fer_core.texts.document import Block, BlockKind

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LEFT_OUT = frozenset(
    [
        "script", "style", "noscript", "template", "nav", "svg", "math", "iframe", "object",
        "button", "select", "head",
    ]
)  # fmt: skip
_BLOCKS = frozenset(
    [
        "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
        "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "header", "hr",
        "html", "li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot",
        "thead", "tr", "ul",
    ]
)  # fmt: skip


class HtmlPage(NamedTuple):
    """What a page says: its title, its language tag (or ""), its blocks."""

    title: str
    language: str
    blocks: list[Block]


def html_to_blocks(markup: str) -> HtmlPage:
    """Return the headings and paragraphs of an HTML document, however broken its markup.

    Raises:
        TextDamaged: It has declarations that are none.
    """
    parser = _Collector()
    try:
        parser.feed(_close(markup))
        parser.close()
    except AssertionError:  # so the library says it in Python 3.11
        raise TextDamaged from None
    parser.flush()
    return HtmlPage(" ".join(parser.title.split()), parser.language, parser.blocks)


def _close(markup: str) -> str:
    """Take the start signs away that nothing ends; the parser would look for the end of each."""
    closed, end, rest = markup.rpartition("-->")
    markup = closed + end + rest.replace("<!--", "")
    closed, end, rest = markup.rpartition(">")
    return closed + end + rest.replace("<", "&lt;")


class _Collector(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.title = ""
        self.language = ""
        self._words: list[str] = []
        self._left_out = 0
        self._heading = 0
        self._preformatted = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "html":
            self.language = (dict(attrs).get("lang") or "")[:35]
        if tag == "title" and not self.title:
            self._in_title = True
        if tag == "body":
            # Broken pages forget to close their head.
            self._left_out = 0
        if tag in _LEFT_OUT:
            self.flush()
            self._left_out += 1
        elif self._left_out:
            return
        elif tag in _HEADINGS:
            self.flush()
            self._heading = _HEADINGS[tag]
        elif tag in _BLOCKS:
            self.flush()
            self._preformatted += tag == "pre"
        elif tag == "br":
            self._words.append("\n")
        elif tag in ("td", "th"):
            self._words.append(" ")
        elif tag == "img":
            self._words.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        if tag in _LEFT_OUT:
            self._left_out = max(0, self._left_out - 1)
        elif self._left_out:
            return
        elif tag in _HEADINGS:
            self.flush()
            self._heading = 0
        elif tag in _BLOCKS:
            self.flush()
            self._preformatted = max(0, self._preformatted - (tag == "pre"))

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._left_out:
            self._words.append(data if self._preformatted else data.replace("\n", " "))

    def flush(self) -> None:
        """End the block that is being collected."""
        text = "".join(self._words)
        self._words.clear()
        if self._preformatted:
            text = text.strip("\n")
        else:
            text = "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()
        if not text.strip():
            return
        if self._heading:
            self.blocks.append(Block(BlockKind.HEADING, " ".join(text.split()), self._heading))
        else:
            self.blocks.append(Block(BlockKind.PARAGRAPH, text))
