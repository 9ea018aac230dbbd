"""EPUB and DOCX open in reading order; locked, broken and endless ones say so."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from fer_core.texts import docx, epub
from fer_core.texts.document import Heading
from fer_core.texts.errors import TextDamaged, TextEncrypted, TextError, TextTooLarge
from fer_core.texts.opening import open_document

PROSE = "Bees dance to tell the others where the flowers are and how far they have to fly. " * 3
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf"/></rootfiles></container>'
)
PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf"><metadata
xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Dance</dc:title>
<dc:language>en</dc:language></metadata><manifest>
<item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="b" href="text/two%20b.xhtml" media-type="application/xhtml+xml"/>
<item id="a" href="text/one.xhtml" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/></spine></package>"""


def zipped(members: dict[str, str]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            stored = zipfile.ZIP_STORED if name == "mimetype" else None
            archive.writestr(name, text, stored)
    return file.getvalue()


def book(**members: str) -> bytes:
    page = (
        '<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>{0}</h1><p>{0}. {1}</p></body></html>'
    )
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "OPS/book.opf": PACKAGE,
            "OPS/nav.xhtml": "<html><body><nav>Contents</nav></body></html>",
            "OPS/text/one.xhtml": page.format("One", PROSE),
            "OPS/text/two b.xhtml": page.format("Two", PROSE),
            **members,
        }
    )


def test_a_book_is_read_in_its_order_with_its_title() -> None:
    shares: list[float] = []
    document = open_document("a.epub", book(), shares.append)
    assert (document.title, document.language) == ("The Dance", "en")
    assert [one.headings for one in document.passages] == [
        (Heading(1, "One"),),
        (Heading(1, "Two"),),
    ]
    assert shares[-1] == 1.0
    assert not any("Contents" in one.text for one in document.passages)


def test_a_book_is_known_by_its_first_bytes_whatever_its_name() -> None:
    assert open_document("book.zip", book()).title == "The Dance"


def test_a_book_that_a_person_packed_again_opens() -> None:
    with zipfile.ZipFile(BytesIO(book())) as archive:
        members = {f"My book/{name}": archive.read(name).decode() for name in archive.namelist()}
    members["__MACOSX/My book/META-INF/._container.xml"] = "\x00"
    document = open_document("a.epub", zipped(dict(reversed(members.items()))))
    assert (document.title, len(document.passages)) == ("The Dance", 2)


def test_a_book_that_lacks_one_chapter_opens_with_the_others() -> None:
    with zipfile.ZipFile(BytesIO(book())) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    del members["OPS/text/one.xhtml"]
    assert [one.section for one in open_document("a.epub", zipped(members)).passages] == ["Two"]


def test_a_chapter_whose_empty_elements_close_themselves_is_read() -> None:
    # For HTML all that follows <title/> is the title.
    chapter = (
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml" '
        'xmlns:epub="http://www.idpf.org/2007/ops"><head><title/><script src="a.js"/></head><body>'
        '<p>Bees<a epub:type="noteref" href="#n">1</a> fly<span epub:type="pagebreak">12</span> on.'
        '</p><aside epub:type="footnote">The note.</aside></body></html>'
    )
    first = open_document("a.epub", book(**{"OPS/text/one.xhtml": chapter})).passages[0]
    assert first.text == "Bees¹ fly on.\n\nThe note."


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("The Dance", "Bees & Ants"),
        ("text/one.xhtml", "Text\\ONE.xhtml"),
        ('<itemref idref="n"/><itemref idref="a"/><itemref idref="b"/>', ""),
        ("application/xhtml+xml", "text/x-oeb1-document"),
    ],
    ids=["stray ampersand", "other case", "empty spine", "old media type"],
)
def test_a_book_put_together_carelessly_has_all_its_chapters(wrong: str, right: str) -> None:
    package = PACKAGE.replace(wrong, right)
    sections = {
        one.section for one in open_document("a.epub", book(**{"OPS/book.opf": package})).passages
    }
    assert sections == {"One", "Two"}


