"""Cards as a table for spreadsheets and other programs, and back.

CSV keeps everything of a card but its answers, its schedule too; what a spreadsheet would run as a
formula is made harmless, and read back as it was. Anki's form is in `anki`. The whole history as a
ZIP, answers included, is `storage.archive`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sized
from datetime import UTC, datetime
from typing import Any, NamedTuple

from fer_core.recall.cards import Card, CardKind, Schedule, Source, Stage
from fer_core.recall.errors import CardFileInvalid, CardInvalid
from fer_core.recall.making import card_name
from fer_core.sizes import too_large
from fer_core.spreadsheet import TableWriter, harmless_cell
from fer_core.texts.encoding import decode
from fer_core.texts.errors import TextError

#: More cards come from no learner; a file of so many is a mistake, or meant to fill the disk.
MOST_CARDS = 20_000
LARGEST_FILE_BYTES = 20_000_000

COLUMNS = (
    "kind", "front", "back", "choices", "terms", "text", "passage", "created", "read", "due",
    "stage", "step", "stability", "difficulty", "answered", "card_id", "text_id", "passage_id",
)  # fmt: skip
#: Other names under which the two needed columns are found.
_OTHER_NAMES = {"question": "front", "answer": "back", "frage": "front", "antwort": "back"}
#: A name of ours: the same card comes back as the same.
_NAME = re.compile(r"[0-9a-f]{24}")
_MOMENTS = ("created", "read", "due", "answered")


class Imported(NamedTuple):
    """What a file of cards gave.

    Attributes:
        cards: In the order of the file.
        left_out: Notes without words, such as pictures: nothing can be asked about them here.
    """

    cards: tuple[Card, ...]
    left_out: int = 0


def to_csv(cards: Iterable[Card]) -> str:
    """Return cards as a table, one a line, with a header; several choices stand on lines."""
    out = io.StringIO()
    table = TableWriter(out, COLUMNS)
    for card in cards:
        schedule = card.schedule
        row = (
            str(card.kind),
            card.front,
            card.back,
            _lines(card.choices),
            _lines(card.terms),
            card.source.text_title,
            card.source.passage,
            _moment(card.created_at),
            _moment(card.source.read_at),
            _moment(schedule.due_at),
            str(schedule.stage),
            schedule.step,
            schedule.stability,
            schedule.difficulty,
            _moment(schedule.last_at),
            card.card_id,
            card.source.text_id,
            card.source.passage_id,
        )
        table.write(map(_marked, row))
    return out.getvalue()


def from_csv(data: bytes, at: float, *, owner: str = "") -> Imported:
    """Read cards from a table: what `to_csv` wrote, or any with the columns front and back.

    Args:
        data: The file. Columns are parted by commas, semicolons or tabs.
        at: Now, seconds since the epoch: cards without a schedule of their own are due at once.
        owner: Whose they will be.

    Raises:
        CardFileInvalid: There are no cards in it, or one cannot be read; the message says where.
    """
    text = text_of(data)
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    cards: list[Card] = []
    names: list[str] = []
    for number, row in numbered_rows(rows):
        if not names:
            names = [
                _OTHER_NAMES.get(name, name) for name in (cell.strip().casefold() for cell in row)
            ]
            if not {"front", "back"} <= set(names):
                raise CardFileInvalid(
                    "The first line of the table has to name its columns, front and back among "
                    "them. Nothing was imported."
                )
            continue
        if not any(cell.strip() for cell in row):
            continue
        cells = {name: _as_it_was(cell) for name, cell in zip(names, row, strict=False)}
        try:
            cards.append(_card_of(cells, at, owner))
        except CardInvalid as error:
            raise wrong_row(number, error.message) from None
        except ValueError as error:
            raise wrong_row(number, f"{str(error).capitalize()}.") from None
        check_count(cards)
    if not cards:
        raise CardFileInvalid
    return Imported(tuple(cards))


def _card_of(cells: Mapping[str, str], at: float, owner: str) -> Card:
    kind = CardKind.OWN
    if cells.get("kind", "").strip():
        try:
            kind = CardKind(cells["kind"].strip().casefold())
        except ValueError:
            raise ValueError(f"the kind is none of {', '.join(CardKind)}") from None
    moments = {name: _seconds(cells.get(name, ""), name) for name in _MOMENTS}
    created = at if moments["created"] is None else moments["created"]
    source = Source(
        text_id=cells.get("text_id", "")[:40],
        text_title=cells.get("text", ""),
        passage_id=cells.get("passage_id", "")[:80],
        passage=cells.get("passage", ""),
        read_at=moments["read"],
    )
    name = cells.get("card_id", "").strip()
    front, back = cells.get("front", "").strip(), cells.get("back", "").strip()
    return Card(
        card_id=name if _NAME.fullmatch(name) else card_name(owner, source, kind, front),
        kind=kind,
        front=front,
        back=back,
        created_at=created,
        schedule=_schedule_of(cells, moments, at),
        choices=tuple(cells.get("choices", "").split("\n")) if cells.get("choices") else (),
        terms=tuple(cells.get("terms", "").split("\n")) if cells.get("terms") else (),
        source=source,
    )


def _schedule_of(
    cells: Mapping[str, str], moments: Mapping[str, float | None], at: float
) -> Schedule:
    stage = cells.get("stage", "").strip().casefold()
    if not stage or stage == Stage.NEW:
        due = moments["due"]
        return Schedule(at if due is None else due)
    if stage not in set(Stage):
        raise ValueError(f"the stage is none of {', '.join(Stage)}")
    due = moments["due"]
    if due is None:
        raise ValueError("a card that was answered needs the moment when it is due")
    step = _number(cells.get("step", ""), "step")
    return Schedule(
        due_at=due,
        stage=Stage(stage),
        step=None if step is None else int(step),
        stability=_number(cells.get("stability", ""), "stability"),
        difficulty=_number(cells.get("difficulty", ""), "difficulty"),
        last_at=moments["answered"],
    )


def text_of(data: bytes) -> str:
    """Return a file's text, its lines ended by newlines.

    Raises:
        CardFileInvalid: It is too large, or no text.
    """
    if len(data) > LARGEST_FILE_BYTES:
        size = too_large("This file", len(data), LARGEST_FILE_BYTES)
        raise CardFileInvalid(f"{size} Nothing was imported.")
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise CardFileInvalid("This file is no text. Nothing was imported.")
    try:
        text = decode(data)
    except TextError:
        raise CardFileInvalid("This file is no text. Nothing was imported.") from None
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def numbered_rows(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a table, numbered from 1.

    Raises:
        CardFileInvalid: One cannot be read.
    """
    number = 0
    while True:
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error:
            raise wrong_row(
                number, "Its quotation marks do not close, or a cell is too long."
            ) from None
        yield number, row


