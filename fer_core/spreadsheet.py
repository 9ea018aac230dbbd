"""CSV files that Excel and LibreOffice open as they were written."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import IO, Any

#: With a byte order mark: Excel takes UTF-8 without one for the system's old encoding.
ENCODING = "utf-8-sig"
#: A spreadsheet takes a cell that begins so for a formula, and may run it: its own signs and their
#: full-width forms, which it reads alike, behind white space and invisible letters too.
_FORMULA = re.compile(
    "[\\s\x00-\x1f\u200b-\u200f\u2060-\u2064\ufeff]*[=+\\-@\u2212\uff0b\uff0d\uff1d\uff20]|[\t\r\n\x00]"
)


def harmless_cell(value: Any) -> Any:
    """Return a cell's value; text that would be taken for a formula begins with an apostrophe.

    >>> harmless_cell("=1+1"), harmless_cell("plain"), harmless_cell(-3)
    ("'=1+1", 'plain', -3)
    """
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return value


class TableWriter:
    """Writes rows as RFC 4180 has them: commas, quotes where needed, decimals with a point.

    Args:
        file: Where to, opened without translation of line ends.
        columns: Their names, the first line.
    """

    def __init__(self, file: IO[str], columns: Iterable[str]) -> None:
        # With this end of lines, a lone carriage return in a cell is quoted as well.
        self._writer = csv.writer(file, lineterminator="\r\n")
        self._writer.writerow(columns)

    def write(self, cells: Iterable[Any]) -> None:
        """Write one row; text in it stays text, numbers stay numbers, None is an empty cell."""
        self._writer.writerow([harmless_cell(cell) for cell in cells])
