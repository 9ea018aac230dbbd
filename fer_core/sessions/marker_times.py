"""Markers from a CSV of times, as people and other programs write them.

    time,until,words
    12:30,,Question 3
    0:20:00,0:27:30,phone call
    2026-11-26T18:04:05Z,,the bell

Each line is a marker, or with `until` an excluded range. A time is seconds into the session, m:ss,
h:mm:ss, or an RFC 3339 moment with its offset. The first line may name the columns, in any order;
without it they are time and words, or time, until and words. Commas, semicolons and tabs separate.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping
from datetime import datetime

from fer_core.errors import MarkerInvalid
from fer_core.sessions.markers import MOST_MARKERS, Marker

#: 500 lines with 200 characters of four bytes each fit.
MOST_BYTES = 1_000_000
_NAMES = {
    "time": ("time", "at", "start", "from", "begin", "onset"),
    "until": ("until", "end", "to", "stop"),
    "words": ("words", "label", "text", "name", "marker", "note", "event"),
}
_SECONDS = re.compile(r"\d{1,7}([.,]\d{1,6})?")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,4}):(\d{2}(?:[.,]\d{1,6})?)")


def read_marker_times(data: bytes, started_at: float) -> tuple[Marker, ...]:
    """Read a CSV of times.

    Args:
        data: The file: UTF-8, or what spreadsheets write (UTF-8 or UTF-16 with a mark, Latin-1).
        started_at: Start of the session, seconds since the epoch.

    Raises:
        MarkerInvalid: A line cannot be read; the message names it. Nothing is taken then.
    """
    if len(data) > MOST_BYTES:
        raise MarkerInvalid("This file is too large for a list of markers.")
    lines = [
        (number, cells)
        for number, cells in enumerate(_cells(_decoded(data)), start=1)
        if any(cell.strip() for cell in cells)
    ]
    if not lines:
        raise MarkerInvalid("There is no time in this file.")
    columns = _columns(lines[0][1])
    if columns is not None:
        lines = lines[1:]
    if not lines:
        raise MarkerInvalid("There are names of columns in this file, but no time.")
    if len(lines) > MOST_MARKERS:
        raise MarkerInvalid(f"This file has more than {MOST_MARKERS} lines.")
    return tuple(_marker(number, cells, columns, started_at) for number, cells in lines)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _cells(text: str) -> list[list[str]]:
    text = text.replace("\x00", "")
    first = next((line for line in text.splitlines() if line.strip()), "")
    # A comma may be a decimal sign or stand in the words; a tab or a semicolon rarely does.
    separator = next((sign for sign in "\t;" if sign in first), ",")
    try:
        return list(csv.reader(text.splitlines(), delimiter=separator))
    except csv.Error:
        raise MarkerInvalid("This file is no CSV.") from None


def _columns(cells: list[str]) -> dict[str, int] | None:
    """Return where each column is, if the first line names them."""
    named = [cell.strip().casefold() for cell in cells]
    found = {
        column: named.index(name)
        for column, names in _NAMES.items()
        for name in names[::-1]
        if name in named
    }
    return found if "time" in found else None


def _marker(
    number: int, cells: list[str], columns: Mapping[str, int] | None, started_at: float
) -> Marker:
    if columns is None:
        has_until = len(cells) > 2 and (not cells[1].strip() or _is_time(cells[1]))
        columns = {"time": 0, "until": 1, "words": 2} if has_until else {"time": 0, "words": 1}
        if len(cells) == 2 and _is_time(cells[1]):
            columns = {"time": 0, "until": 1}

    def cell(column: str) -> str:
        place = columns.get(column)
        return cells[place].strip() if place is not None and place < len(cells) else ""

    at = _moment(cell("time"), number, started_at)
    words, end = cell("words"), cell("until")
    if not end:
        return Marker.point(at, words)
    until = _moment(end, number, started_at)
    if until <= at:
        raise MarkerInvalid(f"Line {number} ends before it begins.")
    return Marker.excluded(at, until, words)


def _is_time(cell: str) -> bool:
    try:
        _moment(cell.strip(), 0, 0.0)
    except MarkerInvalid:
        return False
    return True


def _moment(cell: str, number: int, started_at: float) -> float:
    if _SECONDS.fullmatch(cell):
        return started_at + float(cell.replace(",", "."))
    if match := _CLOCK.fullmatch(cell):
        hours, minutes, seconds = (
            float((part or "0").replace(",", ".")) for part in match.groups()
        )
        if seconds < 60 and (match[1] is None or minutes < 60):
            return started_at + 3600 * hours + 60 * minutes + seconds
    try:
        moment = datetime.fromisoformat(cell)
        if moment.tzinfo is not None and math.isfinite(at := moment.timestamp()):
            return at
    except (ValueError, OverflowError):
        pass
    shown = cell if len(cell) <= 30 else f"{cell[:29]}…"
    raise MarkerInvalid(
        f"Line {number}: “{shown}” is no time. Write seconds, m:ss, h:mm:ss, or a date and time "
        "with its offset, such as 2026-11-26T18:04:05Z."
    )
