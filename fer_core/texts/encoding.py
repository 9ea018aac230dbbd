"""Bytes to letters, as a browser does it: the mark, the page's own word, UTF-8, the best guess.

Names of encodings come from the WHATWG table (Encoding Standard) alone, so that no file chooses
one of Python's other codecs. One bad byte never refuses a book: it becomes U+FFFD.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import charset_normalizer
import webencodings

from fer_core.texts.errors import EncodingUnknown, TextDamaged

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
#: A declaration further down is none (HTML standard, prescan of a byte stream).
_PRESCAN_BYTES = 1024
_META_CHARSET = re.compile(
    rb"<meta[\s/][^<>]{0,200}?charset[ \t]{0,20}=[ \t]{0,20}[\"']?[ \t]{0,20}"
    rb"([A-Za-z0-9_.:-]{1,40})",
    re.I,
)
_XML_ENCODING = re.compile(rb"\A\s{0,20}<\?xml[^<>]{0,100}encoding=[\"']([A-Za-z0-9_.:-]{1,40})")
#: So few bytes in a thousand that are no UTF-8 are damage; more are another encoding.
_DAMAGED_PER_THOUSAND = 2.0
#: Old single-byte encodings of languages in Latin letters, the most common first.
_LATIN = (
    *("windows-1252", "windows-1250", "windows-1254", "windows-1257"),
    *("iso-8859-15", "iso-8859-2", "macintosh"),
)
#: The others that are still about, as the guess calls them, and as the web calls them.
_OTHERS = {
    "cp1251": "windows-1251", "cp1253": "windows-1253", "cp1255": "windows-1255",
    "cp1256": "windows-1256", "cp874": "windows-874", "koi8_r": "koi8-r",
    "iso8859_5": "iso-8859-5",
    "shift_jis": "shift_jis", "cp932": "shift_jis", "euc_jp": "euc-jp", "gb18030": "gb18030",
    "gbk": "gbk", "big5": "big5", "euc_kr": "euc-kr", "cp949": "euc-kr",
}  # fmt: skip
#: Old single-byte encodings of other scripts, by the letters that are most of any text in them,
#: the commonest first.
_CYRILLIC = "оаеинтсрвлкмдпуіяыьзйбгј"
_GREEK = "αοιτεςνσηυρπκμλάέίόώύήωγδ"
_HEBREW = "יוהלאמרתבנשםחכקדעטפ"
_ARABIC = "اليمنوترهعبدةسفكحقأش"
_THAI = "านรอกเงมยลวดทสตีิ่้ัปคะแหจขพใไ์ู"
_BY_SCRIPT = {
    **dict.fromkeys(
        ("windows-1251", "koi8-r", "iso-8859-5", "koi8-u", "x-mac-cyrillic", "ibm866"), _CYRILLIC
    ),
    **dict.fromkeys(("windows-1253", "iso-8859-7"), _GREEK),
    **dict.fromkeys(("windows-1255", "iso-8859-8"), _HEBREW),
    **dict.fromkeys(("windows-1256", "iso-8859-6"), _ARABIC),
    "windows-874": _THAI,
}
#: A capital counts for so much of its letter: in KOI8 each stands where a small one should.
_CAPITAL = 0.8
#: Other tables and languages stay below.
_LEAST_LIKE = 0.48
_SAMPLE_BYTES = 100_000
#: So much of the words that tell tables apart is enough, and takes a tenth of a second.
_TELLING_BYTES = 20_000
_FROM_BEYOND = re.compile(rb"[\x80-\xff]\S{0,20000}")
#: Signs of Chinese and Japanese, and Thai, which has few spaces.
_CJK_SIGNS = re.compile("[\u3000-\u30ff\uff00-\uffef\u0e00-\u0e7f]")
_EAST_ASIAN = re.compile(
    "[ -~\r\n\u0e00-\u0e7f\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef]"
)
#: Mail in Japanese switches tables by these; nothing in it is beyond ASCII.
_ISO_2022_JP = re.compile(rb"\x1b\$[@B]")
#: More control characters than this share, and the file is no text.
_MOST_CONTROLS = 0.01
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
#: Letters that no language writes together: those of the first in a text with the second are
#: letters of another table. Icelandic has no ç and no à (as Turkish, Baltic, Croatian look then),
#: Estonian no á (Hungarian), and who writes è or æ writes no š (Croatian, Slovene).
_NEVER_TOGETHER = (
    ("ðþýÐÞÝ", "çüÇÜ"),
    ("ðþÐÞ", "èàëõâêîôûñãäšžÈÀËÕÂÊÎÔÛÑÃÄŠŽ"),
    ("èæÈÆ", "šžŠŽ"),
    ("ŕĺđŔĹĐ", "ţőűăŢŐŰĂ"),
    ("ğşĞŞ", "àëõÀËÕ"),
    ("ąĄ", "áíúýřůěÁÍÚÝŘŮĚ"),
    ("õûÕÛ", "áóÁÓ"),
    ("đĐ", "ąľĄĽ"),
)
#: Signs that begin no word: š, ž, œ and their capitals stand in their places in ISO 8859-2 and -15.
_NOT_BEFORE_WORDS = frozenset("¹®©¾¦¨´¸¼½")
#: Signs that stand inside a word.
_WORD_SIGNS = frozenset("'’-‐\u00ad·_.@/&ªº")


class Decoded(NamedTuple):
    """A text and how it was read.

    Attributes:
        text: The letters.
        encoding: Its name on the web (WHATWG), in small letters; "utf-32" stands for itself.
    """

    text: str
    encoding: str


def decode(data: bytes, *, html: bool = False) -> str:
    """Return the text that bytes hold; see `read`."""
    return read(data, html=html).text


def read(data: bytes, *, html: bool = False, encoding: str = "") -> Decoded:
    """Return the text that bytes hold, and the encoding in which they were read.

    Args:
        data: The file.
        html: Whether a declaration inside it counts.
        encoding: Read it in this one, whatever it looks like: a label of the WHATWG table.

    Raises:
        EncodingUnknown: The web knows no such encoding.
        TextDamaged: They are no text in any encoding, or not in that one.
    """
    if encoding:
        chosen = webencodings.lookup(encoding)
        if chosen is None or chosen.name == "x-user-defined":
            raise EncodingUnknown
        text = _by(chosen.name, data).removeprefix("\ufeff")
        return _checked(text, chosen.name, "Read like this, the file is no text. Choose another.")
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            shown = name if name == "utf-8" else name.replace("-le", "le").replace("-be", "be")
            return _checked(data[len(mark) :].decode(name, "replace"), shown)
    if (order := _unmarked_utf16(data)) is not None:
        return _checked(data.decode(order, "replace"), order.replace("16-", "16"))
    if html and (declared := declared_encoding(data)) is not None:
        return _checked(_by(declared.name, data), declared.name)
    if data.isascii() and _ISO_2022_JP.search(data):
        return _checked(_by("iso-2022-jp", data), "iso-2022-jp")
    text = data.decode("utf-8", "replace")
    if (bad := text.count("\ufffd") - data.count("\ufffd".encode())) == 0:
        return _checked(text, "utf-8")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore")) - text.count("\ufffd")
    if bad <= len(data) * _DAMAGED_PER_THOUSAND / 1000 and beyond_ascii > 4 * bad:
        return _checked(text, "utf-8")
    name = _guessed(_telling(data))
    return _checked(_by(name, data), name)


def _unmarked_utf16(data: bytes) -> str | None:
    """Return the order of bytes of UTF-16 without its mark; None for everything else.

    Spaces and signs of ASCII have a zero byte there, on one side and seldom on the other. Chinese
    and Japanese without any have signs of their own.
    """
    sample = data[:_SAMPLE_BYTES]
    if len(data) % 2:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if 50 * (even + odd) < len(sample) or max(even, odd) < 4 * min(even, odd):
        return next(filter(partial(_is_east_asian, sample), ("utf-16-le", "utf-16-be")), None)
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_east_asian(sample: bytes, order: str) -> bool:
    text = sample.decode(order, "replace")
    signs, letters = len(_CJK_SIGNS.findall(text)), len(_EAST_ASIAN.findall(text))
    return 20 * signs >= len(text) and 10 * letters >= 9 * len(text)


def declared_encoding(data: bytes) -> webencodings.Encoding | None:
    """Return the encoding that a page declares, if the web knows it."""
    head = data[:_PRESCAN_BYTES]
    match = _META_CHARSET.search(head) or _XML_ENCODING.match(head)
    encoding = None if match is None else webencodings.lookup(match.group(1).decode("ascii"))
    if encoding is None:
        return None
    # By the standard: a declaration that could be read is not in UTF-16.
    names = {"utf-16le": "utf-8", "utf-16be": "utf-8", "x-user-defined": "windows-1252"}
    return webencodings.lookup(names.get(encoding.name, encoding.name))


def _guessed(sample: bytes) -> str:
    """Return the name of the encoding in which the words look most like writing."""
    if (name := _of_another_script(sample)) is not None:
        return name
    best = charset_normalizer.from_bytes(sample, cp_isolation=list(_OTHERS)).best()
    candidates = [*_LATIN]
    if best is not None and best.encoding in _OTHERS:
        candidates.append(_OTHERS[best.encoding])
    return min(candidates, key=lambda name: (_oddity(_by(name, sample)), candidates.index(name)))


def _telling(data: bytes) -> bytes:
    """Return the words with bytes beyond ASCII, from wherever in the file they stand.

    All others read the same in every table.
    """
    words: list[bytes] = []
    at, room = 0, _TELLING_BYTES
    while room > 0 and (match := _FROM_BEYOND.search(data, at)) is not None:
        before = data[max(at, match.start() - 100) : match.start()]
        begin = b"" if not before or before[-1:].isspace() else before.split()[-1]
        words.append(begin + match.group()[:room])
        room -= len(words[-1]) + 1
        at = match.end()
    return b" ".join(words)


def _of_another_script(sample: bytes) -> str | None:
    """Return the encoding in which bytes are words of a script that is not Latin; None for others.

    The same bytes are letters in all of these tables, but only in the right one those that are
    common. Of equal ones the first counts.
    """
    scores = {name: _likeness(_by(name, sample), common) for name, common in _BY_SCRIPT.items()}
    name = max(scores, key=lambda name: scores[name])
    return name if scores[name] > _LEAST_LIKE else None


def _likeness(text: str, common: str) -> float:
    """Return how like a language's the letters of a text are: 1 were its commonest letter alone."""
    beyond = [letter for letter in text if ord(letter) > 127 and not letter.isspace()]
    if not beyond:
        return 0.0
    weights = {letter: 1.0 - rank / len(common) / 2 for rank, letter in enumerate(common)}
    capital = 1.0 if text.isupper() else _CAPITAL
    weights |= {letter.upper(): capital * value for letter, value in weights.items()} | weights
    return sum(weights.get(letter, 0.0) for letter in beyond) / len(beyond) - _oddity(text)


