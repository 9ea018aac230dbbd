"""Words of the learner reach a spreadsheet as words."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.spreadsheet import TableWriter, harmless_cell


@pytest.mark.parametrize("sign", [*"=+-@", *"＝＋－＠", "\u2212"])
@pytest.mark.parametrize("before", ["", " ", "\t", "\r", "\n", "\u00a0", "\ufeff", "\u200b"])
def test_what_would_be_a_formula_begins_with_an_apostrophe(before: str, sign: str) -> None:
    words = f"{before}{sign}HYPERLINK()"
    assert harmless_cell(words) == f"'{words}"


@pytest.mark.parametrize("start", ["\t", "\r", "\n"])
def test_what_would_slip_into_the_next_cell_begins_with_an_apostrophe(start: str) -> None:
    assert harmless_cell(f"{start}words") == f"'{start}words"


@pytest.mark.parametrize("value", ["plain", "", "1 = 1", " led", -3, 2.5, -0.5, None, True])
def test_everything_else_stays_as_it_is(value: object) -> None:
    assert harmless_cell(value) is value


@given(st.lists(st.one_of(st.text(), st.floats(allow_nan=False)), min_size=1, max_size=4))
def test_a_table_reads_back_cell_by_cell(cells: list[str | float]) -> None:
    file = io.StringIO(newline="")
    TableWriter(file, map(str, range(len(cells)))).write(cells)
    (_, row) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert row == [str(harmless_cell(cell)) for cell in cells]
