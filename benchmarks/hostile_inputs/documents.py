"""PDF, EPUB, DOCX and plain files: archives that unpack to gigabytes, loops, encodings, halves."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from benchmarks.hostile_inputs import Input
from benchmarks.hostile_inputs.drawing import SEED, cut, damaged, noise, packed_zeros
from benchmarks.hostile_inputs.texts import WORDS

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book.opf"/></rootfiles></container>'
)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
#: An XML entity that stands for ten of another, nine times over.
LAUGHS = "<!DOCTYPE a [<!ENTITY l0 'bee '>" + "".join(
    f"<!ENTITY l{n} '" + f"&l{n - 1};" * 10 + "'>" for n in range(1, 10)
)


def inputs() -> Iterator[Input]:
    for kind, name, data in (*_pdfs(), *_epubs(), *_docx(), *_plain()):
        yield Input(kind, name, data, "document")


Made = Iterator[tuple[str, str, bytes]]


def pdf(*objects: bytes, root: int = 1) -> bytes:
    """Return a PDF of these objects, numbered from 1; PDFium finds them without a table."""
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % pair for pair in enumerate(objects, start=1))
    return (
        b"%PDF-1.7\n"
        + body
        + b"trailer <</Root %d 0 R/Size %d>>\n%%%%EOF" % (root, len(objects) + 1)
    )


def stream(data: bytes, extra: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), extra, data)


def pages(content: bytes, count: int = 1) -> bytes:
    """Return a PDF with that stream on each of so many pages."""
    kids = b" ".join(b"%d 0 R" % number for number in range(5, 5 + count))
    page = b"<</Type/Page/Parent 2 0 R/Contents 3 0 R/MediaBox[0 0 600 800]"
    page += b"/Resources<</Font<</F 4 0 R>>>>>>"
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids),
        content,
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *[page] * count,
    )


def _pdfs() -> Made:
    line = b"BT /F 12 Tf 40 700 Td (Bees dance to tell the others.) Tj ET\n"
    whole = pages(stream(line), 3)
    yield "pdf", "whole.pdf", whole
    for share in (0.05, 0.5, 0.9):
        yield "cut pdfs", f"{share:.0%}.pdf", cut(whole, share)
    for number in range(6):
        yield "damaged pdfs", f"{number}.pdf", damaged(whole, number, 8)
    bomb = packed_zeros(1_000_000_000)
    yield "pdf bombs", "1 GB stream.pdf", pages(stream(bomb, b"/Filter/FlateDecode"))
    twice = zlib.compress(bomb, 9)
    yield (
        "pdf bombs",
        "twice packed.pdf",
        pages(stream(twice, b"/Filter[/FlateDecode/FlateDecode]")),
    )
    yield "pdf bombs", "a million lines.pdf", pages(stream(line * 300_000))
    yield "pdf bombs", "graphics states.pdf", pages(stream(b"q " * 4_000_000))
    yield "many pages", "5000.pdf", pages(stream(line), 5000)
    yield "many pages", "100000.pdf", pages(stream(line), 100_000)
    loop = b"<</Type/Pages/Count 1/Kids[2 0 R]>>"
    yield "pdf loops", "pages.pdf", pdf(b"<</Type/Catalog/Pages 2 0 R>>", loop)
    outline = b"<</Type/Catalog/Pages 2 0 R/Outlines 2 0 R/First 1 0 R/Next 1 0 R>>"
    yield "pdf loops", "outline.pdf", pdf(outline, loop)
    yield "pdf loops", "arrays.pdf", pdf(b"[" * 1_000_000)
    locked = b"<</Filter/Standard/V 1/R 2/O(" + b"a" * 32 + b")/U(" + b"b" * 32 + b")/P -4>>"
    trailer = b"trailer <</Root 1 0 R/Encrypt 9 0 R/ID[(a)(a)]>>"
    yield (
        "locked pdfs",
        "locked.pdf",
        whole.replace(
            b"trailer <</Root 1 0 R", b"9 0 obj\n" + locked + b"\nendobj\n" + trailer[:-2]
        ),
    )
    yield "pdf", "nothing.pdf", b"%PDF-1.7"


def zipped(members: dict[str, bytes]) -> bytes:
    """Return a ZIP file; the first member stays unpacked."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number, (name, data) in enumerate(members.items()):
            archive.writestr(name, data, zipfile.ZIP_STORED if number == 0 else None)
    return file.getvalue()


