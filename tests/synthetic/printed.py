"""PDFs as typesetters place their letters, with the text that they print: columns, heads, notes.

Each is awkward in one way; `expected` is what a reader reads, in that order. The benchmark
`benchmarks/texts.py` adds those of other tools.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from tests.synthetic.pdf import file_of

WIDTH, HEIGHT = 595, 842
#: Draws one grey point as large as the page: a scan.
PICTURE = f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q\n"


class Placed(NamedTuple):
    """One line of Courier: where its first letter stands, from the lower left corner, in points."""

    x: float
    y: float
    text: str
    size: float = 10.0
    bold: bool = False
    angle: float = 0.0


class Printed(NamedTuple):
    """One PDF.

    Attributes:
        name: What is awkward about it.
        data: The file.
        expected: Its text in the order of reading.
    """

    name: str
    data: bytes
    expected: str


def placed_pdf(
    pages: Iterable[Sequence[Placed]], *, rotate: int = 0, before: str = "", title: str = ""
) -> bytes:
    """Write a PDF with lines where they are placed, in the order given.

    Args:
        pages: Lines by page.
        rotate: By which each page is turned for its reader, clockwise, in degrees.
        before: What each page's content begins with.
        title: Of the file.
    """
    info = b"<< /Title (%s) >>" % title.encode("latin-1")
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", info]
    kids = []
    fonts = b" ".join(
        b"/%s << /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>" % pair
        for pair in ((b"R", b"Courier"), (b"B", b"Courier-Bold"))
    )
    for lines in pages:
        content = before.encode("latin-1") + b"\n".join(map(_drawn, lines))
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Rotate %d /Contents %d 0 R "
            b"/Resources << /Font << %s >> >> >>" % (WIDTH, HEIGHT, rotate, len(objects), fonts)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return file_of(objects, b"/Info 3 0 R ")


def _drawn(line: Placed) -> bytes:
    angle = math.radians(line.angle)
    cosine, sine = math.cos(angle), math.sin(angle)
    text = re.sub(r"([\\()])", r"\\\1", line.text).encode("cp1252")
    return b"BT /%s %g Tf %.4f %.4f %.4f %.4f %.1f %.1f Tm (%s) Tj ET" % (
        (b"B" if line.bold else b"R", line.size, cosine, sine, -sine, cosine, line.x, line.y, text)
    )


def prose(seed: int, words: int) -> str:
    """Return sentences of made-up words that differ, so that their order can be told."""
    sounds = re.findall("..", "babebibobudadedidodukakekikokulalelilolulamemimomu")
    out = []
    for number in range(words):
        value = seed * 7919 + number * 104_729
        length = 2 + value % 3
        word = "".join(sounds[(value // 25**place + place * seed) % 25] for place in range(length))
        ends = number % 11 == 10 or number == words - 1
        begins = number % 11 == 0
        out.append((word.capitalize() if begins else word) + ("." if ends else ""))
    return " ".join(out)


def broken(text: str, width: int, *, hyphens: bool = False) -> list[str]:
    """Break a text into lines of so many letters; words too, with hyphens, where it says so."""
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) + bool(line) <= width:
            line = f"{line} {word}".lstrip()
            continue
        room = width - len(line) - 2
        if hyphens and 2 <= room <= len(word) - 3 and word.isalpha():
            lines.append(f"{line} {word[:room]}-")
            line = word[room:]
        else:
            lines.append(line)
            line = word
    return [*lines, line]


def column(lines: Sequence[str], x: float, top: float, size: float = 10.0) -> list[Placed]:
    """Place lines below each other."""
    return [Placed(x, top - 1.2 * size * row, line, size) for row, line in enumerate(lines)]


def _paragraphs(seed: int, count: int, words: int) -> list[str]:
    return [prose(seed + number, words) for number in range(count)]


def _two_columns(order: Callable[[list[Placed], list[Placed]], list[Placed]]) -> Printed:
    paragraphs = _paragraphs(1, 6, 70)
    lines = [line for paragraph in paragraphs for line in broken(paragraph, 38, hyphens=True)]
    half = -(-len(lines) // 2)
    left, right = column(lines[:half], 50, 760), column(lines[half:], 310, 760)
    return Printed("", placed_pdf([order(left, right)]), " ".join(paragraphs))


def _line_by_line(*columns: list[Placed]) -> list[Placed]:
    longest = max(map(len, columns))
    return [one[row] for row in range(longest) for one in columns if row < len(one)]


def make_printed() -> list[Printed]:
    """Return the PDFs."""
    printed = [
        _two_columns(lambda left, right: left + right)._replace(name="two columns"),
        _two_columns(_line_by_line)._replace(name="two columns, line by line"),
        _two_columns(lambda left, right: right + left)._replace(name="the right column first"),
        _two_columns(lambda left, right: (left + right)[::-1])._replace(name="from bottom to top"),
    ]
    texts = [prose(40 + number, 90) for number in range(3)]
    three = [column(broken(text, 24), 45 + 175 * n, 760) for n, text in enumerate(texts)]
    printed.append(Printed("three columns", placed_pdf([_line_by_line(*three)]), " ".join(texts)))
    printed += [_spanned(), _footer_first(), _hyphens(), _lists(), _headings(), _notes()]
    printed += [_notes_in_columns()]
    printed += [*_turned(), _watermark(), _worksheet(), _book(), _preface(), _table()]
    printed += [_slides(), _initial(), _memo()]
    return printed


def _spanned() -> Printed:
    title, figure = "Of bees and of their dances", "Figure 1 " + prose(77, 18)
    texts = [prose(50 + number, 60) for number in range(4)]
    lines = [broken(text, 38) for text in texts]
    page = [
        *column(lines[1], 310, 740), *column(lines[3], 310, 560),
        *column(lines[0], 50, 740), *column(lines[2], 50, 560),
        Placed(50, 790, title, 18, bold=True), *column(broken(figure, 82), 50, 600),
    ]  # fmt: skip
    order = [title, texts[0], texts[1], figure, texts[2], texts[3]]
    return Printed("lines across two columns", placed_pdf([page]), " ".join(order))


def _footer_first() -> Printed:
    paragraphs = _paragraphs(60, 3, 60)
    note = "1 " + prose(66, 14)
    pages, y = [], 760.0
    body: list[Placed] = []
    for paragraph in paragraphs:
        lines = broken(paragraph, 80)
        body += column(lines, 50, y)
        y -= 12 * len(lines) + 10
    pages.append([*column(broken(note, 90), 50, 90, 8), *body])
    return Printed("the note before the text", placed_pdf(pages), " ".join([*paragraphs, note]))


def _hyphens() -> Printed:
    paragraphs = _paragraphs(70, 3, 90)
    lines = [line for one in paragraphs for line in broken(one, 44, hyphens=True)]
    german = ["Die Vor-", "und Nachteile der Nord-", "Süd-Achse sind die der West-", "Ost-Achse."]
    page = [*column(lines, 50, 780), *column(german, 50, 120)]
    end = "Die Vor- und Nachteile der Nord-Süd-Achse sind die der West-Ost-Achse."
    return Printed("hyphens", placed_pdf([page]), " ".join([*paragraphs, end]))


def _lists() -> Printed:
    items = [f"{mark} {prose(80 + n, 24)}" for n, mark in enumerate(["•", "•", "1.", "2.", "a)"])]
    before, after = prose(90, 50), prose(91, 50)
    page, y = column(broken(before, 80), 50, 780), 700.0
    for item in items:
        lines = broken(item, 60)
        page += [
            Placed(70 if row == 0 else 82, y - 12 * row, line) for row, line in enumerate(lines)
        ]
        y -= 12 * len(lines)
    page += column(broken(after, 80), 50, y - 10)
    return Printed("lists", placed_pdf([page]), " ".join([before, *items, after]))


def _headings() -> Printed:
    page: list[Placed] = []
    expected, y = [], 800.0
    heads = [("A large title that is so long that", 20), ("it goes on in a second line", 20)]
    heads += [("First section", 14), ("A part of it", 11), ("Second section", 14)]
    for number, (head, size) in enumerate(heads):
        page.append(Placed(50, y, head, size, bold=True))
        expected.append(head)
        y -= 1.3 * size
        if number == 0:
            continue
        text = prose(100 + number, 40)
        lines = broken(text, 80)
        page += column(lines, 50, y)
        expected.append(text)
        y -= 12 * len(lines) + 16
    return Printed("headings", placed_pdf([page]), " ".join(expected))


def _notes() -> Printed:
    text, pages = prose(110, 660), []
    lines = broken(text, 80)
    notes = [f"{number} {prose(120 + number, 20)}" for number in range(1, 4)]
    share = -(-len(lines) // 3)
    for number, note in enumerate(notes):
        body = column(lines[share * number : share * (number + 1)], 50, 780)
        pages.append([*body, *column(broken(note, 95), 50, 100, 8)])
    return Printed("notes at the foot", placed_pdf(pages), " ".join([text, *notes]))


def _notes_in_columns() -> Printed:
    text, note = prose(115, 300), "1 " + prose(126, 14)
    lines = broken(text, 38)
    half = -(-len(lines) // 2)
    left, right = column(lines[:half], 50, 760), column(lines[half:], 310, 760)
    page = [*left, *column(broken(note, 44), 50, left[-1].y - 30, 8), *right]
    return Printed("note at the foot of a column", placed_pdf([page]), f"{text} {note}")


def _turned() -> list[Printed]:
    text = prose(130, 150)
    lines = broken(text, 90)
    sideways = [Placed(60 + 12 * row, 50, line, 10, False, 90) for row, line in enumerate(lines)]
    down = [Placed(550, 60 + 12 * row, line, 10, False, 180) for row, line in enumerate(lines)]
    return [
        Printed("pages turned for the reader", placed_pdf([sideways], rotate=90), text),
        Printed("upside down", placed_pdf([down], rotate=180), text),
        # The file says to turn the page, and its letters lie on their side for the reader.
        Printed("turned the wrong way", placed_pdf([column(lines, 20, 780)], rotate=90), text),
    ]


def _watermark() -> Printed:
    texts = [prose(140 + number, 120) for number in range(3)]
    stamp = Placed(150, 300, "DRAFT COPY", 60, False, 45)
    side = Placed(30, 200, "Downloaded by library 12 on 3 May 2026", 8, False, 90)
    pages = [[*column(broken(text, 80), 50, 780), stamp, side] for text in texts]
    return Printed("watermark and stamp", placed_pdf(pages), " ".join(texts))


def _worksheet() -> Printed:
    pages, expected = [], []
    for number in range(1, 7):
        text = prose(150 + number, 80)
        asked, answer = "Explain in your own words what is said here.", "A) true B) false C) both"
        pages.append(
            [
                Placed(50, 790, asked),
                *column(broken(text, 80), 50, 760),
                Placed(50, 120, answer),
                Placed(50, 60, f"Answer: {number * 17}"),
            ]
        )
        expected += [asked, text, answer, f"Answer: {number * 17}"]
    return Printed("worksheet", placed_pdf(pages), " ".join(expected))


def _book() -> Printed:
    texts, pages = [prose(160 + number, 100) for number in range(8)], []
    for number, text in enumerate(texts):
        head = "THE DANCE OF BEES" if number % 2 else "Chapter 2: The comb"
        place = Placed(50 if number % 2 else 500, 40, str(number + 31), 9)
        pages.append([place, Placed(200, 810, head, 8), *column(broken(text, 80), 50, 770)])
    return Printed("book with heads", placed_pdf(pages), " ".join(texts))


def _preface() -> Printed:
    texts, pages = [prose(180 + number, 100) for number in range(6)], []
    for text, number in zip(texts, ("i", "ii", "iii", "iv", "v", "vi"), strict=True):
        pages.append([*column(broken(text, 80), 50, 770), Placed(290, 40, number, 9)])
    return Printed("Roman page numbers", placed_pdf(pages), " ".join(texts))


def _table() -> Printed:
    rows = [
        ("Bee", "Legs", "Wings"),
        ("Worker", "6", "4"),
        ("Drone", "6", "4"),
        ("Queen", "6", "4"),
    ]
    before = prose(190, 60)
    page = column(broken(before, 80), 50, 780)
    for row, cells in enumerate(rows):
        page += [Placed(60 + 150 * n, 600 - 14 * row, cell) for n, cell in enumerate(cells)]
    return Printed(
        "table", placed_pdf([page]), " ".join([before, *(cell for row in rows for cell in row)])
    )


def _slides() -> Printed:
    pages, expected = [], []
    for number in range(1, 9):
        title, lines = f"Small steps {number}", [f"• point {n} of {number}" for n in range(4)]
        pages.append(
            [
                Placed(60, 780, title, 24, bold=True),
                *column(lines, 60, 700, 16),
                *(Placed(60, 30, "Course 101", 8), Placed(500, 30, str(number), 8)),
            ]
        )
        expected += [title, *lines]
    return Printed("slides with numbered titles", placed_pdf(pages), " ".join(expected))


def _initial() -> Printed:
    text = prose(200, 120)
    first, *rest = broken(text[1:], 80)
    page = [Placed(50, 753, text[0], 34), Placed(74, 776, first)]
    return Printed("large first letter", placed_pdf([page + column(rest, 50, 740)]), text)


def _memo() -> Printed:
    texts = [prose(210 + number, 120) for number in range(2)]
    pages = [
        [
            *(Placed(50, 810, "Memo on bees", 7), Placed(290, 30, f"{number}/2", 7)),
            *column(broken(text, 80), 50, 770),
        ]
        for number, text in enumerate(texts, 1)
    ]
    return Printed("a head on two pages", placed_pdf(pages), " ".join(texts))
