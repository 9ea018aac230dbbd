"""Which elements a page's own style rules hide: what `display: none` says, as far as it is plain.

Of the cascade only the order is known: a later rule that shows an element again wins. Rules for
print, for states of the pointer and for narrow screens say nothing about the page as it opens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

#: Longer style sheets are cut here; only inline ones are in the file at all.
_MOST_LETTERS = 300_000
_MOST_RULES = 400
#: Rules that hide more of a page's words than this are undone by a script when it opens.
_MOST_HIDDEN = 0.5
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_BRACE = re.compile(r"([^{}]*)([{}])")
_SCREEN = re.compile(r"@media\s+(?:only\s+)?(?:screen|all)\s*\Z", re.IGNORECASE)
_SAYS = re.compile(r"(?:^|;)\s*(display|visibility)\s*:\s*([a-z-]+)", re.IGNORECASE)
_SELECTOR = re.compile(r"[\w\s.#>+~*-]+")


def hidden_by_rules(body: LexborNode) -> frozenset[int]:
    """Return the `mem_id` of each element that a page's style rules hide."""
    root = body.parent if body.parent is not None else body
    sheets = "\n".join(sheet.text() or "" for sheet in root.css("style"))[:_MOST_LETTERS]
    hidden: dict[int, LexborNode] = {}
    for number, (selectors, hides) in enumerate(_rules(_COMMENT.sub(" ", sheets))):
        if number == _MOST_RULES:
            break
        for selector in selectors.split(","):
            if not hides and not hidden:
                continue
            for node in _matching(body, selector.strip()):
                if hides:
                    hidden[node.mem_id] = node
                else:
                    hidden.pop(node.mem_id, None)
    words = len((body.text(separator=" ") or "").split())
    lost = sum(len((node.text(separator=" ") or "").split()) for node in hidden.values())
    return frozenset(hidden) if lost <= _MOST_HIDDEN * words else frozenset()


def _rules(css: str) -> Iterator[tuple[str, bool]]:
    """Yield the selectors of each rule that hides its elements or shows them, and if it hides."""
    open_blocks: list[str] = []
    for before, brace in _BRACE.findall(css):
        if brace == "{":
            open_blocks.append(before.rsplit(";", 1)[-1].strip())
            continue
        if open_blocks:
            selectors = open_blocks.pop()
            said = dict(_SAYS.findall(before.lower()))
            if said and not selectors.startswith("@") and all(map(_SCREEN.match, open_blocks)):
                yield selectors, said.get("display") == "none" or said.get("visibility") == "hidden"


def _matching(body: LexborNode, selector: str) -> list[LexborNode]:
    if not _SELECTOR.fullmatch(selector):
        return []
    try:
        return body.css(selector)
    except ValueError:
        return []
