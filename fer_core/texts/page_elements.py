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
_HIDDEN_STYLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
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
    if "hidden" in attributes:
        return True
    if _HIDDEN_STYLE.search(attributes.get("style") or ""):
        return True
    return not _HIDDEN_CLASSES.isdisjoint((attributes.get("class") or "").split())


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
    return f"{_numeral(number, kind)}. ", number + step


def _numeral(number: int, kind: str) -> str:
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