def check_count(cards: Sized) -> None:
    """Refuse a file of more cards than any learner has.

    Raises:
        CardFileInvalid: There are more.
    """
    if len(cards) > MOST_CARDS:
        raise CardFileInvalid(f"A file can hold {MOST_CARDS} cards. Nothing was imported.")


def wrong_row(number: int, reason: str) -> CardFileInvalid:
    """Return the error that says where a file is wrong."""
    return CardFileInvalid(f"Row {number}: {reason} Nothing was imported.")


def _marked(value: Any) -> Any:
    """Mark words that look like a cell made harmless, so that they are read back as they are."""
    return f"'{value}" if isinstance(value, str) and _as_it_was(value) != value else value


def _as_it_was(cell: str) -> str:
    """Take the apostrophe off that made a cell harmless."""
    bare = cell[1:]
    return bare if cell.startswith("'") and harmless_cell(bare) != bare else cell


def _lines(words: Iterable[str]) -> str:
    return "\n".join(" ".join(word.split()) for word in words)


def _moment(at: float | None) -> str:
    return "" if at is None else datetime.fromtimestamp(at, UTC).isoformat()


def _seconds(cell: str, name: str) -> float | None:
    if not cell.strip():
        return None
    try:
        moment = datetime.fromisoformat(cell.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise ValueError(f"{name} is no moment such as 2026-11-20T09:00:00+00:00") from None


def _number(cell: str, name: str) -> float | None:
    try:
        return float(cell) if cell.strip() else None
    except ValueError:
        raise ValueError(f"{name} is no number") from None
