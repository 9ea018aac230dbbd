"""PDFs open as passages, whatever stands at the edges of their pages, or say why they cannot."""

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
from fer_core.texts.document import Document
from fer_core.texts.errors import (
    TextEncrypted,
    TextError,
    TextScanned,
    TextTooLarge,
)
from fer_core.texts.opening import (
    MOST_MEMORY_BYTES,
    open_document,
)
from fer_core.texts.pdf_blocks import joined
from tests.synthetic.pdf import book, make_pdf

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
from fer_core.texts.errors import TextError
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
