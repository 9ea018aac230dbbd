"""Which part of a web page is its text: without navigation, banners, forms and what is beside it.

By what pages say of themselves (elements and roles of HTML), by the names that sites give to their
parts, and by link density: navigation is links, a text is words (Kohlschütter et al. 2010).
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

#: What a site calls the part with its text, the surest first.
_MAIN = (
    "main", "[role=main]", "article", "[itemprop=articleBody]", "#mw-content-text", "#content",
    "#main-content", "#main", ".post-content", ".entry-content", ".article-body", ".markdown-body",
)  # fmt: skip
#: A part that holds so much of a page's words outside links is its text.
_MAIN_SHARE = 0.5
#: More parts of one name are looked at by no reader: each may hold all that follow.
_MOST_PARTS = 50
#: A part with fewer words is none: a teaser, an empty frame.
_LEAST_WORDS = 25
_NEVER_TEXT = frozenset(["nav", "search"])
_ROLES = frozenset(
    ["navigation", "banner", "contentinfo", "search", "menu", "menubar", "toolbar", "alertdialog"]
)
#: Names of parts that are not the text where they are short or full of links.
_BESIDE = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navbox|menu|breadcrumbs?|sidebar|cookies?|consent|gdpr|newsletter|"
    r"subscribe|share|sharing|social|related|recommended|promo|advert(?:isement)?|ads?|banner|"
    r"pagination|pager|toolbar|skip-?link|toc|popup|modal|masthead|site-header|site-footer|footer|"
    r"login|signup|comments?)(?:$|[\s_-])",
    re.I,
)
#: Notes are text, wherever they stand.
_NOTES = re.compile(r"foot-?notes?|end-?notes?|doc-(?:foot|end)notes?", re.I)
#: Another part of a page with so much of the words of its longest one is text of the same rank.
_SAME_RANK = 0.2
_BESIDE_WORDS = 150
_LINKS = 0.5


def main_part(body: LexborNode) -> LexborNode:
    """Return the part of a page that is its text; the whole body where none stands out."""
    total = _words_outside_links(body)
    for selector in _MAIN:
        parts = body.css(selector)[:_MOST_PARTS]
        if not parts:
            continue
        words = [_words_outside_links(part) for part in parts]
        most = max(words)
        if most < _LEAST_WORDS or most < _MAIN_SHARE * total:
            continue
        longest = parts[words.index(most)]
        if all(
            count < max(_LEAST_WORDS, _SAME_RANK * most) or _is_within(part, longest)
            for part, count in zip(parts, words, strict=True)
        ):
            return longest
    return body


def is_boilerplate(node: LexborNode, name: str, *, by_name: bool = True) -> bool:
    """Tell whether an element is not part of a page's text.

    Args:
        node: The element.
        name: Its tag.
        by_name: Whether the names that the site gives to its parts count: "share", "cookies".
    """
    attributes = node.attributes
    if name in _NEVER_TEXT or attributes.get("role") in _ROLES:
        return True
    if name == "form":
        return _words(node) < _BESIDE_WORDS
    if name not in _NAMED and name not in _ROUND_TEXT:
        return False
    said = (attributes.get(one) or "" for one in ("class", "id", "role", "epub:type"))
    names = " ".join(said).strip()
    if _NOTES.search(names):
        return False
    if name in _ROUND_TEXT and (_stands_alone(node) or _is_mostly_links(node)):
        return _is_beside(node)
    return by_name and bool(names) and bool(_BESIDE.search(names)) and _is_beside(node)


_ROUND_TEXT = frozenset(["header", "footer", "aside"])
_NAMED = frozenset(["div", "section", "ul", "ol", "p", "span", "table"])


def words_in(part: LexborNode) -> int:
    """Return how many words of a part are in no link."""
    return _words_outside_links(part)


def _is_within(part: LexborNode, other: LexborNode) -> bool:
    """Whether a part is the other one, lies within it, or around it."""
    for inner, outer in ((part, other), (other, part)):
        node: LexborNode | None = inner
        while node is not None:
            if node.mem_id == outer.mem_id:
                return True
            node = node.parent
    return False


def _stands_alone(node: LexborNode) -> bool:
    """Whether an element belongs to the page, not to an article in it, whose title it may hold."""
    if node.tag == "header" and node.css_first("h1") is not None:
        return False
    parent = node.parent
    while parent is not None:
        if parent.tag in ("article", "main", "blockquote", "figure"):
            return False
        parent = parent.parent
    return True


def _is_beside(node: LexborNode) -> bool:
    return _words(node) < _BESIDE_WORDS or _is_mostly_links(node)


def _is_mostly_links(node: LexborNode) -> bool:
    return _words_outside_links(node) < (1 - _LINKS) * _words(node)


def _words(node: LexborNode) -> int:
    return len((node.text(separator=" ") or "").split())


def _words_outside_links(node: LexborNode) -> int:
    linked = sum(_words(link) for link in node.css("a, nav, script, style, select, button"))
    return max(0, _words(node) - linked)
