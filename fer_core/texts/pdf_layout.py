"""The lines of a PDF's page in the order of reading, whatever order the file has them in.

Columns are found by the white between them: a strip that hardly any line crosses, with prose on
either side (XY-cut, Nagy & Seth 1984, with the lines that span the columns taken out first). A page
without columns stays as the file has it, unless that runs against its own lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from fer_core.texts.pdf_text import Line

#: White between columns, in heights of a letter; at most this share of a page's lines crosses it.
_GUTTER = 0.6
_MOST_CROSSING = 0.35
#: Each column has so many lines at least, and so large a share of the letters.
_LEAST_LINES = 4
_LEAST_SHARE = 0.2
#: Lines of prose fill their column, cells of a table do not; and they have so many letters.
_FILLED = 0.65
_PROSE_LETTERS = 14
#: Columns stand beside each other for so much of their height.
_SIDE_BY_SIDE = 0.3
_MOST_COLUMNS_DEEP = 2
#: A line so far above the one before it, in heights of a letter, was not written after it.
_ABOVE = 0.7
#: A large first letter is so many times as high as the line that goes on beside it, and so near.
_INITIAL = 1.7
_INITIAL_GAP = 0.6
_MOST_INITIALS = 5


def with_initials(lines: Sequence[Line]) -> list[Line]:
    """Join large first letters of a chapter with the words that they begin."""
    initials = [line for line in lines if len(line.text) == 1 and line.text.isupper()]
    joined: dict[Line, str] = {}
    for initial in initials[:_MOST_INITIALS]:
        beside = [
            line
            for line in lines
            if line.size * _INITIAL < initial.size
            and initial.left - 1 <= line.left < initial.right + _INITIAL_GAP * initial.size
            and initial.top - line.size < line.top < initial.bottom - line.size
            and line not in joined
        ]
        goes_on = min(beside, key=lambda line: line.top, default=None)
        if goes_on is not None and goes_on.text[0].isalpha():
            joined[goes_on] = initial.text
            joined[initial] = ""
    found = []
    for line in lines:
        letter = joined.get(line)
        if letter:
            words = line.words
            found.append(
                Line([replace(words[0], text=letter + words[0].text), *words[1:]], line.bold)
            )
        elif letter is None:
            found.append(line)
    return found


def in_order(lines: Sequence[Line], depth: int = 0) -> list[Line]:
    """Return a page's upright lines in the order of reading, each with its column's margins."""
    gutter = _find_gutter(lines) if depth <= _MOST_COLUMNS_DEEP else None
    if gutter is None:
        return _with_margins(_as_in_file(lines))
    left: list[Line] = []
    right: list[Line] = []
    across: list[Line] = []
    for line in lines:
        parts = _parted(line, gutter)
        if parts is None:
            across.append(line)
        else:
            left += parts[0]
            right += parts[1]
    across.sort(key=lambda line: line.top)
    ordered: list[Line] = []
    for band in _bands(left, right, across):
        for group in band:
            ordered += in_order(group, depth + 1)
    return ordered


def _bands(
    left: list[Line], right: list[Line], across: list[Line]
) -> list[tuple[list[Line], list[Line], list[Line]]]:
    """Return left and right lines between two lines that span both, and the ones that end it."""
    bands: list[tuple[list[Line], list[Line], list[Line]]] = []
    for line in across:
        above = [[one for one in side if _middle(one) < _middle(line)] for side in (left, right)]
        left = [one for one in left if _middle(one) >= _middle(line)]
        right = [one for one in right if _middle(one) >= _middle(line)]
        if bands and not above[0] and not above[1]:
            bands[-1][2].append(line)  # lines across stay together: they may be a paragraph
        else:
            bands.append((above[0], above[1], [line]))
    bands.append((left, right, []))
    return bands


def _middle(line: Line) -> float:
    return (line.top + line.bottom) / 2


def _find_gutter(lines: Sequence[Line]) -> float | None:
    """Return the middle of the white strip between two columns; None where there is none."""
    if len(lines) < 2 * _LEAST_LINES:
        return None
    start, end = min(line.left for line in lines), max(line.right for line in lines)
    size = median(line.size for line in lines)
    width = int(end - start) + 1
    if width < 20 * size or width > 20_000:
        return None
    changes = [0] * (width + 2)
    for line in lines:
        for word in line.words:
            changes[max(0, int(word.left - start))] += 1
            changes[min(width, int(word.right - start) + 1)] -= 1
    covered, covering = 0, []
    for change in changes[:width]:
        covered += change
        covering.append(covered)
    middle = range(int(0.2 * width), int(0.8 * width))
    low = max(min(covering[x] for x in middle), _MOST_CROSSING / 3 * max(covering))
    best: tuple[float, int] = (0.0, 0)
    run = 0
    for x in middle:
        run = run + 1 if covering[x] <= low else 0
        best = max(best, (run, x))
    if best[0] < _GUTTER * size:
        return None
    gutter = start + best[1] - best[0] / 2
    return gutter if _parts_columns(lines, gutter) else None


def _parts_columns(lines: Sequence[Line], gutter: float) -> bool:
    """Tell whether there is prose on both sides of a strip, beside each other."""
    sides: tuple[list[Line], list[Line]] = ([], [])
    crossing = total = 0
    for line in lines:
        letters = len(line.text)
        total += letters
        parts = _parted(line, gutter)
        if parts is None:
            crossing += letters
        else:
            for side, found in zip(sides, parts, strict=True):
                side += found
    if crossing > _MOST_CROSSING * total:
        return False
    for side in sides:
        if len(side) < _LEAST_LINES:
            return False
        lengths = [float(len(line.text)) for line in side]
        margin_left, margin_right = _edges(side)
        widths = median(line.right - line.left for line in side)
        if (
            sum(lengths) < _LEAST_SHARE * total
            or median(lengths) < _PROSE_LETTERS
            or widths < _FILLED * (margin_right - margin_left)
        ):
            return False
    tops = [min(line.top for line in side) for side in sides]
    ends = [max(line.bottom for line in side) for side in sides]
    shared = min(ends) - max(tops)
    heights = [end - top for top, end in zip(tops, ends, strict=True)]
    return shared >= _SIDE_BY_SIDE * min(heights)


def _parted(line: Line, gutter: float) -> tuple[list[Line], list[Line]] | None:
    """Return a line's parts to the left and the right of a strip; None where it spans it."""
    if line.right <= gutter:
        return [line], []
    if line.left >= gutter:
        return [], [line]
    left = [word for word in line.words if word.right <= gutter]
    right = [word for word in line.words if word.left >= gutter]
    if len(left) + len(right) < len(line.words) or not left or not right:
        return None
    white = min(word.left for word in right) - max(word.right for word in left)
    if white < _GUTTER * line.size:
        return None
    return [Line(left, line.bold)], [Line(right, line.bold)]


def _as_in_file(lines: Sequence[Line]) -> list[Line]:
    """Return lines as the file has them, or from top to bottom where that is against their order.

    A table's cells or two columns stand beside each other; but what stands right above another line
    is read before it.
    """
    for before, line in pairwise(lines):
        beside = min(before.right, line.right) <= max(before.left, line.left)
        if not beside and line.bottom < before.bottom - _ABOVE * line.size:
            break
    else:
        return list(lines)
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.bottom):
        if rows and abs(rows[-1][0].bottom - line.bottom) < 0.4 * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.left)]


def _with_margins(lines: list[Line]) -> list[Line]:
    if lines:
        margins = _edges(lines)
        for line in lines:
            line.margins = margins
    return lines


def _edges(lines: Sequence[Line]) -> tuple[float, float]:
    """Return where most lines of a column begin, and where the long ones end."""
    lefts, rights = sorted(line.left for line in lines), sorted(line.right for line in lines)
    return lefts[len(lefts) // 20], rights[-1 - len(rights) // 20]