def epub(chapter: bytes, chapters: int = 1, spine: int | None = None) -> bytes:
    """Return an EPUB of so many chapters, all alike, read in a row of so many."""
    items = "".join(
        f'<item id="c{n}" href="{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in range(chapters)
    )
    refs = "".join(f'<itemref idref="c{n % chapters}"/>' for n in range(spine or chapters))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata/>'
        f"<manifest>{items}</manifest><spine>{refs}</spine></package>"
    )
    return zipped(
        {
            "mimetype": b"application/epub+zip",
            "META-INF/container.xml": CONTAINER.encode(),
            "book.opf": package.encode(),
        }
        | {f"{number}.xhtml": chapter for number in range(chapters)}
    )


def _epubs() -> Made:
    page = f"<html><body><h1>One</h1><p>{WORDS * 20}</p></body></html>".encode()
    whole = epub(page, 3)
    yield "epub", "whole.epub", whole
    for share in (0.1, 0.5, 0.95):
        yield "cut epubs", f"{share:.0%}.epub", cut(whole, share)
    for number in range(4):
        yield "damaged epubs", f"{number}.epub", damaged(whole, number)
    yield "epub bombs", "a chapter of 400 MB.epub", epub(b"<p>" + b"bee " * 100_000_000)
    yield "epub bombs", "5000 chapters.epub", epub(page, 5000)
    yield "epub bombs", "one chapter 100000 times.epub", epub(page, 1, 100_000)
    laughs = LAUGHS + "]><html><body><p>&l9;</p></body></html>"
    yield "epub bombs", "entities.epub", epub(laughs.encode())
    yield "epub bombs", "boxes.epub", epub(b"<div>" * 1_000_000 + b"bee")
    yield "epub", "empty.epub", zipped({"mimetype": b"application/epub+zip"})


def docx(body: str, head: str = "") -> bytes:
    """Return a DOCX with that body."""
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>'
    )
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
    )
    document = f'{head}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return zipped(
        {
            "[Content_Types].xml": types.encode(),
            "_rels/.rels": relations.encode(),
            "word/document.xml": document.encode(),
        }
    )


def _docx() -> Made:
    paragraph = f"<w:p><w:r><w:t>{WORDS}</w:t></w:r></w:p>"
    whole = docx(paragraph * 20)
    yield "docx", "whole.docx", whole
    for share in (0.1, 0.5, 0.95):
        yield "cut docx", f"{share:.0%}.docx", cut(whole, share)
    for number in range(4):
        yield "damaged docx", f"{number}.docx", damaged(whole, number)
    yield "docx bombs", "300 MB of words.docx", docx(paragraph * 2_000_000)
    yield (
        "docx bombs",
        "entities.docx",
        docx("<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>", LAUGHS + "]>"),
    )
    yield "docx bombs", "tables in tables.docx", docx("<w:tbl><w:tr><w:tc>" * 20_000)
    yield "docx bombs", "50000 members.docx", zipped({f"{number}": b"" for number in range(50_000)})
    yield "docx", "no document.docx", zipped({"word/other.xml": b"<a/>"})


def _plain() -> Made:
    yield "plain texts", "20 MB of words.txt", WORDS.encode() * 235_000
    yield "plain texts", "20 MB of empty lines.txt", b"bee" + b"\n" * 19_000_000
    yield "plain texts", "20 MB of one word.txt", b"b" * 19_000_000
    yield "plain texts", "too much.txt", WORDS.encode() * 260_000
    yield "plain texts", "empty.txt", b""
    yield "plain texts", "spaces.txt", b" \n\t " * 1000
    for encoding in ("utf-8-sig", "utf-16", "utf-32", "cp1252", "cp1251", "shift_jis", "gb18030"):
        text = "Bienen tanzen, пчёлы танцуют, 蜜蜂跳舞. " * 50
        yield "encodings", f"{encoding}.txt", text.encode(encoding, "replace")
    yield "encodings", "noise.txt", noise(600, 600).tobytes()
    yield "encodings", "one bad byte.txt", WORDS.encode() * 2000 + b"\xff" + WORDS.encode()
    yield "encodings", "half a utf-16.txt", WORDS.encode("utf-16")[:-1]
    yield "encodings", f"nul {SEED}.txt", b"b\0" * 100_000
    yield "other files as texts", "photo.txt", b"\xff\xd8\xff" + bytes(1000)
    yield "other files as texts", "program.md", b"\x7fELF" + bytes(1000)
    yield "other files as texts", "unknown.xyz", WORDS.encode()
    yield "other files as texts", "zip.docx", zipped({"a": b"b"})
    yield "other files as texts", "pdf.epub", b"%PDF-1.7\n" + bytes(100)
