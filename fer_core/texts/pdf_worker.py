"""A program of its own: reads a PDF on its input and writes its text, page by page.

PDFium is fast because it is C++, and a PDF may be made to break its reader. Here it may crash,
swell or go on for ever, and nothing but this process is lost. `pdf_text` starts and ends it.

What it writes is one JSON value a line: the title with the number of pages, then the text of
each page, or a problem.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress

import pypdfium2

#: Letters of a whole file; a book of 3,000 pages has 9 million.
MOST_LETTERS = 20_000_000
#: Address space of this process: the largest file taken (200 MB), PDFium and room to unpack.
MOST_MEMORY_BYTES = 1 << 30
#: PDFium puts this where a line ends in a hyphen and joins the two lines.
_HYPHEN_AT_LINE_END = "\ufffe"
_ENCRYPTED = (pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY)


def main() -> None:
    limit_memory()
    try:
        write_pages(pypdfium2.PdfDocument(sys.stdin.buffer.read()))
    except pypdfium2.PdfiumError as error:
        say({"problem": "encrypted" if error.err_code in _ENCRYPTED else "damaged"})
    except MemoryError:
        say({"problem": "too_large"})


def limit_memory() -> None:
    with suppress(ImportError, ValueError, OSError):  # Windows knows no such limit
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))


def write_pages(document: pypdfium2.PdfDocument) -> None:
    say({"title": document.get_metadata_value("Title"), "pages": len(document)})
    letters = 0
    for page in document:
        text = page.get_textpage()
        letters += text.count_chars()
        if letters > MOST_LETTERS:
            say({"problem": "too_large"})
            return
        say(plain(text.get_text_range()))
        text.close()
        page.close()


def plain(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace(_HYPHEN_AT_LINE_END, "-\n")
    return lines.replace("\x00", "")


def say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
