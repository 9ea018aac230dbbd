"""Printed pages give their words in the order of reading, whatever order their files have."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from fer_core.texts.errors import TextScanned
from fer_core.texts.opening import open_document
from fer_core.texts.pdf import pdf_to_blocks
from fer_core.texts.segmentation import BlockKind
from tests.synthetic.pdf import file_of
from tests.synthetic.printed import (
    PICTURE,
    Placed,
    Printed,
    column,
    make_printed,
    placed_pdf,
    prose,
)

PRINTED = {printed.name: printed for printed in make_printed()}


@pytest.mark.parametrize("printed", PRINTED.values(), ids=PRINTED)
def test_an_awkward_pdf_is_read_word_for_word_in_its_order(printed: Printed) -> None:
    _, blocks, _ = pdf_to_blocks(printed.data)
    assert " ".join(block.text for block in blocks).split() == printed.expected.split()


def test_headings_are_told_by_their_letters_with_their_levels() -> None:
    _, blocks, _ = pdf_to_blocks(PRINTED["headings"].data)
    headings = [(one.level, one.text) for one in blocks if one.kind is BlockKind.HEADING]
    assert headings == [
        (1, "A large title that is so long that it goes on in a second line"),
        (2, "First section"),
        (3, "A part of it"),
        (2, "Second section"),
    ]


def test_the_items_of_a_list_are_lines_of_one_block() -> None:
    _, blocks, _ = pdf_to_blocks(PRINTED["lists"].data)
    (items,) = [block.text.split("\n") for block in blocks if "\n" in block.text]
    assert [item[:2] for item in items] == ["• ", "• ", "1.", "2.", "a)"]


def test_a_note_at_the_foot_comes_after_the_paragraph_that_it_stands_in() -> None:
    _, blocks, _ = pdf_to_blocks(PRINTED["notes at the foot"].data)
    assert [block.text[:2] for block in blocks[1:]] == ["1 ", "2 ", "3 "]


def test_the_number_of_a_note_is_no_part_of_its_word() -> None:
    page = [Placed(50, 700, "Bees dance"), Placed(110, 704, "12", 6), Placed(120, 700, "at home.")]
    (block,) = pdf_to_blocks(placed_pdf([page]))[1]
    assert block.text == "Bees dance¹² at home."


@pytest.mark.parametrize(
    "stamp", ["Scanned by the library", "Received 12 May 2026, room 3, desk 4"]
)
@pytest.mark.parametrize("pages", [1, 3, 6])
def test_a_scan_with_a_stamp_says_that_it_holds_pictures(stamp: str, pages: int) -> None:
    page = [Placed(60, 30, stamp, 8)]
    with pytest.raises(TextScanned, match="OCR"):
        open_document("scan.pdf", placed_pdf([page] * pages, before=PICTURE))


def test_a_scan_from_another_program_says_so_too() -> None:
    file = BytesIO()
    Image.new("L", (600, 800), 200).save(file, "PDF")
    with pytest.raises(TextScanned):
        open_document("scan.pdf", file.getvalue())


def test_a_text_over_a_picture_is_a_text() -> None:
    page = column([prose(number, 9) for number in range(20)], 60, 700)
    assert pdf_to_blocks(placed_pdf([page], before=PICTURE))[1]


@pytest.mark.parametrize(
    "title",
    [
        *("untitled", "Untitled-1", "Microsoft Word - essay.docx", "essay.tex", "Document1", " "),
        *("Presentation 2", "scan0001", "about:blank", "file:///C:/essay.html"),
    ],
)
def test_what_programs_call_a_text_without_a_title_is_none(title: str) -> None:
    data = placed_pdf([column(["Bees dance at home today."], 50, 700)], title=title)
    assert open_document("My essay.pdf", data).title == "My essay"


def test_a_title_of_its_own_is_kept() -> None:
    data = placed_pdf([column(["Bees dance at home today."], 50, 700)], title="Documents of bees")
    assert open_document("a.pdf", data).title == "Documents of bees"


def bitmap_pdf(codes: bytes) -> bytes:
    """Write a line in a font as TeX embeds bitmaps: it has no name and tells no letters."""
    names = " ".join(f"/a{code}" for code in range(256))
    glyphs = " ".join(f"/a{code} 3 0 R" for code in range(256))
    font = (
        "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 50 50] /FontMatrix [.02 0 0 .02 0 0] "
        f"/FirstChar 0 /LastChar 255 /Widths [{'30 ' * 256}] /CharProcs << {glyphs} >> "
        f"/Encoding << /Type /Encoding /Differences [0 {names}] >> >>"
    )
    glyph, line = (
        b"30 0 d0 0 0 25 30 re f",
        b"BT /F 12 Tf 50 700 Td <%s> Tj ET" % codes.hex().encode(),
    )
    streams = [
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(one), one) for one in (glyph, line)
    ]
    page = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        f"/Resources << /Font << /F {font} >> >> >>"
    )
    return file_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
            *streams,
            page.encode(),
        ]
    )


def test_bitmap_fonts_of_tex_have_their_ligatures_quotes_and_letters() -> None:
    codes = b"\x12di\x1ecult\x10 Fu\xff Za\xbb\xf3\xaa\xa2 \x1csh \x15 c\xf7ur \x88 one"
    (block,) = pdf_to_blocks(bitmap_pdf(codes))[1]
    assert block.text == "„difficult“ Fuß Zażółć fish – cœur • one"


def test_the_same_codes_in_a_font_that_tells_its_letters_are_these() -> None:
    (block,) = pdf_to_blocks(placed_pdf([[Placed(50, 700, "5 ÷ 3 § 1 ÿ")]]))[1]
    assert block.text == "5 ÷ 3 § 1 ÿ"
