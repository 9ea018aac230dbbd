"""What the reader of DOCX files does not know, in words that it knows.

It drops formulas (Office Math) and simple fields with their words, shows hidden runs and the table
of contents, knows headings by the names of their styles alone, and counts lists anew where a
paragraph stands between two items.
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from xml.etree.ElementTree import Element, SubElement, tostring

from fer_core.texts.docx_styles import Numbering, Styles, W, is_on, parsed

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SPACE = {"{http://www.w3.org/XML/1998/namespace}space": "preserve"}
_PARTS = re.compile(r"word/(?:document|footnotes|endnotes)\d*\.xml")
#: Deeper formulas are written without their structure.
_DEEPEST = 40
#: Deeper items of lists are written like those above.
_DEEPEST_ITEM = 4
#: Half points by which what is raised or lowered is moved at least.
_LEAST_MOVED = 3
#: How the styles that are written here are shown.
STYLE_MAP = "\n".join(
    [
        *(f"p.ferheading{level} => h{level}:fresh" for level in range(1, 7)),
        *(
            f"p.feritem{level} => {'ul|ol > li > ' * level}ul > li:fresh"
            for level in range(_DEEPEST_ITEM + 1)
        ),
    ]
)


def with_all_words(data: bytes) -> bytes:
    """Return a DOCX in which formulas, fields and the numbers of lists are text, and hidden is not.

    Raises:
        BadZipFile, ParseError, KeyError: It is damaged.
    """
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as written:
        styles, numbering = Styles.of(archive), Numbering.of(archive)
        for name in dict.fromkeys(archive.namelist()):
            if name.endswith((".xml", ".rels")):  # pictures are not read
                content = archive.read(name)
                if _PARTS.fullmatch(name):
                    root = parsed(content)
                    _mend(root, styles)
                    _number(root, styles, numbering)
                    content = tostring(root, "utf-8")
                written.writestr(name, content)
    return out.getvalue()


def _mend(root: Element, styles: Styles) -> None:
    stack = [root]
    while stack:
        node = stack.pop()
        if any(child.tag in _CHANGED for child in node):
            children: list[Element] = []
            in_paragraph = node.tag == f"{W}p"
            for child in node:
                children += _mended(child, styles, in_paragraph=in_paragraph)
            node[:] = children
        stack.extend(node)


def _mended(node: Element, styles: Styles, *, in_paragraph: bool) -> list[Element]:
    """Return what a node becomes among its parent's children."""
    if node.tag == f"{W}fldSimple":
        return [
            part for child in node for part in _mended(child, styles, in_paragraph=in_paragraph)
        ]
    if node.tag == f"{W}r":
        _raise(node)
        return [] if _is_hidden(node, styles) else [node]
    if node.tag == f"{W}cr":
        return [Element(f"{W}br")]
    if node.tag == f"{W}p":
        return [] if styles.is_contents(node) else [node]
    if node.tag == f"{W}sdt":
        gallery = node.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
        is_contents = gallery is not None and gallery.get(f"{W}val") == "Table of Contents"
        return [] if is_contents else [node]
    if node.tag not in (f"{_M}oMath", f"{_M}oMathPara"):
        return [node]
    run = _run(_written(node, 0))
    if in_paragraph or node.tag == f"{_M}oMath":
        return [run]
    paragraph = Element(f"{W}p")
    paragraph.append(run)
    return [paragraph]


_CHANGED = frozenset(
    [
        *(f"{W}{name}" for name in ("fldSimple", "r", "cr", "p", "sdt")),
        *(f"{_M}{name}" for name in ("oMath", "oMathPara")),
    ]
)


def _run(words: str) -> Element:
    run = Element(f"{W}r")
    SubElement(run, f"{W}t", _SPACE).text = words
    return run