def _by(name: str, data: bytes) -> str:
    encoding = webencodings.lookup(name)
    assert encoding is not None, name  # noqa: S101  (one of the table's names)
    return str(encoding.codec_info.decode(data, "replace")[0])


def _oddity(text: str) -> float:
    """Return how unlike writing a text is, a share of its letters beyond ASCII.

    Signs inside words, capitals after small letters, letters of two scripts in one word, and what
    could not be decoded are seldom written and often the mark of a wrong encoding.
    """
    odd = sum(1 for _ in _oddities(text))
    for letters, others in _NEVER_TOGETHER:
        if any(map(text.__contains__, others)) and "ã" not in text and "å" not in text:
            odd += sum(map(text.count, letters))
    beyond = sum(1 for letter in text if ord(letter) > 127)
    return odd / max(1, beyond)


def _oddities(text: str) -> Iterator[str]:
    kinds = {letter: _kind(letter) for letter in set(text)}
    before, earlier = " ", "space"
    script = ""
    for position, letter in enumerate(text):
        kind = kinds[letter]
        if ord(letter) > 127:
            after = kinds[text[position + 1]] if position + 1 < len(text) else "space"
            before_word = (
                letter in _NOT_BEFORE_WORDS and text[position + 1 : position + 4].isalpha()
            )
            if before_word or letter == "¤" or kind in ("bad", "control"):
                yield letter
            elif kind == "sign" and letter not in _WORD_SIGNS:
                if earlier in _LETTERS and after in _LETTERS:
                    yield letter
            elif kind == "upper" and earlier == "lower" and before != "\u2019":
                yield letter
        elif kind == "upper" and earlier == "lower" and ord(before) > 127:
            yield letter
        if kind in _LETTERS:
            now = unicodedata.name(letter, "").split(" ", 1)[0]
            if script and now != script and {now, script} & {"LATIN", "CYRILLIC", "GREEK"}:
                yield letter
            script = now
        else:
            script = ""
        before, earlier = letter, kind


_LETTERS = ("lower", "upper", "letter")


def _kind(letter: str) -> str:
    if letter == "\ufffd" or 0x80 <= ord(letter) < 0xA0:
        return "bad"
    category = unicodedata.category(letter)
    if category[0] == "L":
        return {"Lu": "upper", "Ll": "lower"}.get(category, "letter")
    if category in ("Cc", "Co", "Cn"):
        return "space" if letter in "\n\r\t" else "control"
    return "space" if letter.isspace() else "digit" if category[0] == "N" else "sign"


_NO_TEXT = "This file is not a text, whatever its name says."


def _checked(text: str, encoding: str, otherwise: str = _NO_TEXT) -> Decoded:
    if len(_CONTROLS.findall(text[:_SAMPLE_BYTES])) > _MOST_CONTROLS * len(text[:_SAMPLE_BYTES]):
        raise TextDamaged(otherwise)
    return Decoded(_CONTROLS.sub("", text), encoding)
