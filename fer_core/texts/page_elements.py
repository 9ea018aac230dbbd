"""How elements of a page look in a browser: what is hidden, what stands before a list's item."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

#: Elements of which a browser shows no words of the text.
_WITHOUT_WORDS = frozenset(
    [
        "script", "style", "noscript", "template", "head", "title", "iframe", "object",
        "embed", "canvas", "audio", "video", "button", "select", "datalist", "input", "textarea",
        "area", "map", "param", "source", "track", "meta", "link", "base", "frame", "frameset",
        "noframes", "noembed", "progress", "meter", "annotation", "annotation-xml", "rp-hidden",
    ]
)  # fmt: skip
#: Classes by which sites hide words from the eye; the rules themselves are not read.
_HIDDEN_CLASSES = frozenset(
    [
        "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screen-reader-only",
        "hidden", "d-none", "mw-editsection", "noprint", "katex-html", "MathJax_Preview",
        "headerlink", "anchorjs-link", "mjx-assistive-mml-hidden",
    ]
)  # fmt: skip
#: Hidden, moved out of the window, or clipped to nothing.
_HIDDEN_STYLE = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|(?:left|top|text-indent)\s*:\s*-\d{4}|"
    r"clip\s*:\s*rect\s*\(\s*[01]\D|clip-path\s*:\s*inset\s*\(\s*(?:50|100)%)",
    re.I,
)
#: A link within its page with nothing but such a sign leads to a heading or back from a note.
_WAY_SIGNS = re.compile("[\\s#¶§⚓🔗↑↩↵⏎⤴^\ufe0e\ufe0f]{1,8}")
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


def is_hidden(node: LexborNode, name: str) -> bool:
    """Tell whether a browser shows nothing of an element."""
    if name in _WITHOUT_WORDS:
        return True
    attributes = node.attributes
    if name == "dialog" and "open" not in attributes:
        return True
    if not attributes:
        return False
    if "hidden" in attributes or "pagebreak" in _roles(node):
        return True
    if name == "a" and "#" in (attributes.get("href") or ""):
        words = node.text() or ""
        if words.strip() and _WAY_SIGNS.fullmatch(words):
            return True
    if _HIDDEN_STYLE.search(attributes.get("style") or ""):
        return True
    return not _HIDDEN_CLASSES.isdisjoint((attributes.get("class") or "").split())


def is_note_mark(node: LexborNode, name: str) -> bool:
    """Tell whether an element is the number of a note, which books raise by their own rules."""
    return name == "sup" or (name == "a" and "noteref" in _roles(node))


def _roles(node: LexborNode) -> str:
    """Return what a book or page says of the part that an element plays."""
    attributes = node.attributes
    return f"{attributes.get('epub:type') or ''} {attributes.get('role') or ''}"


def list_marker(parent: LexborNode, item: LexborNode, number: int) -> tuple[str, int]:
    """Return what stands before an item of a list, and the next item's number.

    Args:
        parent: The list.
        item: The item.
        number: Its number, unless it says another.
    """
    if parent.tag != "ol":
        return "• ", 0
    own = (item.attributes.get("value") or "").strip()
    if re.fullmatch(r"-?\d{1,9}", own):
        number = int(own)
    kind = item.attributes.get("type") or parent.attributes.get("type") or "1"
    step = -1 if "reversed" in parent.attributes else 1
    return f"{numeral(number, kind)}. ", number + step


def numeral(number: int, kind: str) -> str:
    """Return a number as a list's kind ("1", "a", "A", "i", "I") writes it."""
    if kind in ("a", "A") and number > 0:
        letters = ""
        while number > 0:
            number, rest = divmod(number - 1, 26)
            letters = chr(97 + rest) + letters
        return letters if kind == "a" else letters.upper()
    if kind in ("i", "I") and 0 < number < 4000:
        letters = ""
        for value, sign in _ROMAN:
            count, number = divmod(number, value)
            letters += sign * count
        return letters if kind == "i" else letters.upper()
    return str(number)


def first_number(node: LexborNode, name: str) -> int:
    """Return the number of a list's first item."""
    if name != "ol":
        return 0
    items = sum(1 for child in node.iter() if child.tag == "li")
    start = node.attributes.get("start") or ""
    if re.fullmatch(r"-?\d{1,9}", start.strip()):
        return int(start)
    return items if "reversed" in node.attributes else 1


def is_layout(table: LexborNode) -> bool:
    """Tell a table that sets a page out from one of data."""
    if table.attributes.get("role") in ("presentation", "none"):
        return True
    inner = "table table, table h1, table h2, table h3, table p + p, table ul, table ol, table pre"
    return (
        table.css_first(inner) is not None or table.css_first("td + td, th + th, th + td") is None
    )


def is_first_cell(cell: LexborNode) -> bool:
    """Whether no cell stands before one in its row."""
    before = cell.prev
    while before is not None and before.tag not in ("td", "th"):
        before = before.prev
    return before is None


def has_brackets(node: LexborNode) -> bool:
    """Whether the page itself writes brackets around a reading, for old browsers."""
    before = node.prev
    while before is not None and before.tag == "-text" and not (before.text_content or "").strip():
        before = before.prev
    return before is not None and before.tag == "rp"
