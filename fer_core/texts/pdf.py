"""PDF to headings and paragraphs: what is printed beside the text goes, broken lines are joined."""

from __future__ import annotations

import re
from collections.abc import Callable

from fer_core.texts.errors import TextScanned
from fer_core.texts.pdf_blocks import lines_to_blocks
from fer_core.texts.pdf_heads import without_heads
from fer_core.texts.pdf_layout import in_order, with_initials
from fer_core.texts.pdf_text import read_pages
from fer_core.texts.segmentation import Block

#: With fewer letters a page on average, the pages are pictures; with fewer than the second number
#: they are, where pictures cover most of most pages: a scan with a stamp on it.
SCANNED_BELOW_LETTERS = 20
STAMPED_BELOW_LETTERS = 120
_PICTURED_SHARE = 0.6
#: Browsers print a page without a title under its address.
_ADDRESS = re.compile(r"^\w+:(//\S+|blank)$")


def pdf_to_blocks(
    data: bytes, progress: Callable[[float], object] | None = None
) -> tuple[str, list[Block], int]:
    """Return a PDF's title ("" if it has none), its blocks, and its number of pages.

    Args:
        data: The file.
        progress: Called after each page with the share done, 0..1.

    Raises:
        TextEncrypted: It needs a password.
        TextScanned: It holds pictures of pages.
        TextDamaged: It cannot be read as a PDF.
        TextTooLarge: It has more than 3,000 pages, or takes too much time or memory.
    """
    title, read, count = read_pages(data, progress)
    pages = list(read)
    kept = without_heads(pages)
    letters = sum(sum(map(str.isalnum, line.text)) for lines in kept for line in lines)
    pictured = sum(page.pictured >= _PICTURED_SHARE for page in pages)
    stamped = 5 * pictured > 4 * count
    least = STAMPED_BELOW_LETTERS if stamped else SCANNED_BELOW_LETTERS
    # One page of a few words without any picture is what it looks like.
    if letters < least * count and (letters == 0 or count > 1 or stamped):
        raise TextScanned
    ordered = []
    for lines in kept:
        turned = [line for line in lines if line.angle != 0]
        upright = with_initials([line for line in lines if line.angle == 0])
        ordered.append(in_order(upright) + turned)
    return _ADDRESS.sub("", title), lines_to_blocks(ordered), count
