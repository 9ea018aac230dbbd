"""Formulas of a page on one line: their author's own source, else MathML as it is said in print."""

from __future__ import annotations

from selectolax.lexbor import LexborNode

#: Deeper parts are written without their structure.
_DEEPEST = 40
#: Nodes between what MathJax shows of a formula and its source: a preview, white space.
_MOST_BETWEEN = 4
#: Signs between the two parts of an element.
_BETWEEN = {"mfrac": "/", "msup": "^", "msub": "_", "mover": "^", "munder": "_"}
_HIDDEN = frozenset(["annotation", "annotation-xml", "mphantom"])


def formula_of(node: LexborNode, name: str) -> str | None:
    """Return a formula once, as its author wrote it; None to read the node like any other."""
    source = node.css_first('annotation[encoding*="tex" i]')
    if source is not None:
        return (source.text() or "").strip()
    if name == "math":
        return node.attributes.get("alttext") or _written(node, 0)
    if name == "mjx-container":
        math = node.css_first("math")
        return None if math is None else _written(math, 0)
    return None


def is_source(script: LexborNode) -> bool:
    """Tell whether a script is a formula, as its author wrote it for MathJax 2."""
    return (script.attributes.get("type") or "").startswith("math/tex")


def is_rendered(node: LexborNode) -> bool:
    """Tell whether an element is what MathJax 2 made of the formula in the script after it."""
    if not (node.attributes.get("class") or "").startswith("MathJax"):
        return False
    after = node.next
    for _ in range(_MOST_BETWEEN):
        if after is None:
            return False
        if after.tag == "script":
            return is_source(after)
        after = after.next
    return False


def _written(node: LexborNode, depth: int) -> str:
    name = node.tag or ""
    if name == "-text":
        return "".join((node.text_content or "").split())
    if name in _HIDDEN:
        return ""
    if depth > _DEEPEST:
        return "".join((node.text() or "").split())
    parts = [_written(child, depth + 1) for child in node.iter(include_text=True)]
    parts = [part for part in parts if part]
    if name in _BETWEEN and len(parts) == 2:
        return f"{_grouped(parts[0])}{_BETWEEN[name]}{_grouped(parts[1])}"
    if name in ("msubsup", "munderover") and len(parts) == 3:
        return f"{_grouped(parts[0])}_{_grouped(parts[1])}^{_grouped(parts[2])}"
    if name == "msqrt":
        return f"√{_grouped(''.join(parts))}"
    if name == "mroot" and len(parts) == 2:
        return f"{_grouped(parts[1])}√{_grouped(parts[0])}"
    if name == "mtr":
        return " ".join(parts) + "; "
    return "".join(parts)


def _grouped(part: str) -> str:
    return part if len(part) == 1 or part.isalnum() or part.isdecimal() else f"({part})"
