"""DOCX to headings and paragraphs, by way of HTML: lists, tables and footnotes come along."""

from __future__ import annotations

import zipfile
from io import BytesIO
from xml.etree.ElementTree import fromstring

import mammoth

from fer_core.texts.docx_parts import STYLE_MAP, with_all_words
from fer_core.texts.errors import TextDamaged, TextEncrypted, TextTooLarge
from fer_core.texts.html import html_to_page
from fer_core.texts.segmentation import Block

#: Unpacked bytes of the parts that are text.
MOST_BYTES = 100_000_000
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => h2:fresh
comment-reference =>
br[type='page'] => br
br[type='column'] => br
"""
#: So begin Word's files before 2007, and newer ones with a password.
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def docx_to_blocks(data: bytes) -> tuple[str, list[Block]]:
    """Return a DOCX's title ("" if it has none) and its blocks.

    Raises:
        TextDamaged: It cannot be read as a DOCX.
        TextEncrypted: It has a password, or is of Word's old kind.
        TextTooLarge: It unpacks to too much.
    """
    if data.startswith(_OLD_OR_LOCKED):
        raise TextEncrypted(
            "This file has a password or is of Word's old kind (.doc). Save it as DOCX without a "
            "password and open that."
        )
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = [one for one in archive.infolist() if one.filename.endswith((".xml", ".rels"))]
            if sum(one.file_size for one in parts) > MOST_BYTES:
                raise TextTooLarge
            title = _title(archive)
        result = mammoth.convert_to_html(
            BytesIO(with_all_words(data)),
            style_map=f"{_STYLES}{STYLE_MAP}",
            convert_image=mammoth.images.img_element(_no_picture),
        )
    except TextTooLarge:
        raise
    except Exception as error:  # the library raises what it likes on damaged files
        raise TextDamaged from error
    return title, html_to_page(result.value, whole_page=False, bullets=False).blocks


def _no_picture(_image: object) -> dict[str, str]:
    return {"src": ""}


def _title(archive: zipfile.ZipFile) -> str:
    if "docProps/core.xml" not in archive.namelist():
        return ""
    core = fromstring(archive.read("docProps/core.xml"))  # noqa: S314  (expat bounds entities)
    words = next((one.text for one in core.iter() if one.tag.endswith("}title")), "")
    return " ".join((words or "").split())
