"""XHTML in the words of HTML: what an XML parser reads otherwise than ours, which is made for HTML.

Chapters of books and pages of XHTML close empty elements in their own tag. For HTML `<title/>` is
never closed, and all that follows is the title. The markup stays as broken as it was otherwise.
"""

from __future__ import annotations

import html
import re

#: What says that a document is XHTML stands in its first letters.
_HEAD = 2000
_SIGN = re.compile(r"\A\s*<\?xml\s|xmlns\s*=\s*[\"']http://www\.w3\.org/1999/xhtml[\"']")
_TAG = re.compile(r"<(/?)([A-Za-z][\w:.-]*+)((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>")
_VOID = frozenset(
    """
    area base br col embed frame hr img input link meta param source track wbr
    """.split()  # noqa: SIM905
)
_DECLARATION = re.compile(r"<!ENTITY\s+([\w.-]{1,40})\s+(?:\"([^\"<&]{0,100})\"|'([^'<&]{0,100})')")
_DOCTYPE = re.compile(r"<!DOCTYPE\s[^<>\[]{0,500}\[", re.IGNORECASE)
_MOST_ENTITIES = 200


def as_html(markup: str) -> str:
    """Return an XHTML document as HTML says it, and any other as it is.

    Empty elements get their end, character data is text, and entities that the document declares
    for itself are their values, where these are plain words.
    """
    if _SIGN.search(markup[:_HEAD]) is None:
        return markup
    return _TAG.sub(_ended, _without_sections(_without_own_entities(markup)))


def _ended(tag: re.Match[str]) -> str:
    closing, name, rest = tag.groups()
    void = name.lower() in _VOID
    if closing:
        return "" if void else tag.group()
    if not rest.endswith("/") or void:
        return tag.group()
    return f"<{name}{rest[:-1]}></{name}>"


def _without_sections(markup: str) -> str:
    """Write what stands in CDATA sections as text."""
    parts = markup.split("<![CDATA[")
    written = [parts[0]]
    for part in parts[1:]:
        data, end, rest = part.partition("]]>")
        written += [html.escape(data, quote=False), rest] if end else ["<![CDATA[", part]
    return "".join(written)


def _without_own_entities(markup: str) -> str:
    start = _DOCTYPE.search(markup, 0, _HEAD)
    end = -1 if start is None else markup.find("]", start.end())
    if start is None or end < 0:
        return markup
    values = {
        name: value or other
        for name, value, other in _DECLARATION.findall(markup[start.end() : end])[:_MOST_ENTITIES]
    }
    rest = markup[markup.find(">", end) + 1 :]
    if values:
        names = "|".join(map(re.escape, values))
        rest = re.sub(f"&({names});", lambda match: values[match.group(1)], rest)
    return markup[: start.start()] + rest
