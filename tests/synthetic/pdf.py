"""PDFs written by hand: pages of own words, as a typesetter's program or as a browser writes them.

Used by `benchmarks/reading.py`, which prints how long they take to open, and by the tests.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

_WORDS = """
    the of and a reader page bees light signal under water growing between small numbers which
    could often enough learning passage question memory slowly toward careful measurement
""".split()  # noqa: SIM905
LETTERS_A_LINE = 70
LINES_A_PAGE = 42


def make_pdf(pages: Sequence[Sequence[str]], *, letter_by_letter: bool = False) -> bytes:
    """Write a PDF: one line of Latin text below the other, in Courier.

    Args:
        pages: Lines by page; brackets and backslashes are not escaped.
        letter_by_letter: Place each letter by itself, as browsers print. Such files are ten times
            as much work to read.
    """
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for lines in pages:
        content = (_letters(lines) if letter_by_letter else _lines(lines)).encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 %s >> >> >>" % (len(objects), font)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return file_of(objects)


def file_of(objects: Sequence[bytes], more: bytes = b"") -> bytes:
    """Return a PDF of numbered objects, the first of them its catalogue.

    Args:
        objects: In their order.
        more: That its trailer names besides.
    """
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start, size = len(out), len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    out += b"trailer << /Size %d /Root 1 0 R %s>>\n" % (size, more)
    return bytes(out + b"startxref\n%d\n%%%%EOF" % start)


def _lines(lines: Sequence[str]) -> str:
    return "BT /F1 9 Tf 14 TL 50 780 Td " + " ".join(f"({line}) ' " for line in lines) + " ET"


def _letters(lines: Sequence[str]) -> str:
    shown = (
        f"1 0 0 1 {50 + 5.4 * column:.1f} {780 - 14 * row} Tm ({letter}) Tj"
        for row, line in enumerate(lines)
        for column, letter in enumerate(line)
        if letter != " "
    )
    return "BT /F1 9 Tf " + "\n".join(shown) + " ET"


def book(pages: int, seed: int = 1) -> list[list[str]]:
    """Return a book of made-up sentences, 42 lines of 70 letters a page."""
    rng = random.Random(seed)  # noqa: S311  (words, not secrets)

    def line() -> str:
        words: list[str] = []
        while sum(map(len, words)) + len(words) < LETTERS_A_LINE:
            words.append(rng.choice(_WORDS))
        return " ".join(words) + rng.choice(("", "", "."))

    return [[line() for _ in range(LINES_A_PAGE)] for _ in range(pages)]
