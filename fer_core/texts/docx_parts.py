"""What the reader of DOCX files does not know, in words that it knows: formulas, fields, hiding.

It drops formulas (Office Math) and simple fields with their words, and shows hidden runs.
"""

from __future__ import annotations

import zipfile
from io import BytesIO
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_PARTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")
#: A part without any of these stays as it is.
_SIGNS = (b"oMath", b"fldSimple", b"vanish")
#: Deeper formulas are written without their structure.
_DEEPEST = 40
_OFF = ("0", "false", "off", "none")


def with_all_words(data: bytes) -> bytes:
    """Return a DOCX in which formulas and fields are text, and hidden text is not.

    Raises:
        BadZipFile, ParseError, KeyError: It is damaged.
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        changed = {}
        for name in _PARTS:
            if name in archive.namelist():
                xml = archive.read(name)
                if any(sign in xml for sign in _SIGNS):
                    root = fromstring(xml)  # noqa: S314  (expat bounds entities)
                    _mend(root)
                    changed[name] = tostring(root, "utf-8")
        if not changed:
            return data
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as written:
            for one in archive.infolist():
                if one.filename.endswith((".xml", ".rels")):  # pictures are not read
                    content = changed.pop(one.filename, None)
                    written.writestr(
                        one.filename, archive.read(one) if content is None else content
                    )
        return out.getvalue()


def _mend(root: Element) -> None:
    stack = [root]
    while stack:
        node = stack.pop()
        if any(child.tag in _CHANGED for child in node):
            children: list[Element] = []
            for child in node:
                children += _mended(child, in_paragraph=node.tag == f"{_W}p")
            node[:] = children
        stack.extend(node)


def _mended(node: Element, *, in_paragraph: bool) -> list[Element]:
    """Return what a node becomes among its parent's children."""
    if node.tag == f"{_W}fldSimple":
        return [part for child in node for part in _mended(child, in_paragraph=in_paragraph)]
    if node.tag == f"{_W}r":
        return [] if _is_hidden(node) else [node]
    if node.tag not in (f"{_M}oMath", f"{_M}oMathPara"):
        return [node]
    run = Element(f"{_W}r")
    text = SubElement(run, f"{_W}t", {"{http://www.w3.org/XML/1998/namespace}space": "preserve"})
    text.text = _written(node, 0)
    if in_paragraph or node.tag == f"{_M}oMath":
        return [run]
    paragraph = Element(f"{_W}p")
    paragraph.append(run)
    return [paragraph]


_CHANGED = (f"{_W}fldSimple", f"{_W}r", f"{_M}oMath", f"{_M}oMathPara")


def _is_hidden(run: Element) -> bool:
    hidden = run.find(f"{_W}rPr/{_W}vanish")
    return hidden is not None and hidden.get(f"{_W}val", "1") not in _OFF


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
    if name == "d":
        return "(" + ", ".join(words for part, words in written if part == "e") + ")"
    return "".join(words for _, words in written)


def _grouped(part: str) -> str:
    return part if part.isalnum() else f"({part})"
