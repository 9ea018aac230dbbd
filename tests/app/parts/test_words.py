"""Words of others stand on a page as they are."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.parts.words import plain


@pytest.mark.parametrize(
    "words",
    [
        "![](http://example.org/pixel.gif)",
        "[here](http://example.org)",
        "<img src='http://example.org/pixel.gif'>",
        "**bold** :smile: :red[x] `code` $x^2$ # no heading",
    ],
)
def test_markup_in_a_title_is_shown_not_followed(words: str) -> None:
    (paragraph,) = [
        token for token in MarkdownIt().parse(f"T {plain(words)}") if token.type == "inline"
    ]
    assert {token.type for token in paragraph.children or ()} <= {"text", "text_special"}


@given(st.text(alphabet=st.characters(codec="ascii", categories=("L", "N", "P", "S"))))
def test_whatever_is_written_is_what_is_read(words: str) -> None:
    (token,) = [one for one in MarkdownIt().parse(f"T{plain(words)}") if one.type == "inline"]
    assert "".join(child.content for child in token.children or ()) == f"T{words}"


def test_nothing_is_lost_for_readers_of_other_scripts() -> None:
    assert html.unescape(plain("読書 & قراءة")) == "読書 & قراءة"
