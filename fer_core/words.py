"""Words of a learner or of a text, written so that Markdown shows them letter by letter."""

from __future__ import annotations

import re
import unicodedata

#: What Markdown makes markup of wherever it stands, GitHub's and Streamlit's dialects too.
_SIGNS = re.compile(r"([\\`*_{}\[\]<>&#+~|$:])")
#: What begins a list, a rule or a quotation at the start of a line.
_LINE_START = re.compile(r"\A([-=+])|\A(\d{1,9})([.)])")
#: Words of a title are one line; a page shows none of these.
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_OPENING, _CLOSING = "\u2066\u2067\u2068", "\u2069"
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
#: Directions that would turn what stands beside the words as well.
_TURNING = frozenset(["R", "AL", "RLE", "LRE", "RLO", "LRO", "PDF", "RLI", "LRI", "FSI", "PDI"])


def one_line(words: str) -> str:
    """Return words on one line, whose direction of writing ends with them.

    Names from right to left, and marks that turn the direction of letters, stand between two
    invisible marks that isolate them: they would turn the sentence around them (UAX #9).
    """
    line = _BREAKS.sub(" ", words).strip()
    if not any(unicodedata.bidirectional(letter) in _TURNING for letter in line):
        return line
    kept, depth = [], 0
    for letter in line:
        depth += (letter in _OPENING) - (letter == _CLOSING)
        if depth < 0:  # would end our own isolation
            depth = 0
            continue
        kept.append(letter)
    return _ISOLATE + "".join(kept) + _CLOSING * depth + _END_ISOLATE


def as_markdown(words: str) -> str:
    r"""Return words as one line of Markdown that shows them as they are.

    >>> as_markdown("![x](http://example.org/a.png) *b*\n# c")
    '!\\[x\\](http\\://example.org/a.png) \\*b\\* \\# c'
    >>> as_markdown("1. first")
    '1\\. first'
    """
    return escaped(one_line(words))


def escaped(line: str) -> str:
    """Return one line with a backslash before all that Markdown would make markup of."""
    return _LINE_START.sub(_escaped_start, _SIGNS.sub(r"\\\1", line))


def _escaped_start(match: re.Match[str]) -> str:
    sign, number, point = match.groups()
    return f"\\{sign}" if sign else f"{number}\\{point}"
