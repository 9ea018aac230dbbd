"""Encodings that a person can choose for a text, in their own words, and what shows a choice."""

from __future__ import annotations

import re

from fer_core.texts.document import Document

#: By the web's names; the likeliest first, then by where their letters are at home.
ENCODINGS: dict[str, str] = {
    "utf-8": "Unicode (UTF-8), all newer texts",
    "windows-1252": "Western Europe, Windows",
    "macintosh": "Western Europe, old Macs",
    "iso-8859-15": "Western Europe, with the euro",
    "windows-1250": "Central Europe, Windows",
    "iso-8859-2": "Central Europe, Unix",
    "windows-1257": "Baltic",
    "windows-1254": "Turkish",
    "windows-1258": "Vietnamese",
    "windows-1251": "Cyrillic, Windows",
    "koi8-r": "Cyrillic, Unix",
    "koi8-u": "Ukrainian, Unix",
    "iso-8859-5": "Cyrillic, ISO",
    "ibm866": "Cyrillic, DOS",
    "x-mac-cyrillic": "Cyrillic, old Macs",
    "windows-1253": "Greek, Windows",
    "iso-8859-7": "Greek, Unix",
    "windows-1255": "Hebrew, Windows",
    "iso-8859-8": "Hebrew, Unix",
    "windows-1256": "Arabic, Windows",
    "iso-8859-6": "Arabic, Unix",
    "windows-874": "Thai",
    "shift_jis": "Japanese, Windows",
    "euc-jp": "Japanese, Unix",
    "iso-2022-jp": "Japanese, mail",
    "gb18030": "Chinese, simplified",
    "big5": "Chinese, traditional",
    "euc-kr": "Korean",
    "utf-16le": "Unicode in two bytes (UTF-16)",
    "utf-16be": "Unicode in two bytes, the other way round",
}
_WITH_LETTERS_BEYOND_ASCII = re.compile(r"\w*[^\x00-\x7f\u2010-\u205e«»·•]\w*")


def in_words(encoding: str) -> str:
    """Return what an encoding is called: its people's words, and the web's name."""
    words = ENCODINGS.get(encoding)
    return encoding if words is None else f"{words} ({encoding})"


def telling_words(document: Document, most: int = 12) -> list[str]:
    """Return words with letters beyond A to Z, the first of each: they show whether it fits."""
    found: dict[str, None] = {}
    for passage in document.passages:
        for match in _WITH_LETTERS_BEYOND_ASCII.finditer(passage.text):
            found[match.group()[:40]] = None
            if len(found) == most:
                return list(found)
    return list(found)
