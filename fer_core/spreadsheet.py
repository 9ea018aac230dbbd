"""Text in CSV files that a spreadsheet opens."""

from __future__ import annotations

from typing import Any

#: A spreadsheet takes a cell that begins so for a formula, and may run it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless_cell(value: Any) -> Any:
    """Return a cell's value; text that would be taken for a formula begins with an apostrophe.

    >>> harmless_cell("=1+1"), harmless_cell("plain"), harmless_cell(-3)
    ("'=1+1", 'plain', -3)
    """
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
