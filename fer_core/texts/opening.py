"""Opening a text: plain, Markdown, HTML, PDF, EPUB and DOCX to headings and paragraphs.

Only text comes out. Nothing in a file is run, fetched or resolved. The reading itself happens in
a worker process with a bound of time and memory: whatever a file does to its reader, nobody else
notices, and it becomes one of the messages in `errors`.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable
from pathlib import PurePath

from fer_core.sizes import too_large
from fer_core.system_files import is_left_by_system
from fer_core.texts.document import Document
from fer_core.texts.errors import TextDamaged, TextEmpty, TextTooLarge, TextTypeUnknown
from fer_core.texts.formats import PACKED, TextFormat, format_of
from fer_core.workers.pool import Limits, TaskFailed, WorkerPool

#: A book of 1,000 pages as text is 3 MB; a PDF with pictures can be large and still be quick.
LARGEST_TEXT_BYTES = 20_000_000
LARGEST_PACKED_BYTES = 200_000_000
#: Processor time. 300 printed pages take one and a half seconds, placed letter by letter two.
#: With the start of a worker and its end, an answer or a refusal is there within ten.
LONGEST_S = 8.0
#: The largest file taken, PDFium and room to unpack.
MOST_MEMORY_BYTES = 1 << 30

Progress = Callable[[float], object]

_POOL = WorkerPool("fer_core.texts.worker:open_file", Limits(LONGEST_S, MOST_MEMORY_BYTES))
atexit.register(_POOL.close)


def open_document(
    name: str, data: bytes, progress: Progress | None = None, *, encoding: str = ""
) -> Document:
    """Open a file as passages.

    Args:
        name: The file's name; its ending decides how it is read.
        data: The file.
        progress: Called with the share done, 0..1, as pages or chapters are read. What it raises
            ends the reading.
        encoding: Read the letters in this one, and do not guess: a label of the WHATWG table. PDF,
            EPUB and DOCX know their own.

    Raises:
        TextError: The file cannot be read; the subclass and its message say why.
        Busy: Other texts are being opened, and it would take too long.
    """
    if is_left_by_system(name):
        raise TextTypeUnknown(
            "This file was left beside a text by the system. Open the text itself."
        )
    kind = format_of(name, data)
    limit = LARGEST_PACKED_BYTES if kind in PACKED else LARGEST_TEXT_BYTES
    if len(data) > limit:
        raise TextTooLarge(too_large("This file", len(data), limit))
    if not data.strip():
        raise TextEmpty
    title = PurePath(name).stem.replace("_", " ").strip() or "Untitled text"
    return _open(kind, data, title, encoding=encoding, progress=progress)


def open_pasted(text: str, title: str = "") -> Document:
    """Open a pasted text; Markdown headings and front matter in it are understood.

    Raises:
        TextError: There are no words in it, or its front matter cannot be read.
        Busy: Other texts are being opened, and it would take too long.
    """
    return _open_text(TextFormat.PASTED, text, title)


def open_html(markup: str, title: str = "") -> Document:
    """Open a page whose bytes somebody has decoded already.

    Raises:
        TextError: There are no words in it, or it takes too long.
        Busy: Other texts are being opened, and it would take too long.
    """
    return _open_text(TextFormat.HTML, markup, title)


def _open_text(kind: TextFormat, text: str, title: str) -> Document:
    data = text.encode("utf-8", "replace")
    if len(data) > LARGEST_TEXT_BYTES:
        raise TextTooLarge(too_large("This text", len(data), LARGEST_TEXT_BYTES))
    if not data.strip():
        raise TextEmpty
    return _open(kind, data, title.strip(), decoded=True)


def _open(
    kind: TextFormat,
    data: bytes,
    title: str,
    *,
    decoded: bool = False,
    encoding: str = "",
    progress: Progress | None = None,
) -> Document:
    request = {
        "format": str(kind),
        "title": title,
        "decoded": decoded,
        "encoding": encoding,
    }
    try:
        answer, _ = _POOL.run(request, data, seconds=LONGEST_S, progress=progress)
    except TaskFailed as failure:
        if failure.reason == "time":
            raise TextTooLarge(
                f"This text takes longer than {LONGEST_S:g} s to open. Split it and open one part."
            ) from None
        raise (TextTooLarge if failure.reason == "memory" else TextDamaged) from None
    return Document.from_dict(answer)
