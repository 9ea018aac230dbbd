"""Words of others stand on a page as they are; test_words_browser.py looks in a browser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.parts.words import plain
from fer_core.words import escaped
from tests.support.words import read_back


@given(st.text(alphabet=st.characters(codec="ascii", categories=("L", "N", "P", "S"))))
def test_whatever_is_written_is_what_is_read(words: str) -> None:
    assert read_back(plain(words)) == words


@pytest.mark.parametrize(
    ("words", "apart"),
    [
        (":smile:", ":"),
        (":material/home:", ":"),
        (":streamlit:", ":"),
        ("https://example.org", ":"),
        ("www.example.org", "."),
        ("ann@example.org", "@"),
        ("a -> b", "-"),
        ("a -- b", "-"),
        ("a <= b", "<"),
        ("a ~= b", "~"),
    ],
)
def test_what_streamlit_sees_in_finished_words_is_parted(words: str, apart: str) -> None:
    before, after = words.split(apart, 1)
    assert plain(words) == f"{escaped(before)}:color[\\{apart}]{escaped(after)}"
