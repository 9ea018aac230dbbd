"""Rows of an exported history, each value looked at before it comes in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Double, Integer, Table

#: What columns mean that a file of an earlier version lacks.
_WHEN_MISSING = {("texts", "kept"): True, ("sessions", "time_zone"): ""}


def checked_row(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with the columns of a table, each of its type.

    Columns that a newer schema added are filled with what they mean when missing.

    Raises:
        ValueError: A value is of another type, or a column that must be there is not.
    """
    checked: dict[str, Any] = {}
    for column in table.columns:
        value = row.get(column.name, _WHEN_MISSING.get((table.name, column.name)))
        if value is None:
            if not column.nullable:
                raise ValueError(f"{table.name}.{column.name} is missing")
        elif not isinstance(value, _python_types(column)) or (
            isinstance(value, bool) != isinstance(column.type, Boolean)
            and not isinstance(column.type, JSON)
        ):
            raise ValueError(f"{table.name}.{column.name} has a value of another type")
        elif isinstance(value, float) and not math.isfinite(value):  # 1e999 is written so
            raise ValueError(f"{table.name}.{column.name} is no number")
        checked[column.name] = value
    return checked


def _python_types(column: Column[Any]) -> tuple[type, ...]:
    if isinstance(column.type, JSON):
        return (dict, list)
    if isinstance(column.type, Boolean):
        return (bool,)
    if isinstance(column.type, Integer):
        return (int,)
    if isinstance(column.type, Double):
        return (int, float)
    return (str,)
