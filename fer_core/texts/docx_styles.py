"""What a DOCX says of its paragraphs elsewhere: headings by outline, numbers of lists, hiding.

Word writes no number into a paragraph. It counts by the list that the paragraph, or its style, is
in; a list goes on after what stands between two of its items (ECMA-376 part 1, 17.9).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree.ElementTree import Element, fromstring

from fer_core.texts.page_elements import numeral

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
#: Some programs number their parts.
_STYLES = re.compile(r"word/styles\d*\.xml")
_NUMBERING = re.compile(r"word/numbering\d*\.xml")
_OFF = ("0", "false", "off", "none")
_HEADING = re.compile(r"heading ([1-6])", re.IGNORECASE)
_CONTENTS = re.compile(r"toc \d|table of figures|toc heading", re.IGNORECASE)
_KINDS = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}
#: Styles that are based on each other in a longer row are damage.
_MOST_BASES = 20
_LEVELS = 9


def is_on(node: Element | None) -> bool:
    """Whether a property is there and not switched off."""
    return node is not None and node.get(f"{W}val", "1") not in _OFF


class _Place(NamedTuple):
    """A list, and a level in it from 0."""

    list_id: str
    level: int


@dataclass(slots=True)
class _Style:
    name: str
    base: str | None
    outline: int | None
    place: tuple[str | None, int | None]
    hidden: bool | None


@dataclass(slots=True)
class Styles:
    """The styles of a document by their identifiers."""

    _styles: dict[str, _Style] = field(default_factory=dict)

    @classmethod
    def of(cls, archive: zipfile.ZipFile) -> Styles:
        """Read them; none where the document has none."""
        found = cls()
        for node in _part(archive, _STYLES).iter(f"{W}style"):
            name = node.find(f"{W}name")
            found._styles[node.get(f"{W}styleId", "")] = _Style(
                "" if name is None else name.get(f"{W}val", ""),
                _value(node, "basedOn"),
                _whole(_value(node, "pPr", "outlineLvl")),
                _place(node),
                None if (hidden := node.find(f"{W}rPr/{W}vanish")) is None else is_on(hidden),
            )
        return found

    def heading(self, paragraph: Element) -> int | None:
        """Return the level of a paragraph that is a heading, 1..6; None for others."""
        own = _whole(_value(paragraph, "pPr", "outlineLvl"))
        if own is not None:
            return own + 1 if own < 6 else None
        for style in self._row(_value(paragraph, "pPr", "pStyle")):
            if (named := _HEADING.fullmatch(style.name)) is not None:
                return int(named.group(1))
            if style.outline is not None:
                return style.outline + 1 if style.outline < 6 else None
        return None

    def is_contents(self, paragraph: Element) -> bool:
        """Whether a paragraph is a line of a table of contents."""
        style = self._styles.get(_value(paragraph, "pPr", "pStyle") or "")
        return style is not None and _CONTENTS.fullmatch(style.name) is not None

    def place(self, paragraph: Element) -> _Place | None:
        """Return a paragraph's place in a list, its own or its style's."""
        list_id, level = _place(paragraph)
        for style in self._row(_value(paragraph, "pPr", "pStyle")):
            list_id = style.place[0] if list_id is None else list_id
            level = style.place[1] if level is None else level
        if list_id in (None, "0"):
            return None
        return _Place(list_id or "", min(max(level or 0, 0), _LEVELS - 1))

    def hides(self, style_id: str | None) -> bool:
        """Whether a style hides what is written in it."""
        said = (style.hidden for style in self._row(style_id))
        return next((hidden for hidden in said if hidden is not None), False)

    def _row(self, style_id: str | None) -> Iterator[_Style]:
        for _ in range(_MOST_BASES):
            style = self._styles.get(style_id or "")
            if style is None:
                return
            yield style
            style_id = style.base


@dataclass(slots=True)
class _Level:
    start: int = 1
    kind: str = "decimal"
    text: str = ""


@dataclass(slots=True)
class Numbering:
    """Counts the items of a document's lists, in its order."""

    _kinds: dict[str, str] = field(default_factory=dict)
    _levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    _restarts: dict[str, dict[int, int]] = field(default_factory=dict)
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, archive: zipfile.ZipFile) -> Numbering:
        """Read the lists; none where the document has none."""
        found = cls()
        root = _part(archive, _NUMBERING)
        for node in root.iter(f"{W}abstractNum"):
            found._levels[node.get(f"{W}abstractNumId", "")] = {
                _whole(level.get(f"{W}ilvl")) or 0: _Level(
                    1 if (start := _whole(_value(level, "start"))) is None else start,
                    _value(level, "numFmt") or "decimal",
                    _value(level, "lvlText") or "",
                )
                for level in node.iter(f"{W}lvl")
            }
        for node in root.iter(f"{W}num"):
            list_id = node.get(f"{W}numId", "")
            found._kinds[list_id] = _value(node, "abstractNumId") or ""
            found._restarts[list_id] = {
                _whole(one.get(f"{W}ilvl")) or 0: start
                for one in node.iter(f"{W}lvlOverride")
                if (start := _whole(_value(one, "startOverride"))) is not None
            }
        return found

    def label(self, place: _Place) -> str:
        """Count one item more, and return what stands before it: "3.", "b)", "•", ""."""
        kind = self._kinds.get(place.list_id, place.list_id)
        levels, counts = self._levels.get(kind, {}), self._counts.setdefault(kind, {})
        level = levels.get(place.level, _Level(kind="bullet"))
        restart = self._restarts.get(place.list_id, {}).pop(place.level, None)
        before = counts.get(place.level)
        counts[place.level] = (
            restart if restart is not None else level.start if before is None else before + 1
        )
        for deeper in [one for one in counts if one > place.level]:
            del counts[deeper]
        if level.kind == "bullet":
            return "•"
        if level.kind == "none":
            return ""

        def counted(match: re.Match[str]) -> str:
            at = int(match.group(1)) - 1
            upper = levels.get(at, _Level())
            return numeral(counts.get(at, upper.start), _KINDS.get(upper.kind, "1"))

        return re.sub(r"%([1-9])", counted, level.text).strip()


def parsed(xml: bytes) -> Element:
    """Parse a part of a DOCX; one of the "strict" kind names the same things otherwise.

    Raises:
        ParseError: It is damaged.
    """
    return fromstring(xml.replace(_STRICT, W[1:-1].encode()))  # noqa: S314  (expat bounds entities)


def _part(archive: zipfile.ZipFile, pattern: re.Pattern[str]) -> Element:
    name = next(filter(pattern.fullmatch, archive.namelist()), None)
    return Element("none") if name is None else parsed(archive.read(name))


def _value(node: Element, *path: str) -> str | None:
    found = node.find("/".join(f"{W}{name}" for name in path))
    return None if found is None else found.get(f"{W}val")


def _whole(value: str | None) -> int | None:
    return int(value) if value is not None and re.fullmatch(r"\d{1,6}", value) else None


def _place(node: Element) -> tuple[str | None, int | None]:
    return _value(node, "pPr", "numPr", "numId"), _whole(_value(node, "pPr", "numPr", "ilvl"))
