"""Columns and indexes that several tables of the history have alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Double, ForeignKey, Index, Integer, String

#: Of the name of a learner where several use one server; it is "" on the learner's own machine.
OWNER_LENGTH = 80
ID_LENGTH = 80
LABEL_LENGTH = 40


def session_id() -> Column[str]:
    """Return the column by which a row belongs to a session, and goes with it."""
    return Column(
        "session_id",
        String(ID_LENGTH),
        ForeignKey("sessions.session_id", ondelete="CASCADE"),
        primary_key=True,
    )


def numbers(*names: str) -> list[Column[float]]:
    """Return columns of numbers that may be missing."""
    return [Column(name, Double) for name in names]


def estimate(name: str) -> list[Column[float] | Column[str] | Column[int]]:
    """Return the columns of one indicator, see `affect.indicators.Estimate`."""
    return [
        Column(name, Double),
        Column(f"{name}_low", Double),
        Column(f"{name}_high", Double),
        Column(f"{name}_reason", String(LABEL_LENGTH)),
        Column(f"{name}_basis", String(LABEL_LENGTH)),
        Column(f"{name}_answers", Integer, nullable=False),
    ]


def index_some(name: str, column: Column[Any], some: ColumnElement[bool]) -> None:
    """Index the rows that fulfil a condition, and no others; it must stand in the query as well."""
    Index(name, column, postgresql_where=some, sqlite_where=some)
