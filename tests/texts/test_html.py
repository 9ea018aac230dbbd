"""Awkward pages give the words that a browser shows, in their order, each once."""

from __future__ import annotations

import pytest

from fer_core.texts.html import html_to_page
from tests.texts.awkward_pages import PAGES, PROSE, AwkwardPage


def words_of(markup: str) -> str:
    return "\n\n".join(block.text for block in html_to_page(markup).blocks)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_an_awkward_page_says_what_a_browser_shows(page: AwkwardPage) -> None:
    words = words_of(page.markup)
    assert [one for one in page.shown if one not in words] == []
    assert [one for one in page.hidden if one in words] == []
    places = [words.index(one) for one in page.shown]
    assert places == sorted(places)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_no_word_comes_twice(page: AwkwardPage) -> None:
    # The prose stands as often as the page has it, whatever is around it.
    sentence = PROSE.split(". ")[0]
    assert words_of(page.markup).count(sentence) == page.markup.count(sentence)


def test_a_page_tells_its_title_and_language() -> None:
    page = html_to_page("<html lang=de-AT><title> Der \n Tanz </title><p>Wort")
    assert (page.title, page.language) == ("Der Tanz", "de-AT")


def test_a_title_far_into_the_page_is_still_its_title() -> None:
    assert html_to_page(f"<p>{PROSE}</p><title>late</title>").title == "late"


def test_the_title_of_a_drawing_is_not_the_pages() -> None:
    drawing = "<svg><title>icon</title></svg>"
    assert html_to_page(f"<p>{PROSE}</p>{drawing}").title == ""
    assert html_to_page(f"{drawing}<title>Bees</title><p>{PROSE}").title == "Bees"


def test_rules_that_would_hide_the_whole_page_are_undone_by_its_script() -> None:
    assert PROSE.strip() in words_of(f"<style>body{{visibility:hidden}}</style><p>{PROSE}")


def test_elements_nested_a_thousand_deep_are_read() -> None:
    assert words_of("<div>" * 1000 + "deep") == "deep"
