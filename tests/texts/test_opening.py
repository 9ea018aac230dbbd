"""Each kind of file opens as passages, or says in its own words why it cannot."""

from __future__ import annotations

import subprocess
import sys
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from fer_core.texts import opening
from fer_core.texts.document import Document, Heading
from fer_core.texts.errors import (
    FrontMatterInvalid,
    TextDamaged,
    TextEmpty,
    TextEncrypted,
    TextError,
    TextScanned,
    TextTooLarge,
    TextTypeUnknown,
)
from fer_core.texts.opening import (
    LARGEST_TEXT_BYTES,
    MOST_MEMORY_BYTES,
    open_document,
    open_html,
    open_pasted,
)
from fer_core.texts.pdf_blocks import joined
from tests.synthetic.pdf import book, make_pdf

BODY = "Bees dance to tell the others where the flowers are and how far they have to fly today. "


LINES = [
    "1 How bees find home",
    "Bees dance on the comb to tell the others where the flow-",
    "ers are. The angle of the dance to the vertical is the angle",
    "of the flight to the sun. Its length is the distance.",
    "Whoever follows the dance learns both.",
    "A second paragraph starts here and goes on for a while, with",
    "enough words to be a passage of its own in the reading view,",
    "because tiny ones would be joined to the one before them.",
]


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


def test_a_pdf_has_its_words_joined_and_its_paragraphs_apart() -> None:
    done: list[float] = []
    document = open_document("bees.pdf", make_pdf([LINES]), done.append)
    first, second = document.passages
    assert first.headings[0].text == "1 How bees find home"
    assert "where the flowers are." in first.text
    assert first.text.endswith("learns both.")
    assert second.text.startswith("A second paragraph")
    assert document.pages == 1
    assert done == [1.0]


def test_running_heads_and_page_numbers_are_left_out() -> None:
    pages = [["The Book of Bees", "", *LINES[1:], "", f"Page {number}"] for number in range(1, 7)]
    document = open_document("bees.pdf", make_pdf(pages))
    text = " ".join(passage.text for passage in document.passages)
    headings = [heading.text for passage in document.passages for heading in passage.headings]
    assert "Book of Bees" not in text + " ".join(headings)
    assert "Page" not in text
    assert text.count("Whoever follows") == 6


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("{0} The Book of Bees", "How they dance {0}"),
        ("{0}", "Page {0} of 6"),
        ("- {0} -", "- {0} -"),
    ],
)
def test_heads_of_left_and_right_pages_are_left_out_apart(left: str, right: str) -> None:
    pages = [
        [(left if number % 2 else right).format(number + 10), *LINES[1:]] for number in range(1, 9)
    ]
    text = words_of(open_document("bees.pdf", make_pdf(pages)))
    assert text.count("Whoever follows") == 8
    assert not any(word in text for word in ("Book of Bees", "How they dance", "Page", "- 1"))


def test_questions_and_answers_at_the_edge_of_pages_stay() -> None:
    pages = [[f"Question {number}", *LINES[1:], f"{17 * number}"] for number in range(1, 9)]
    text = words_of(open_document("sheet.pdf", make_pdf(pages)))
    assert [f"Question {number}" in text for number in range(1, 9)] == [True] * 8
    assert [str(17 * number) in text for number in range(1, 9)] == [True] * 8


def words_of(document: Document) -> str:
    return "\n".join(
        "\n".join([*(one.text for one in passage.headings), passage.text])
        for passage in document.passages
    )


def test_a_scanned_pdf_says_that_it_holds_pictures() -> None:
    writer = PdfWriter()
    for _ in range(3):
        writer.add_blank_page(595, 842)
    file = BytesIO()
    writer.write(file)
    with pytest.raises(TextScanned, match="OCR"):
        open_document("scan.pdf", file.getvalue())


def encrypted(password: str) -> bytes:
    writer = PdfWriter(PdfReader(BytesIO(make_pdf([LINES]))))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def test_a_pdf_with_a_password_says_so() -> None:
    with pytest.raises(TextEncrypted, match="password"):
        open_document("secret.pdf", encrypted("word"))


def test_a_pdf_that_only_forbids_printing_opens() -> None:
    assert "Bees dance" in open_document("locked.pdf", encrypted("")).passages[0].text


@pytest.mark.parametrize("keep", [12, 60, 400, 900])
def test_a_pdf_cut_short_is_reported_or_read_and_never_crashes(keep: int) -> None:
    with pytest.raises(TextError):
        open_document("broken.pdf", make_pdf([LINES])[:keep])