def test_a_book_without_its_container_is_found_by_its_package() -> None:
    with zipfile.ZipFile(BytesIO(book())) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    del members["META-INF/container.xml"]
    assert open_document("a.epub", zipped(members)).title == "The Dance"


def test_a_book_locked_by_its_seller_says_so() -> None:
    noise = "".join(chr(1 + n * 7 % 31) for n in range(2000))
    locked = book(**{"META-INF/encryption.xml": "<e/>", "OPS/text/one.xhtml": noise})
    with pytest.raises(TextEncrypted, match="locked by its seller"):
        open_document("a.epub", locked)


def test_a_book_without_its_chapters_is_damaged() -> None:
    data = zipped({"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER})
    with pytest.raises(TextDamaged):
        open_document("a.epub", data)


def test_a_book_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epub, "MOST_BYTES", 20_000)
    with pytest.raises(TextTooLarge):
        epub.epub_to_book(book(**{"OPS/text/one.xhtml": "<p>" + "bee " * 10_000}))


def test_entities_do_not_unfold_to_gigabytes() -> None:
    laughs = '<!DOCTYPE p [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(12)
    )
    bomb = laughs + "]><package>&m;</package>"
    with pytest.raises(TextError):
        open_document("a.epub", book(**{"OPS/book.opf": bomb}))


BODY = """<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>
<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>The dance</w:t></w:r></w:p>
<w:p><w:r><w:t xml:space="preserve">{} </w:t></w:r><w:r><w:t>x &lt; y</w:t></w:r></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Bee</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>km</w:t></w:r>
</w:p></w:tc></w:tr></w:tbl></w:body></w:document>"""
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
STYLES = (
    '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>'
    "</w:styles>"
)
STYLE_RELATION = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/styles" Target="styles.xml"/></Relationships>'
)


def letter() -> bytes:
    return zipped(
        {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": RELATIONS,
            "word/document.xml": BODY.format(PROSE),
            "word/styles.xml": STYLES,
            "word/_rels/document.xml.rels": STYLE_RELATION,
        }
    )


def test_a_word_file_has_its_headings_words_and_tables() -> None:
    document = open_document("My_dance.docx", letter())
    assert document.title == "My dance"
    assert document.passages[0].headings == (Heading(1, "The dance"),)
    assert "x < y" in document.passages[0].text
    assert "Bee | km" in "\n".join(one.text for one in document.passages)


FORMULAS = """<w:document
xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><w:body>
<w:p><w:r><w:t xml:space="preserve">So </w:t></w:r>
<m:oMath><m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e>
<m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup><m:r><m:t>+1</m:t></m:r></m:oMath><w:r><w:rPr><w:vanish/>
</w:rPr><w:t>HIDDEN</w:t></w:r><w:r><w:t xml:space="preserve"> holds on </w:t></w:r>
<w:fldSimple w:instr="DATE"><w:r><w:t>Monday</w:t></w:r></w:fldSimple></w:p>
<m:oMathPara><m:oMath><m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>c</m:t></m:r></m:den>
</m:f></m:oMath></m:oMathPara><w:p><m:oMath>{}<m:r><m:t>deep</m:t></m:r>{}</m:oMath></w:p>
</w:body></w:document>"""


def test_formulas_and_fields_of_a_word_file_are_words_and_hidden_ones_are_not() -> None:
    deep = ("<m:d><m:e>" * 200, "</m:e></m:d>" * 200)
    data = zipped(
        {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": RELATIONS,
            "word/document.xml": FORMULAS.format(*deep),
        }
    )
    _, (first, second, third) = docx.docx_to_blocks(data)
    assert first.text == "So x^2+1 holds on Monday"
    assert second.text == "(a+b)/c"
    assert third.text.strip("()") == "deep"


def test_a_word_file_cut_short_is_damaged() -> None:
    with pytest.raises(TextDamaged):
        open_document("a.docx", letter()[:700])


def test_a_word_file_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx, "MOST_BYTES", 500)
    with pytest.raises(TextTooLarge):
        docx.docx_to_blocks(letter())