def _raise(run: Element) -> None:
    """Say of a run that is moved up or down, and has a size of its own, that it is raised."""
    properties = run.find(f"{W}rPr")
    if properties is None or properties.find(f"{W}sz") is None:
        return
    moved = properties.find(f"{W}position")
    half_points = "" if moved is None else moved.get(f"{W}val", "")
    if re.fullmatch(r"-?\d{1,3}", half_points) and abs(int(half_points)) >= _LEAST_MOVED:
        raised = "superscript" if int(half_points) > 0 else "subscript"
        SubElement(properties, f"{W}vertAlign", {f"{W}val": raised})


def _is_hidden(run: Element, styles: Styles) -> bool:
    own = run.find(f"{W}rPr/{W}vanish")
    if own is not None:
        return is_on(own)
    style = run.find(f"{W}rPr/{W}rStyle")
    return style is not None and styles.hides(style.get(f"{W}val"))


def _number(root: Element, styles: Styles, numbering: Numbering) -> None:
    """Write the numbers of lists and headings as words, in the order in which they are counted."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.tag == f"{W}p":
            _number_paragraph(node, styles, numbering)
        # Of words that stand there twice, for old programs, the reader takes the old ones.
        stack.extend(child for child in reversed(node) if child.tag != f"{_COMPATIBLE}Choice")


def _number_paragraph(paragraph: Element, styles: Styles, numbering: Numbering) -> None:
    place, heading = styles.place(paragraph), styles.heading(paragraph)
    if place is None and heading is None:
        return
    label = "" if place is None else numbering.label(place)
    properties = paragraph.find(f"{W}pPr")
    if properties is None:
        properties = Element(f"{W}pPr")
        paragraph.insert(0, properties)
    for name in ("pStyle", "numPr"):
        for old in properties.findall(f"{W}{name}"):
            properties.remove(old)
    level = 0 if place is None else min(place.level, _DEEPEST_ITEM)
    style = f"feritem{level}" if heading is None else f"ferheading{heading}"
    properties.insert(0, Element(f"{W}pStyle", {f"{W}val": style}))
    has_words = any((text.text or "").strip() for text in paragraph.iter(f"{W}t"))
    if has_words and label and (heading is None or label != "•"):
        paragraph.insert(list(paragraph).index(properties) + 1, _run(f"{label} "))


def _written(node: Element, depth: int) -> str:
    """Return a formula on one line."""
    if node.tag == f"{_M}t":
        return node.text or ""
    if depth > _DEEPEST:
        return "".join(one.text or "" for one in node.iter(f"{_M}t"))
    written = [(child.tag.removeprefix(_M), _written(child, depth + 1)) for child in node]
    parts = dict(written)
    name = node.tag.removeprefix(_M)
    if name == "f":
        return f"{_grouped(parts.get('num', ''))}/{_grouped(parts.get('den', ''))}"
    if name in ("sSup", "sSub", "sSubSup"):
        low = f"_{_grouped(parts['sub'])}" if parts.get("sub") else ""
        high = f"^{_grouped(parts['sup'])}" if parts.get("sup") else ""
        return f"{_grouped(parts.get('e', ''))}{low}{high}"
    if name == "rad":
        return f"{parts.get('deg', '')}√{_grouped(parts.get('e', ''))}"
    if name == "nary":
        sign = node.find(f"{_M}naryPr/{_M}chr")
        low = f"_{_grouped(parts['sub'])}" if parts.get("sub") else ""
        high = f"^{_grouped(parts['sup'])}" if parts.get("sup") else ""
        return f"{'∫' if sign is None else sign.get(f'{_M}val')}{low}{high} {parts.get('e', '')}"
    if name == "func":
        return f"{parts.get('fName', '')} {parts.get('e', '')}"
    if name in ("limLow", "limUpp"):
        return f"{parts.get('e', '')}{'_' if name == 'limLow' else '^'}{_grouped(parts['lim'])}"
    if name == "mr":
        return " ".join(words for part, words in written if part == "e")
    if name in ("m", "eqArr"):
        return f"({'; '.join(words for part, words in written if part in ('mr', 'e'))})"
    if name == "d":
        return "(" + ", ".join(words for part, words in written if part == "e") + ")"
    return "".join(words for _, words in written)


def _grouped(part: str) -> str:
    return part if part.isalnum() else f"({part})"