@given(st.binary(max_size=2000))
def test_any_bytes_under_any_name_open_or_raise_a_text_error(data: bytes) -> None:
    for name in ("a.txt", "a.md", "a.html", "a.pdf"):
        try:
            document = open_document(name, data)
        except TextError:
            continue
        assert document.passages


@given(st.binary(max_size=400))
@settings(max_examples=15)  # each starts a process
def test_any_bytes_after_the_head_of_a_pdf_open_or_raise_a_text_error(data: bytes) -> None:
    with suppress(TextError):
        open_document("a.pdf", make_pdf([LINES])[:200] + data)


def object_of(body: bytes) -> bytes:
    """Return a PDF of one page whose content is the stream given, dictionary and all."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>"
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page,
        body,
    ]
    objects = b"".join(b"%d 0 obj\n%s\nendobj\n" % pair for pair in enumerate(bodies, 1))
    return b"%PDF-1.4\n" + objects + b"trailer << /Root 1 0 R >>\n%%EOF"


#: Prints by how many KiB opening a file grew the process, and the most that its worker held. In a
#: process of its own, because a child's peak starts at that of the process that started it.
MEMORY_OF_OPENING = """
import resource, sys
from fer_core.errors import TextError
from fer_core.texts.opening import open_document

def held():
    return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])

before = held()
try:
    open_document("bomb.pdf", sys.stdin.buffer.read())
except TextError:
    print(held() - before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from Linux's /proc")
def test_a_pdf_that_unpacks_a_thousandfold_costs_this_process_no_memory() -> None:
    packed = b"BT " + b"(a) Tj " * 1000
    for _ in range(2):
        packed = zlib.compress(packed * 3000, 9)
    bomb = b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%s\nendstream" % (
        len(packed),
        packed,
    )
    answer = subprocess.run(
        [sys.executable, "-c", MEMORY_OF_OPENING],
        input=object_of(bomb),
        capture_output=True,
        check=True,
    )
    grown_kib, worker_kib = map(int, answer.stdout.split())
    assert grown_kib < 100_000
    assert worker_kib <= MOST_MEMORY_BYTES / 1024


def test_a_text_that_takes_too_long_is_given_up_and_the_next_one_opens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    endless = "<div>" * 100_000 + BODY  # the parser looks through what is open at each of them
    with monkeypatch.context() as patched:
        patched.setattr(opening, "LONGEST_S", 0.5)
        with pytest.raises(TextTooLarge, match=r"longer than 0\.5 s"):
            open_html(endless)
    assert open_pasted(BODY).passages[0].text == BODY.strip()


def test_what_the_progress_raises_ends_the_reading_of_a_pdf() -> None:
    class Left(Exception):
        pass

    def leave(share: float) -> None:
        raise Left

    with pytest.raises(Left):
        open_document("long.pdf", make_pdf(book(300)), leave)
    assert opening._POOL.processes() == []


def test_a_pdf_of_too_many_pages_says_how_many() -> None:
    with pytest.raises(TextTooLarge, match="3001 pages"):
        open_document("endless.pdf", make_pdf([["a"]] * 3001))


def test_a_compound_keeps_its_hyphen_at_the_end_of_a_line_where_the_text_has_it_elsewhere() -> None:
    lines = [
        "a half-hearted start and a half-",
        "hearted end of the flow-",
        "ers and of the",
        "bees",
    ]
    text = words_of(open_document("bees.pdf", make_pdf([lines])))
    assert text == "a half-hearted start and a half-hearted end of the flowers and of the bees"


def test_lines_of_scripts_without_spaces_are_joined_without_one() -> None:
    assert joined("读者打开书，慢慢地", "读。然后", frozenset()) == ["读者打开书，慢慢地"]


@pytest.mark.parametrize(
    ("line", "following", "open_line"),
    [
        ("the flow-", "ers", ["the flow"]),
        ("die Vor-", "und Nachteile", ["die Vor-", " "]),
        ("die Nord-", "Süd-Achse", ["die Nord-"]),
        ("ein Donau\u00ad", "dampfschiff", ["ein Donau"]),
        ("the years 1914-", "1918", ["the years 1914-", " "]),
    ],
)
def test_a_hyphen_at_the_end_of_a_line_is_read(
    line: str, following: str, open_line: list[str]
) -> None:
    assert joined(line, following, frozenset()) == open_line


def test_a_pdf_is_recognised_whatever_its_name() -> None:
    assert "Bees" in open_document("bees.txt", make_pdf([LINES])).passages[0].text


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
