"""Words of the learner reach a spreadsheet as words."""

from __future__ import annotations

import pytest

from fer_core.spreadsheet import harmless_cell


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_what_would_be_a_formula_begins_with_an_apostrophe(start: str) -> None:
    assert harmless_cell(f"{start}HYPERLINK()") == f"'{start}HYPERLINK()"


@pytest.mark.parametrize("value", ["plain", "", "1 = 1", -3, 2.5, None, True])
def test_everything_else_stays_as_it_is(value: object) -> None:
    assert harmless_cell(value) is value
