"""What our reader of Markdown knows beyond CommonMark: comparisons, products, links to notes.

CommonMark takes `a<b and c>d` for an element "b", `List<String>` for one named "String", and 2*3*4
for an emphasised 3; a browser then shows less than was written. Here only what HTML knows is
markup, and a star between figures is a star.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline

_ELEMENTS = frozenset(
    """
    a abbr acronym address area article aside audio b base bdi bdo big blockquote body br button
    canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl
    dt em embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head
    header hgroup hr html i iframe img input ins kbd label legend li link main map mark math menu
    meta meter nav noscript object ol optgroup option output p param picture pre progress q rp rt
    ruby s samp script search section select slot small source span strike strong style sub summary
    sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var video
    wbr
    """.split()  # noqa: SIM905
)
_BARE_ATTRIBUTES = frozenset(
    """
    allowfullscreen async autofocus autoplay checked class compact controls default defer disabled
    download hidden id inert itemscope loop multiple muted noshade novalidate nowrap open readonly
    required reversed selected style
    """.split()  # noqa: SIM905
)
_TAG = re.compile(r"<(/?)([A-Za-z][^\s<>/=\"']*)([^<>]*)>")
_ATTRIBUTE = re.compile(r"([^\s=/\"']+)(\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"']+))?")
#: Obsidian's links to notes: [[note]], [[note|words]].
_NOTE_LINK = re.compile(r"!?\[\[([^\[\]|\n]{1,200})(?:\|([^\[\]|\n]{1,200}))?\]\]")


def use_own_rules(reader: MarkdownIt) -> None:
    """Teach a reader what this module knows."""
    reader.core.ruler.after("inline", "known_elements", _keep_other_tags)
    reader.inline.ruler.before("emphasis", "multiplication", _multiplication)
    reader.inline.ruler.before("link", "note_link", _note_link)


def _is_markup(tag: re.Match[str]) -> bool:
    closing, name, rest = tag.groups()
    if name.lower() not in _ELEMENTS:
        return False
    return bool(closing) or all(
        value or attribute.lower() in _BARE_ATTRIBUTES
        for attribute, value in _ATTRIBUTE.findall(rest)
    )


def _shown(tag: re.Match[str]) -> str:
    return tag.group() if _is_markup(tag) else f"&lt;{tag.group()[1:]}"


def _keep_other_tags(state: StateCore) -> None:
    """Make words of what looks like a tag and is none that HTML knows."""
    for token in state.tokens:
        if token.type == "html_block":
            token.content = _TAG.sub(_shown, token.content)
        for child in token.children or ():
            if child.type == "html_inline":
                tag = _TAG.fullmatch(child.content)
                if tag is not None and not _is_markup(tag):
                    child.type = "text"


def _multiplication(state: StateInline, silent: bool) -> bool:
    """Take a star between two figures for itself, and two: 2*3, 2**10."""
    source, at = state.src, state.pos
    if source[at] != "*" or not source[at - 1 : at].isdigit():
        return False
    stars = 2 if source[at + 1 : at + 2] == "*" else 1
    if not source[at + stars : at + stars + 1].isdigit():
        return False
    if not silent:
        state.pending += "*" * stars
    state.pos += stars
    return True


def _note_link(state: StateInline, silent: bool) -> bool:
    """Show a link to a note as its words."""
    if state.src[state.pos] not in "![" or state.src[state.pos - 1 : state.pos].isalnum():
        return False
    link = _NOTE_LINK.match(state.src, state.pos)
    if link is None:
        return False
    if not silent:
        state.pending += link.group(2) or link.group(1)
    state.pos = link.end()
    return True
