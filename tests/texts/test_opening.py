"""Each kind of file opens as passages, or says in its own words why it cannot."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.texts import opening
from fer_core.texts.document import Heading
from fer_core.texts.errors import (
    FrontMatterInvalid,
    TextDamaged,
    TextEmpty,
    TextError,
    TextTooLarge,
    TextTypeUnknown,
)
from fer_core.texts.opening import (
    LARGEST_TEXT_BYTES,
    open_document,
    open_html,
    open_pasted,
)

BODY = "Bees dance to tell the others where the flowers are and how far they have to fly today. "


def test_a_plain_text_has_a_passage_for_each_paragraph() -> None:
    document = open_document("bees.txt", (BODY * 3 + "\n\n" + BODY * 3).encode())
    assert len(document.passages) == 2
    assert document.title == "bees"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_texts_in_common_encodings_read_the_same(encoding: str) -> None:
    text = (
        "Über die Häufigkeit großer Wörter für Schüler, denn das täglich Geübte bleibt länger. " * 4
    )
    assert open_document("a.txt", text.encode(encoding)).passages[0].text == text.strip()


def test_russian_in_the_old_windows_encoding_is_recognised() -> None:
    text = "Читатель открывает книгу и видит знакомые слова, которые он давно не встречал. " * 5
    assert "Читатель" in open_document("a.txt", text.encode("cp1251")).passages[0].text


def test_markdown_leaves_its_words_and_no_marks() -> None:
    source = (
        "# Bees *and* home\n\n"
        f"{BODY}**Bold words**, `code`, [a link](http://example.org/x_(y)), ![picture](a.png) "
        "and snake_case_names, 2 * 3 * 4 stay.\n\n"
        "Second\n------\n\n- first item\n- second item\n\n```python\nx = '**no**'\n```\n\n"
        f"> quoted {BODY}\n\n***\n\n<!-- hidden -->{BODY * 2}\n"
    )
    document = open_document("bees.md", source.encode())
    text = "\n".join(passage.text for passage in document.passages)
    assert document.title == "bees"
    assert document.passages[0].headings == (Heading(1, "Bees and home"),)
    assert "Bold words, code, a link, picture and snake_case_names, 2 * 3 * 4 stay." in text
    assert "• first item\n• second item" in text
    assert "x = '**no**'" in text
    assert "hidden" not in text
    assert any(passage.headings == (Heading(2, "Second"),) for passage in document.passages)


def test_html_gives_its_words_without_scripts_and_navigation() -> None:
    source = (
        "<html lang=de><head><title>Bienen</title><style>p{}</style><body><nav>Menu</nav>"
        f"<h1>Tanz &amp; Ziel</h1><p>{BODY * 2}<br>Neue Zeile</p><script>alert(1)</script>"
        f"<div>{BODY}<p>{BODY * 2}<ul><li>eins<li>zwei</ul>"
    )
    document = open_document("bees.html", source.encode())
    text = "\n".join(passage.text for passage in document.passages)
    assert (document.title, document.language) == ("Bienen", "de")
    assert document.passages[0].headings == (Heading(1, "Tanz & Ziel"),)
    assert "Neue Zeile" in text
    assert "eins" in text
    assert "Menu" not in text
    assert "alert" not in text


def test_html_in_a_declared_encoding_is_decoded_by_it() -> None:
    source = "<meta charset=shift_jis><p>" + "これは読書のための文章です。" * 5
    document = open_document("a.html", source.encode("shift_jis"))
    assert "読書" in document.passages[0].text


@given(st.binary(max_size=2000))
def test_any_bytes_under_any_name_open_or_raise_a_text_error(data: bytes) -> None:
    for name in ("a.txt", "a.md", "a.html", "a.pdf"):
        try:
            document = open_document(name, data)
        except TextError:
            continue
        assert document.passages


def test_a_text_that_takes_too_long_is_given_up_and_the_next_one_opens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    endless = "<div>" * 100_000 + BODY  # the parser looks through what is open at each of them
    with monkeypatch.context() as patched:
        patched.setattr(opening, "LONGEST_S", 0.5)
        with pytest.raises(TextTooLarge, match=r"longer than 0\.5 s"):
            open_html(endless)
    assert open_pasted(BODY).passages[0].text == BODY.strip()


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("a.odt", b"PK", TextTypeUnknown),
        ("a.docx", b"PK", TextDamaged),
        ("a.epub", b"PK", TextDamaged),
        ("a.txt", b"", TextEmpty),
        ("a.txt", b" \n ", TextEmpty),
        ("a.md", b"# \n\n---\n", TextEmpty),
        ("a.html", b"<p></p><img src=x>", TextEmpty),
        ("a.pdf", b"not a pdf", TextDamaged),
        ("a.txt", b"ab\x00\x00\x01\x02", TextDamaged),
        ("a.html", b"<![x" * 100 + b">", TextEmpty),
        ("a.txt", b"x" * (LARGEST_TEXT_BYTES + 1), TextTooLarge),
    ],
)
def test_files_that_cannot_be_read_say_why(name: str, data: bytes, error: type[TextError]) -> None:
    with pytest.raises(error) as caught:
        open_document(name, data)
    assert caught.value.message


@pytest.mark.parametrize(
    "piece", ["[", "![a](", "<!--", "<a", "<http:", "*a ", "`a", "<a b='", "&#", "<!--a-->"]
)
@pytest.mark.parametrize("name", ["a.md", "a.html"])
def test_fifty_thousand_open_ends_open_or_are_refused(name: str, piece: str) -> None:
    # The worker ends what would take longer; here nothing may raise another error.
    with suppress(TextError):
        open_document(name, (piece * (50_000 // len(piece)) + " words to read").encode())


def with_front_matter(questions: str) -> str:
    head = f"---\ntitle: Bees\nlanguage: en\n{questions}---\n\n"
    return f"{head}{BODY * 3}\n\nThe sun stands still. {BODY * 3}"


def test_a_text_carries_its_own_questions() -> None:
    document = open_pasted(
        with_front_matter(
            "questions:\n"
            "  - about: the sun stands\n    ask: What stands still?\n"
            "    choices: [the moon, the sun]\n    answer: the sun\n"
            "  - about: 1\n    ask: Who dances?\n    choices: [bees, ants, wasps]\n    answer: 1\n"
        )
    )
    assert document.title == "Bees"
    assert document.language == "en"
    assert [question.passage_id for question in document.questions] == ["p2", "p1"]
    assert [question.correct for question in document.questions] == [1, 0]
    assert document.passages[0].text.startswith("Bees dance")


@pytest.mark.parametrize(
    ("questions", "says"),
    [
        (
            "questions:\n  - about: unicorns\n    ask: Q\n    choices: [a, b]\n    answer: a\n",
            "nowhere",
        ),
        (
            "questions:\n  - about: 1\n    ask: Q\n    choices: [a, b]\n    answer: c\n",
            "one of the ch",
        ),
        ("questions:\n  - about: 1\n    ask: Q\n    choices: [a]\n    answer: a\n", "choices"),
    ],
)
def test_questions_that_cannot_be_used_are_named(questions: str, says: str) -> None:
    with pytest.raises(FrontMatterInvalid, match=says):
        open_pasted(with_front_matter(questions))


def test_a_text_between_rules_is_no_front_matter() -> None:
    document = open_pasted(f"---\n{BODY * 3}\n---\n{BODY * 3}")
    assert sum(passage.text.count("Bees dance") for passage in document.passages) == 6


def test_the_same_words_have_the_same_name_under_any_file_name() -> None:
    first = open_document("a.txt", (BODY * 4).encode())
    second = open_document("b.md", (BODY * 4).encode())
    other = open_document("a.txt", (BODY * 5).encode())
    assert first.text_id == second.text_id != other.text_id
