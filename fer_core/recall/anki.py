"""Anki's "Notes in Plain Text": cards out and in.

The form, from Anki's manual ("Text files", 2.1.54 and later): lines that begin with # at the top
are headers (`#separator:`, `#html:`, `#notetype column:` and so on), then one note a line, its
fields parted and quoted as in CSV. A note of the type Cloze marks what is asked as
{{c1::word::hint}}, and becomes a card for each of its numbers.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from fer_core.recall.cards import GAP, Card, CardKind, Source
from fer_core.recall.errors import CardFileInvalid, CardInvalid
from fer_core.recall.exchange import Imported, check_count, numbered_rows, text_of, wrong_row
from fer_core.recall.making import own_card

DECK = "Expressions"
_HEADER = "#separator:tab\n#html:false\n#notetype column:1\n#deck column:2\n"
_SEPARATORS = {
    "comma": ",", "semicolon": ";", "tab": "\t", "space": " ", "pipe": "|", "colon": ":",
}  # fmt: skip
#: Columns that are no fields of the note.
_SPECIAL = ("notetype", "deck", "tags", "guid")
_CLOZE = re.compile(r"\{\{c(\d{1,3})::((?:(?!\{\{|\}\}).)*)\}\}", re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>|</(?:div|p|li|tr|h[1-6])\s*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_MEDIA = re.compile(r"\[(?:sound|anki):[^\]]*\]")


def to_anki(cards: Iterable[Card]) -> str:
    """Return cards as notes: cloze cards as type Cloze, the others as Basic.

    Anki offers no choices, so a question's choices stand below it, and a gap is asked without.
    """
    out = io.StringIO()
    out.write(_HEADER)
    notes = csv.writer(out, delimiter="\t", lineterminator="\n")
    for card in cards:
        title = re.sub(r"[\s:\"]+", " ", card.source.text_title).strip()
        deck = f"{DECK}::{title}" if title else DECK
        if card.kind is CardKind.CLOZE and not re.search(r"::|\}\}|\{\{", card.front + card.back):
            gap = "{{c1::" + card.back + "}}"
            notes.writerow(["Cloze", deck, card.front.replace(GAP, gap, 1), card.source.passage])
            continue
        front = card.front
        if card.choices:
            front += "".join(f"\n- {choice}" for choice in card.choices)
        notes.writerow(["Basic", deck, front, card.back])
    return out.getvalue()


@dataclass
class _Headers:
    """What the lines with # say."""

    separator: str = ""
    is_html: bool = True
    columns: dict[str, int] = field(default_factory=dict)
    notetype: str = ""
    deck: str = ""

    def take(self, line: str) -> None:
        name, _, value = line[1:].partition(":")
        name = name.strip().casefold()
        said = value.strip()
        if name == "separator":
            self.separator = _SEPARATORS.get(said.casefold(), said[:1] or "\t")
        elif name == "html":
            self.is_html = said.casefold() != "false"
        elif name.removesuffix(" column") in _SPECIAL and name.endswith(" column"):
            if said.isdecimal() and 1 <= int(said) <= 1000:
                self.columns[name.removesuffix(" column")] = int(said) - 1
        elif name == "notetype":
            self.notetype = said
        elif name == "deck":
            self.deck = said


def from_anki(data: bytes, at: float, *, owner: str = "") -> Imported:
    """Read notes that Anki, or `to_anki`, wrote.

    Args:
        data: The file.
        at: Now, seconds since the epoch: the cards are due at once.
        owner: Whose they will be.

    Raises:
        CardFileInvalid: There are no cards in it, or a line cannot be read.
    """
    lines = text_of(data).split("\n")
    headers = _Headers()
    begin = 0
    while begin < len(lines) and lines[begin].startswith("#"):
        headers.take(lines[begin])
        begin += 1
    first = next((line for line in lines[begin:] if line.strip()), "")
    separator = headers.separator or max("\t;,|", key=first.count)
    if separator in '"\r\n':
        raise CardFileInvalid("The header #separator names a sign that parts no fields.")
    cards: dict[str, Card] = {}
    left_out = 0
    for number, row in numbered_rows(_rows(lines[begin:], separator)):
        if not any(cell.strip() for cell in row):
            continue
        try:
            found = list(_cards_of(row, headers, at, owner))
        except CardInvalid as error:
            raise wrong_row(begin + number, error.message) from None
        left_out += not found
        cards |= {card.card_id: card for card in found}
        check_count(cards)
    if not cards:
        raise CardFileInvalid
    return Imported(tuple(cards.values()), left_out)


def _rows(lines: list[str], separator: str) -> Iterator[list[str]]:
    """Yield the rows of a table; a line with # where one would begin is a remark: an empty row."""
    begins = False

    def remaining() -> Iterator[str]:
        nonlocal begins
        for line in lines:
            yield "\n" if begins and line.startswith("#") else f"{line}\n"
            begins = False

    rows = csv.reader(remaining(), delimiter=separator)
    while True:
        begins = True
        try:
            row = next(rows)
        except StopIteration:
            return
        yield row


def _cards_of(row: list[str], headers: _Headers, at: float, owner: str) -> Iterable[Card]:
    special = set(headers.columns.values())
    fields = [
        _plain(cell, headers.is_html) for place, cell in enumerate(row) if place not in special
    ]
    front, back, *_ = [*fields, "", ""]
    deck = _at(row, headers.columns.get("deck")) or headers.deck
    notetype = _at(row, headers.columns.get("notetype")) or headers.notetype
    title = deck.rpartition("::")[2]
    source = Source(text_title="" if title == DECK else title)
    if _CLOZE.search(front) and (not notetype or "cloze" in notetype.casefold()):
        numbers = sorted({int(match.group(1)) for match in _CLOZE.finditer(front)})
        for number in numbers:
            asked, answer = _open_cloze(front, number)
            yield own_card(
                asked, answer, at, owner=owner, kind=CardKind.CLOZE,
                source=replace(source, passage=back),
            )  # fmt: skip
    elif front and back:
        yield own_card(front, back, at, owner=owner, source=source)


def _open_cloze(text: str, number: int) -> tuple[str, str]:
    """Return what a cloze note asks under one number, and the answer; others are filled in."""
    answers: list[str] = []

    def put(match: re.Match[str]) -> str:
        words, _, hint = match.group(2).partition("::")
        if int(match.group(1)) != number:
            return words
        answers.append(words.strip())
        return f"{GAP} ({hint.strip()})" if hint.strip() else GAP

    # Of one inside another the inner one is opened first.
    while _CLOZE.search(text):
        text = _CLOZE.sub(put, text)
    return text, ", ".join(answer for answer in answers if GAP not in answer)


def _plain(cell: str, is_html: bool) -> str:
    """Return a field as plain text: no markup, no media."""
    if is_html:
        cell = html.unescape(_TAG.sub("", _BREAK.sub("\n", cell))).replace("\xa0", " ")
    return _MEDIA.sub("", cell).strip()


def _at(row: list[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""
