"""A CSV of times as people and spreadsheets write it, and what is said where it cannot be read."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.errors import MarkerInvalid
from fer_core.sessions.marker_times import read_marker_times
from fer_core.sessions.markers import MOST_MARKERS

START = datetime(2026, 11, 26, 18, 0, tzinfo=UTC).timestamp()


def times(text: str | bytes) -> list[tuple[float, float | None, str]]:
    data = text.encode() if isinstance(text, str) else text
    return [
        (one.at - START, None if one.until is None else one.until - START, one.words)
        for one in read_marker_times(data, START)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90,bell", [(90, None, "bell")]),
        ("1:30,bell\n", [(90, None, "bell")]),
        ("90:00", [(5400, None, "")]),
        ("0:01:30.5,,bell", [(90.5, None, "bell")]),
        ("1:00,2:00,call", [(60, 120, "call")]),
        ("1:00,2:00", [(60, 120, "")]),
        ("2026-11-26T18:04:05Z,,bell", [(245, None, "bell")]),
        ("2026-11-26T19:04:05+01:00,bell", [(245, None, "bell")]),
        ("words,time\nbell,5\n\n", [(5, None, "bell")]),
        ("onset;end;label\n5;7,5;call", [(5, 7.5, "call")]),
        ("Time\tUntil\tWords\r\n5\t\ta, b\r\n", [(5, None, "a, b")]),
        ('5,"Question ""3"", again"', [(5, None, 'Question "3", again')]),
        (b"\xef\xbb\xbftime,words\n5,bell", [(5, None, "bell")]),
        ("time,words\n5,Prüfung".encode("utf-16"), [(5, None, "Prüfung")]),
        ("5,Prüfung".encode("latin-1"), [(5, None, "Prüfung")]),
    ],
)
def test_times_are_read_as_people_write_them(
    text: str | bytes, expected: list[tuple[float, float | None, str]]
) -> None:
    assert [
        (round(at, 3), None if until is None else round(until, 3), words)
        for at, until, words in times(text)
    ] == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no time in this file"),
        ("time,words\n", "no time"),
        ("5,a\nnoon,b", "Line 2: “noon” is no time"),
        ("1:75,a", "Line 1: “1:75”"),
        ("2026-11-26T18:04:05,a", "offset"),
        ("9:00,8:00,call", "Line 1 ends before it begins"),
        ("-5,a", "no time"),
        ("nan,a", "no time"),
        ("x" * 1_000_001, "too large"),
        ("5,a\n" * (MOST_MARKERS + 1), "500 lines"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text: str, said: str) -> None:
    with pytest.raises(MarkerInvalid, match=said):
        times(text)


@given(st.binary(max_size=200))
def test_any_bytes_are_markers_or_a_clear_error(data: bytes) -> None:
    found = None
    with suppress(MarkerInvalid):
        found = read_marker_times(data, START)
    assert found is None or len(found) > 0
