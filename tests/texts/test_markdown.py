"""Markdown gives its words as a page would show them; foreign front matter refuses nothing."""

from __future__ import annotations

from contextlib import suppress

import pytest

from fer_core.texts.errors import TextError
from fer_core.texts.markdown import markdown_to_blocks, pasted_to_blocks
from fer_core.texts.opening import open_document, open_pasted

PROSE = "Bees dance to tell the others where the flowers are and how far they have to fly. "


def words_of(text: str) -> str:
    return "\n\n".join(block.text for block in markdown_to_blocks(text))


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("Use `*args` and ``a `b` c`` here", "Use *args and a `b` c here"),
        ("if a < b and c > d", "if a < b and c > d"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        ("so a<b and c>d, List<String>, <your-name>", "so a<b and c>d, List<String>, <your-name>"),
        ("class T <T extends Foo & Bar> x", "class T <T extends Foo & Bar> x"),
        ("<not-a-tag>\nwords\n</not-a-tag>", "<not-a-tag> words </not-a-tag>"),
        ('<b class="x">bold</b> <input disabled> <i>it</i>', "bold it"),
        ("2*3*4 is 24 and *this* is said", "2*3*4 is 24 and this is said"),
        ("`if [[ -f a ]]; then` a[[1, 2]]", "if [[ -f a ]]; then a[[1, 2]]"),
        ("so $$x_i$$ is", "x_i"),
        ("mail <ann@example.org> now", "mail ann@example.org now"),
        ("see <https://example.org/a_b_c>", "see https://example.org/a_b_c"),
        ("7. seven\n8. eight", "7. seven\n8. eight"),
        ("a claim[^1]\n\n[^1]: the note", "1. the note"),
        ("costs $5 and $10 today", "costs $5 and $10 today"),
        (r"so $E = mc^2$ holds", "so E = mc^2 holds"),
        ("- [ ] open\n- [x] done", "• [ ] open\n• [x] done"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2"),
        ("Term\n: what it means", "what it means"),
        ("[[My note|these words]] and [[Other]]", "these words and Other"),
        ("[text][ref]\n\n[ref]: http://example.org", "text"),
        ("a \\*star\\* and &copy; AT&T", "a *star* and © AT&T"),
        ("one<br>two", "one\ntwo"),
        ("```\n# no heading\n```", "# no heading"),
        ("<!-- hidden -->shown", "shown"),
    ],
)
def test_words_are_kept_as_a_page_shows_them(source: str, shown: str) -> None:
    words = words_of(source)
    assert shown in words
    assert "hidden" not in words
    assert "↩" not in words


def test_paragraphs_pasted_without_empty_lines_stay_apart() -> None:
    blocks = pasted_to_blocks("\n".join([PROSE * 3] * 3))
    assert [block.text for block in blocks] == [(PROSE * 3).strip()] * 3


FOREIGN = {
    "Obsidian": "tags: [bee, dance]\naliases:\n  - Bees\ncreated: 2026-02-30\ncssclasses:",
    "Hugo": 'title: "Bees"\ndate: 2026-01-01T00:00:00Z\ndraft: !!bool maybe',
    "Jekyll": "layout: post\ntitle: Bees & more: part 2\ncategories: a b",
    "aliases": "a: &x [1]\nb: *x",
    "numbers": "a: !!int abc\nb: 0x_\nc: " + "9" * 5000,
    "questions of another program": "questions:\n  - What is a bee?\n  - Why?",
    "open brackets": "a: " + "[" * 5000,
    "no value": "title:",
}


@pytest.mark.parametrize("program", FOREIGN)
def test_front_matter_of_other_programs_is_left_out_and_refuses_nothing(program: str) -> None:
    document = open_pasted(f"---\n{FOREIGN[program]}\n---\n\n{PROSE * 3}")
    assert [one.text for one in document.passages] == [(PROSE * 3).strip()]


def test_hugos_other_form_is_front_matter_too() -> None:
    document = open_pasted(f'+++\ntitle = "The dance"\n+++\n\n{PROSE * 3}')
    assert (document.title, len(document.passages)) == ("The dance", 1)


@pytest.mark.parametrize(
    "hostile",
    [
        "# a" + " " * 30_000 + "b",
        "[a](" + "b" * 40_000,
        "*a " * 30_000,
        "`" * 30_001 + "a",
        "[" * 30_000 + "a",
        "> " * 5_000 + "a",
        "- " * 3_000 + "a",
        "<!--" * 20_000,
        "$" * 30_000,
        "| a " * 10_000 + "\n" + "|---" * 10_000,
    ],
    ids=lambda text: f"{text[:6]}…",
)
def test_thirty_kilobytes_made_to_hold_the_reader_open_or_are_refused(hostile: str) -> None:
    with suppress(TextError):
        document = open_document("a.md", (PROSE * 3 + "\n\n" + hostile).encode())
        assert "Bees dance" in document.passages[0].text
