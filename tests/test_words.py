"""Words of others come out of Markdown as they went in."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from fer_core.words import as_markdown, one_line

#: What a reader of Markdown begins a block with.
_STARTS = [
    "# a",
    "- a",
    "+ a",
    "* a",
    "1. a",
    "23) a",
    "> a",
    "    a",
    "---",
    "===",
    "```",
    "|a|b|",
]


def read(markdown: str) -> str:
    """Return the words that a reader of Markdown, with GitHub's additions, sees as plain text."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
    assert [one.type for one in tokens] in (
        ["paragraph_open", "inline", "paragraph_close"],
        [],
    ), markdown
    if not tokens:
        return ""
    assert {one.type for one in tokens[1].children or ()} <= {"text", "text_special"}
    return "".join(one.content for one in tokens[1].children or ())


@given(st.text(alphabet=st.characters(codec="ascii", categories=("L", "N", "P", "S", "Zs"))))
def test_whatever_is_written_is_what_is_read(words: str) -> None:
    assert read(as_markdown(words)) == words.strip()


@pytest.mark.parametrize("words", _STARTS)
def test_no_word_begins_a_block(words: str) -> None:
    assert read(as_markdown(words)) == words.strip()


@given(st.text(max_size=300))
def test_words_are_one_line_and_lose_no_letter(words: str) -> None:
    line = one_line(words)
    assert "\n" not in line
    letters = [sign for sign in words if unicodedata.category(sign)[0] not in "CZ"]
    assert [sign for sign in line if unicodedata.category(sign)[0] not in "CZ"] == letters


def test_marks_of_direction_end_with_the_words_that_they_are_in() -> None:
    # An override, and an end of isolation that is nobody's.
    assert one_line("a\u202egnp.exe") == "\u2068a\u202egnp.exe\u2069"
    assert one_line("a\u2069b\u2067c") == "\u2068ab\u2067c\u2069\u2069"
    assert one_line("plain") == "plain"


def test_a_quotation_in_another_script_stays_whole() -> None:
    assert one_line("שלום & 読書") == "\u2068שלום & 読書\u2069"
