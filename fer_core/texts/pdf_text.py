"""What stands where on a PDF's pages, by PDFium; in a worker, for a PDF may be made to break it."""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pypdfium2
import pypdfium2.raw as pdfium

from fer_core.texts.errors import TextDamaged, TextEncrypted, TextTooLarge
from fer_core.texts.tex_codes import tex_letters

MOST_PAGES = 3000
#: Letters of a whole file; a book of 3,000 pages has 9 million.
MOST_LETTERS = 20_000_000
#: A page with fewer letters may be a picture with a stamp on it.
_FEW_LETTERS = 300
_MOST_PICTURES = 50
_ENCRYPTED = (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
#: PDFium puts U+FFFE where a line ends in a hyphen and joins the two lines.
_LINE = re.compile("[^\r\n\ufffe]+\ufffe?")
_WORD = re.compile(r"\S+")
#: Two letters or more of Hebrew, Arabic, Syriac and their like.
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]{2,}")
#: A word with the number of a note: letters, perhaps a sign, figures.
_NOTED = re.compile(r"(\w*[^\W\d]\W{0,3})(\d{1,3})")
#: The number of a note before its first word.
_NOTE = re.compile(r"(\d{1,3})([^\W\d].*)")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
#: The figures of a note are smaller than the word by this.
_RAISED_SIZE = 0.85
_LETTERS = str.maketrans(
    {
        "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st",
        "\uf0b7": "•", "\uf0a7": "▪", "\ufffe": "-", "\x02": "-", "\x00": None,
    }
)  # fmt: skip


@dataclass(slots=True, eq=False)
class Word:
    """A word and its box, in points from the left and the upper edge of the page."""

    text: str
    left: float
    right: float
    top: float
    bottom: float


