"""The list "reread these" says the same in each format, and takes no text for markup."""

from __future__ import annotations

import json
from html.parser import HTMLParser

from markdown_it import MarkdownIt

from fer_core.reading.highlights import Highlight, Mark
from fer_core.sessions.reread import reread_items, to_html, to_json, to_markdown
from fer_core.texts.document import Document, Passage
from fer_core.texts.opening import open_pasted

BODY = "A reader stays with these words for a while, long enough to count as a passage of text. "
DOCUMENT = open_pasted(
    f"# Title <b>\n\n{BODY * 3}\n\n<script>alert(1)</script> & {BODY * 3}\n\n{BODY * 3}", "On <i>"
)
HIGHLIGHTS = [
    Highlight("p1", Mark.SKIMMED, "Too fast.", 1.0),
    Highlight("p2", Mark.HARD_SAID, "You rated it 1 of 5 for clarity.", 1.0),
    Highlight("p3", Mark.IMPORTANT, "Shares its words.", 1.0),
]
ITEMS = reread_items(DOCUMENT, HIGHLIGHTS)


def test_hard_passages_come_first_and_important_ones_are_left_out() -> None:
    assert [item.passage.passage_id for item in ITEMS] == ["p2", "p1"]


def test_json_has_everything() -> None:
    document = json.loads(to_json(DOCUMENT, ITEMS))
    assert [one["number"] for one in document["passages"]] == [2, 1]
    assert document["passages"][0]["text"] == DOCUMENT.passages[1].text
    assert document["passages"][1]["why"] == "Too fast."
    assert document["text_id"] == DOCUMENT.text_id


class Tags(HTMLParser):
    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def test_html_runs_nothing_and_loads_nothing() -> None:
    page = Tags(to_html(DOCUMENT, ITEMS))
    assert not {"script", "link", "img", "iframe", "i"} & set(page.tags)
    assert "You rated it 1 of 5" in page.words
    assert page.tags.count("blockquote") == 2


def test_markdown_quotes_each_passage() -> None:
    text = to_markdown(DOCUMENT, ITEMS)
    assert text.startswith("# Reread: On \\<i\\>")
    assert "*Skimmed.* Too fast." in text
    assert text.count("\n> ") >= 2


def test_markdown_shows_each_line_of_a_passage_as_it_stands() -> None:
    text = "1. ![x](http://127.0.0.1:9/p.png)\n  - *b*\n\n# end"
    document = Document("T", (Passage("p1", 0, text),))
    items = reread_items(document, [Highlight("p1", Mark.SKIMMED, "Why.", 1.0)])
    tokens = MarkdownIt().parse(to_markdown(document, items))
    start = next(n for n, token in enumerate(tokens) if token.type == "blockquote_open")
    shown = [token for token in tokens[start:] if token.type == "inline"][:2]
    words = ["".join(one.content or "\n" for one in token.children or ()) for token in shown]
    assert words == ["1. ![x](http://127.0.0.1:9/p.png)\n\u00a0\u00a0- *b*", "# end"]


def test_an_empty_list_says_so() -> None:
    assert "Nothing stood out" in to_markdown(DOCUMENT, [])
    assert "Nothing stood out" in to_html(DOCUMENT, [])
    assert json.loads(to_json(DOCUMENT, []))["passages"] == []
