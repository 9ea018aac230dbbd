"""What Word shows of a DOCX and its parts say elsewhere: numbers, headings by outline, hiding."""

from __future__ import annotations

import pytest

from fer_core.texts.docx import docx_to_blocks
from fer_core.texts.errors import TextEncrypted
from tests.texts.test_packed import RELATIONS, STYLE_RELATION, TYPES, zipped

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
STYLES = f"""<w:styles {W}>
<w:style w:type="paragraph" w:styleId="H2"><w:name w:val="Heading 2"/></w:style>
<w:style w:type="paragraph" w:styleId="Own"><w:name w:val="My Head"/><w:basedOn w:val="H2"/>
</w:style>
<w:style w:type="paragraph" w:styleId="Listed"><w:name w:val="List Number"/><w:pPr><w:numPr>
<w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Toc"><w:name w:val="toc 1"/></w:style>
<w:style w:type="character" w:styleId="Hid"><w:name w:val="Hid"/><w:rPr><w:vanish/></w:rPr>
</w:style></w:styles>"""
NUMBERING = f"""<w:numbering {W}><w:abstractNum w:abstractNumId="7">
<w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1.%2)"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0">
<w:startOverride w:val="1"/></w:lvlOverride></w:num></w:numbering>"""


def lines_of(body: str) -> list[str]:
    data = zipped(
        {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": RELATIONS,
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
            "word/styles.xml": STYLES,
            "word/_rels/document.xml.rels": STYLE_RELATION,
            "word/numbering.xml": NUMBERING,
        }
    )
    _, blocks = docx_to_blocks(data)
    return [
        f"{'#' * block.level}{line}" for block in blocks for line in block.text.split("\n") if line
    ]


def paragraph(words: str, *, style: str = "", item: str = "", level: int = 0) -> str:
    list_id = (
        f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{item}"/></w:numPr>' if item else ""
    )
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    runs = words if words.startswith("<") else f"<w:r><w:t>{words}</w:t></w:r>"
    return f"<w:p><w:pPr>{named}{list_id}</w:pPr>{runs}</w:p>"


def test_items_have_the_numbers_that_word_shows() -> None:
    body = "".join(
        [
            paragraph("three", item="1"),
            paragraph("a", item="1", level=1),
            paragraph("between"),
            paragraph("four", item="1"),
            paragraph("a again", item="1", level=1),
            paragraph("bullet", item="2"),
            paragraph("by its style", style="Listed"),
            paragraph("anew", item="3"),
            paragraph("none", style="Listed", item="0"),
        ]
    )
    assert lines_of(body) == [
        *("3. three", "  3.a) a", "between", "4. four", "  4.a) a again", "• bullet"),
        *("5. by its style", "1. anew", "none"),
    ]


def test_headings_are_known_by_what_their_style_is_based_on_and_by_outline() -> None:
    outlined = '<w:p><w:pPr><w:outlineLvl w:val="2"/></w:pPr><w:r><w:t>Third</w:t></w:r></w:p>'
    assert lines_of(paragraph("Own", style="Own") + outlined + paragraph("text")) == [
        *("##Own", "###Third", "text")
    ]


def test_hidden_styles_and_the_table_of_contents_are_left_out() -> None:
    hidden = '<w:r><w:rPr><w:rStyle w:val="Hid"/></w:rPr><w:t>no</w:t></w:r>'
    contents = (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/>'
        f"</w:docPartObj></w:sdtPr><w:sdtContent>{paragraph('Contents')}</w:sdtContent></w:sdt>"
    )
    body = contents + paragraph("One ... 3", style="Toc")
    assert lines_of(body + paragraph(f"{hidden}<w:r><w:t>yes</w:t></w:r>")) == ["yes"]


@pytest.mark.parametrize("parted", ['<w:br w:type="page"/>', '<w:br w:type="column"/>', "<w:cr/>"])
def test_words_before_and_after_a_break_stay_apart(parted: str) -> None:
    words = f"<w:r><w:t>before</w:t>{parted}<w:t>after</w:t></w:r>"
    assert lines_of(paragraph(words)) == ["before", "after"]


def test_what_is_moved_up_or_down_in_small_letters_is_raised_or_lowered() -> None:
    moved = '<w:r><w:rPr><w:position w:val="{}"/><w:sz w:val="19"/></w:rPr><w:t>2</w:t></w:r>'
    words = f"<w:r><w:t>x</w:t></w:r>{moved.format(8)}<w:r><w:t>, H</w:t></w:r>{moved.format(-6)}"
    assert lines_of(paragraph(f"{words}<w:r><w:t>O</w:t></w:r>")) == ["x², H₂O"]


def test_words_old_files_and_locked_ones_are_told_apart_from_damage() -> None:
    with pytest.raises(TextEncrypted, match="password or is of Word's old kind"):
        docx_to_blocks(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