@dataclass(slots=True, eq=False)
class Line:
    """Words beside each other.

    Attributes:
        words: At least one, in the order of reading.
        bold: Whether its letters are.
        angle: Of writing, in degrees against the page's usual.
        margins: Left and right edge of the column that it stands in; set when columns are known.
        size: Height of its letters, from the lowest to the highest that the font has, in points;
            that of most of its words, as are its edges.
    """

    words: list[Word]
    bold: bool = False
    angle: int = 0
    margins: tuple[float, float] = (0.0, 0.0)
    text: str = field(init=False)
    left: float = field(init=False)
    right: float = field(init=False)
    top: float = field(init=False)
    bottom: float = field(init=False)
    size: float = field(init=False)

    @property
    def is_right_to_left(self) -> bool:
        return self.words[0].left > self.words[-1].left

    def __post_init__(self) -> None:
        words = self.words
        self.text = " ".join([word.text for word in words])
        self.left = min(words[0].left, words[-1].left)
        self.right = max(words[0].right, words[-1].right)
        self.bottom = sorted([word.bottom for word in words])[len(words) // 2]
        self.size = sorted([word.bottom - word.top for word in words])[len(words) // 2]
        self.top = self.bottom - self.size


@dataclass(slots=True)
class PdfPage:
    """One page.

    Attributes:
        lines: In the order in which the file has them.
        height: Of the page as it is read, in points.
        pictured: Share of the page that its largest picture covers; looked at only where there are
            few letters.
    """

    lines: list[Line]
    height: float
    pictured: float = 0.0

    @property
    def letters(self) -> int:
        return sum(sum(map(str.isalnum, line.text)) for line in self.lines)


def read_pages(
    data: bytes, progress: Callable[[float], object] | None = None
) -> tuple[str, Iterator[PdfPage], int]:
    """Return a PDF's title ("" if it has none), its pages one after the other, and their number.

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
    with _known_errors():
        document = pypdfium2.PdfDocument(data)
        count = len(document)
        title = document.get_metadata_value("Title").replace("\x00", "").strip()
    if count > MOST_PAGES:
        raise TextTooLarge(f"This PDF has {count} pages; the most is {MOST_PAGES}.")
    if count == 0:
        raise TextDamaged
    return title, _pages(document, count, progress), count


class _known_errors:  # noqa: N801  (reads as a word)
    """Makes PDFium's errors ours."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, pypdfium2.PdfiumError):
            raise (TextEncrypted if error.err_code in _ENCRYPTED else TextDamaged) from None


def _pages(
    document: pypdfium2.PdfDocument, count: int, progress: Callable[[float], object] | None
) -> Iterator[PdfPage]:
    letters = 0
    for number in range(count):
        with _known_errors():
            page = document[number]
            text = page.get_textpage()
            letters += text.count_chars()
            if letters > MOST_LETTERS:
                raise TextTooLarge
            width, height = page.get_size()
            if page.get_rotation() % 180:
                width, height = height, width  # as its letters are placed
            read = _upright(_PageReader(text).lines(), width, height)
            if text.count_chars() < _FEW_LETTERS:
                read.pictured = _pictured(page) / max(1.0, width * height)
            text.close()
            page.close()
        yield read
        if progress is not None:
            progress((number + 1) / count)


#: A line's words, whether they are bold, and the angle of writing in degrees.
_Placed = tuple[list[Word], bool, int]


class _PageReader:
    """Reads the lines of one page; boxes as PDFium has them, from the lower edge."""

    def __init__(self, page: pypdfium2.PdfTextPage) -> None:
        self._raw = page.raw
        self._rectangle = pdfium.FS_RECTF()
        self._reference = ctypes.byref(self._rectangle)
        count = page.count_chars()
        text = page.get_text_range() if count else ""
        if len(text) != count:  # signs beyond the first plane, or without a meaning
            text = "".join(map(self._letter, range(count)))
        self._text = tex_letters(text, self._is_nameless)

    def lines(self) -> list[_Placed]:
        found: list[_Placed] = []
        for line in _LINE.finditer(self._text):
            words = [
                word
                for match in _WORD.finditer(self._text, *line.span())
                if (word := self._word(match)) is not None
            ]
            if words:
                first = line.start() + len(line.group()) - len(line.group().lstrip())
                found.append((words, self._is_bold(first), self._angle(first)))
        return found

    def _letter(self, at: int) -> str:
        code = pdfium.FPDFText_GetUnicode(self._raw, at)
        return chr(code) if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else "\x00"

    def _is_nameless(self, at: int) -> bool:
        """Whether a letter's font has no name, as bitmap fonts have none."""
        return int(pdfium.FPDFText_GetFontInfo(self._raw, at, None, 0, None)) == 1

    def _word(self, match: re.Match[str]) -> Word | None:
        text, (first, end) = match.group(), match.span()
        if not text.isascii() or text[-1].isdigit() or (end > first + 1 and text[0].isdigit()):
            text = self._read(text, first)
            if not text:
                return None
        # Once for each word of a book: this is where the time goes.
        raw, box, reference = self._raw, self._rectangle, self._reference
        pdfium.FPDFText_GetLooseCharBox(raw, first, reference)
        left, top, right, bottom = box.left, box.top, box.right, box.bottom
        if end > first + 1:
            pdfium.FPDFText_GetLooseCharBox(raw, end - 1, reference)
            if box.right > right:
                right = box.right
            if box.left < left:
                left = box.left
            if box.top > top:
                top = box.top
            if box.bottom < bottom:
                bottom = box.bottom
        return Word(text, left, right, top, bottom)

    def _read(self, text: str, first: int) -> str:
        """Return a word's letters: the number of a note is raised, ligatures are letters."""
        if text[-1].isdigit() and (noted := _NOTED.fullmatch(text)) is not None:
            last = first + len(text) - 1
            size, raised = (pdfium.FPDFText_GetFontSize(self._raw, at) for at in (first, last))
            if raised < _RAISED_SIZE * size:
                text = noted.group(1) + noted.group(2).translate(_RAISED)
        elif (note := _NOTE.fullmatch(text)) is not None:
            size, raised = (
                pdfium.FPDFText_GetFontSize(self._raw, at) for at in (first + note.end(1), first)
            )
            if raised < _RAISED_SIZE * size:
                text = f"{note.group(1)} {note.group(2)}"
        if (turned := _RIGHT_TO_LEFT.search(text)) is not None:
            text = self._turned(text, first, *turned.span())
        text = text.translate(_LETTERS)
        # A soft hyphen counts at the end of a line only.
        return text[:-1].replace("\u00ad", "") + text[-1:]

    def _turned(self, text: str, first: int, start: int, end: int) -> str:
        """Return a word from right to left with its letters as they are read.

        PDFium gives the letters of some Arabic words as they stand, the last one first.
        """
        edges = []
        for at in (first + start, first + end - 1):
            pdfium.FPDFText_GetLooseCharBox(self._raw, at, self._reference)
            edges.append(self._rectangle.left)
        if edges[0] >= edges[1]:
            return text
        return text[:start] + text[start:end][::-1] + text[end:]

    def _is_bold(self, at: int) -> bool:
        if pdfium.FPDFText_GetFontWeight(self._raw, at) >= 600:
            return True
        name = ctypes.create_string_buffer(100)
        pdfium.FPDFText_GetFontInfo(self._raw, at, name, 100, None)
        return b"bold" in name.value.lower() or b"-medi" in name.value.lower()

    def _angle(self, at: int) -> int:
        angle = pdfium.FPDFText_GetCharAngle(self._raw, at)  # clockwise
        return -round(math.degrees(angle)) % 360 if angle > 0 else 0


def _upright(lines: list[_Placed], width: float, height: float) -> PdfPage:
    """Turn a page so that most of its letters stand upright, and measure from its upper edge."""
    angles: Counter[int] = Counter()
    for words, _, angle in lines:
        angles[angle] += sum([len(word.text) for word in words])
    usual = angles.most_common(1)[0][0] if angles else 0
    if usual == 0:
        for words, _, _ in lines:
            for word in words:
                word.top, word.bottom = height - word.top, height - word.bottom
        return PdfPage([Line(*line) for line in lines], height)
    cosine, sine = math.cos(math.radians(usual)), math.sin(math.radians(usual))
    corners = [y * cosine - x * sine for x in (0, width) for y in (0, height)]
    upper = max(corners)
    for words, _, _ in lines:
        for word in words:
            xs, ys = [], []
            for x in (word.left, word.right):
                for y in (word.top, word.bottom):
                    xs.append(x * cosine + y * sine)
                    ys.append(upper - (y * cosine - x * sine))
            word.left, word.right, word.top, word.bottom = min(xs), max(xs), min(ys), max(ys)
    turned = [Line(words, bold, (angle - usual) % 360) for words, bold, angle in lines]
    return PdfPage(turned, upper - min(corners))


def _pictured(page: pypdfium2.PdfPage) -> float:
    """Return the area of a page's largest picture, in square points."""
    largest = 0.0
    pictures = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3)
    for _, picture in zip(range(_MOST_PICTURES), pictures, strict=False):
        left, bottom, right, top = picture.get_bounds()
        largest = max(largest, (right - left) * (top - bottom))
    return largest
