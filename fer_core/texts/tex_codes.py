"""Letters of PDFs that TeX made with bitmap fonts, which tell no letters but only their codes.

The codes are those of its encodings: T1 ("Cork", 1990) and OT1, of which the ligatures alone differ
from ASCII where it matters here. Without them "difficult" reads "di cult" and "Fuß" "Fuÿ".
"""

from __future__ import annotations

import re
from collections.abc import Callable

_LOW = str.maketrans(
    {
        "\x10": "“", "\x11": "”", "\x12": "„", "\x13": "«", "\x14": "»", "\x15": "–", "\x16": "—",
        "\x1b": "ﬀ", "\x1c": "ﬁ", "\x1d": "ﬂ", "\x1e": "ﬃ", "\x1f": "ﬄ",
        "\x0b": "ﬀ", "\x0c": "ﬁ", "\x0e": "ﬃ", "\x0f": "ﬄ",
    }
)  # fmt: skip
#: Only T1 has these; a page with one is in it.
_SIGNS_OF_T1 = frozenset(map(chr, (*range(0x10, 0x17), *range(0x1B, 0x20))))
#: From code 128 on.
_CORK = (
    "ĂĄĆČĎĚĘĞĹĽŁŃŇŊŐŔŘŚŠŞŤŢŰŮŸŹŽŻĲİđ§"
    "ăąćčďěęğĺľłńňŋőŕřśšşťţűůÿźžżĳ¡¿£"
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖŒØÙÚÛÜÝÞẞ"
    "àáâãäåæçèéêëìíîïðñòóôõöœøùúûüýþß"
)
#: By itself it is the bullet of TeX's companion font (TS1), which has no name either.
_BULLET = re.compile(r"(?<!\S)Ĺ(?!\S)")


def tex_letters(text: str, is_nameless: Callable[[int], bool]) -> str:
    """Return a page's text, of the same length, with letters for the codes of TeX's bitmap fonts.

    Args:
        text: The page's text as its file tells it.
        is_nameless: Whether the letter at a place is in a font without a name, as those are.
    """
    if not _SIGNS_OF_T1.isdisjoint(text):
        text = "".join(
            _CORK[ord(letter) - 0x80] if "\x80" <= letter <= "\xff" and is_nameless(at) else letter
            for at, letter in enumerate(text)
        )
        text = _BULLET.sub("•", text)
    return text.translate(_LOW)
