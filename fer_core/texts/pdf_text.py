"""The text of a PDF's pages, by PDFium; in a worker, for a PDF may be made to break its reader."""

from __future__ import annotations

from collections.abc import Callable

import pypdfium2

from fer_core.errors import TextDamaged, TextEncrypted, TextTooLarge

MOST_PAGES = 3000
#: Letters of a whole file; a book of 3,000 pages has 9 million.
MOST_LETTERS = 20_000_000
#: PDFium puts this where a line ends in a hyphen and joins the two lines.
_HYPHEN_AT_LINE_END = "\ufffe"
_ENCRYPTED = (pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY)


def read_pages(
    data: bytes, progress: Callable[[float], object] | None = None
) -> tuple[str, list[str]]:
    """Return a PDF's title ("" if it has none) and the text of each of its pages, in lines.

    Args:
        data: The file.
        progress: Called after each page with the share done, 0..1.

    Raises:
        TextEncrypted: It needs a password.
        TextDamaged: It cannot be read as a PDF.
        TextTooLarge: It has too many pages or letters.
    """
    if b"%PDF-" not in data[:1024]:
        raise TextDamaged
    try:
        document = pypdfium2.PdfDocument(data)
        return _read(document, progress)
    except pypdfium2.PdfiumError as error:
        raise (TextEncrypted if error.err_code in _ENCRYPTED else TextDamaged) from None


def _read(
    document: pypdfium2.PdfDocument, progress: Callable[[float], object] | None
) -> tuple[str, list[str]]:
    count = len(document)
    if count > MOST_PAGES:
        raise TextTooLarge(f"This PDF has {count} pages; the most is {MOST_PAGES}.")
    if count == 0:
        raise TextDamaged
    pages: list[str] = []
    letters = 0
    for page in document:
        text = page.get_textpage()
        letters += text.count_chars()
        if letters > MOST_LETTERS:
            raise TextTooLarge
        pages.append(_plain(text.get_text_range()))
        text.close()
        page.close()
        if progress is not None:
            progress(len(pages) / count)
    return document.get_metadata_value("Title").strip(), pages


def _plain(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace(_HYPHEN_AT_LINE_END, "-\n")
    return lines.replace("\x00", "")
