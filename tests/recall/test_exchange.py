"""Cards as CSV and as Anki's text, out and in."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.recall.anki import from_anki, to_anki
from fer_core.recall.cards import GAP, Card, CardKind, Rating, Schedule, Source, Stage
from fer_core.recall.errors import CardFileInvalid
from fer_core.recall.exchange import COLUMNS, LARGEST_FILE_BYTES, from_csv, to_csv
from fer_core.recall.making import make_cards, own_card
from fer_core.recall.scheduling import answered
from tests.recall.test_making import DOCUMENT

NOW = 1_800_000_000.0


def deck() -> list[Card]:
    """Return cards of every kind and every stage, with signs that files trip over."""
    cards = make_cards(DOCUMENT, ["p1", "p2"], NOW, read_at={"p1": NOW - 60})
    odd = own_card('=cmd|"/c calc"', 'two\nlines; a tab\t, "quotes"', NOW)
    schedule = Schedule(NOW)
    moved: list[Card] = []
    for rating in (Rating.GOOD, Rating.GOOD, Rating.AGAIN):
        schedule = answered(schedule, rating, NOW, None)
        moved.append(replace(odd, card_id=f"{len(moved):024x}", schedule=schedule))
    return [*cards, odd, *moved]


def plain(card: Card) -> Card:
    """Return what a table keeps of a card."""
    return replace(card, source=replace(card.source, session_id="", features=None))


def test_a_table_brings_every_card_back_as_it_was() -> None:
    cards = deck()
    stages = {card.schedule.stage for card in cards}
    assert stages == set(Stage)
    assert from_csv(to_csv(cards).encode(), NOW + 99).cards == tuple(map(plain, cards))


def test_a_spreadsheet_runs_nothing() -> None:
    rows = list(csv.reader(io.StringIO(to_csv(deck()))))
    assert rows[0] == list(COLUMNS)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]


words = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), min_size=1
).filter(str.strip)


@given(words, words)
def test_any_words_survive_a_table(front: str, back: str) -> None:
    card = own_card(front, back, NOW)
    (back_again,) = from_csv(to_csv([card]).encode(), NOW).cards
    assert (back_again.front, back_again.back) == (front.strip(), back.strip())


@pytest.mark.parametrize(
    "table",
    [
        "front,back\nWhat?,This",
        "\ufeffFront;Back\r\nWhat?;This\r\n;\r\n",
        "Question\tAnswer\tNotes\nWhat?\tThis\tmine",
        "Antwort,Frage\nThis,What?",
    ],
)
def test_tables_of_other_programs_are_read(table: str) -> None:
    (card,) = from_csv(table.encode(), NOW).cards
    assert (card.front, card.back, card.kind) == ("What?", "This", CardKind.OWN)
    assert card.schedule == Schedule(NOW)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("", "no cards"),
        ("front,back\n", "no cards"),
        ("one,two\na,b", "first line"),
        ("front,back\na,b\nc,", "Row 3: The back of a card cannot be empty"),
        ("kind,front,back\npoem,a,b", "Row 2: The kind is none of"),
        ("kind,front,back\ncloze,a,b", f"Row 2: Write {GAP}"),
        ("front,back,due\na,b,tomorrow", "Row 2: Due is no moment"),
        ("front,back,stage\na,b,review", "Row 2"),
        ("front,back,stage,due\na,b,asleep,2026-01-01", "Row 2: The stage is none of"),
        ('front,back\n"a,b', "quotation marks"),
        ("front,back\n" + "a" * 5000 + ",b", "Row 2: The front of a card can have"),
    ],
)
def test_what_is_wrong_is_said_with_its_row_and_nothing_comes_in(table: str, message: str) -> None:
    with pytest.raises(CardFileInvalid, match=message):
        from_csv(table.encode(), NOW)


def test_a_file_that_is_no_text_or_too_large_is_refused() -> None:
    for read in (from_csv, from_anki):
        with pytest.raises(CardFileInvalid, match="no text"):
            read(b"PK\x03\x04\0\0\0", NOW)
        with pytest.raises(CardFileInvalid, match="20 MB"):
            read(b"a" * (LARGEST_FILE_BYTES + 1), NOW)


# Anki


def test_notes_have_ankis_headers_and_cloze_deletions() -> None:
    lines = to_anki(deck()).split("\n")
    assert lines[:4] == [
        "#separator:tab", "#html:false", "#notetype column:1", "#deck column:2",
    ]  # fmt: skip
    cloze = next(line for line in lines if line.startswith("Cloze\t"))
    assert "{{c1::" in cloze
    assert "Expressions::" in cloze


def test_notes_bring_their_cards_back() -> None:
    cards = [card for card in deck() if not (card.choices and card.kind is CardKind.QUESTION)]
    back = from_anki(to_anki(cards).encode(), NOW).cards
    kept = {(card.front, card.back) for card in cards}
    assert {(card.front, card.back) for card in back} == kept
    cloze = next(card for card in back if card.kind is CardKind.CLOZE)
    assert cloze.source.passage == DOCUMENT.passages[0].text
    assert cloze.source.text_title == DOCUMENT.title


def test_a_line_of_a_field_that_begins_with_a_hash_is_no_remark() -> None:
    card = own_card("first\n# second", "back\n#3 is last", 0.0)
    (back,) = from_anki((to_anki([card]) + "# a remark\n").encode(), 0.0).cards
    assert (back.front, back.back) == (card.front, card.back)


def test_a_question_has_its_choices_below_it() -> None:
    question = next(card for card in deck() if card.kind is CardKind.QUESTION)
    (back,) = from_anki(to_anki([question]).encode(), NOW).cards
    assert back.front == "How large is the heart?\n- fist\n- head"


def test_what_anki_exports_is_read() -> None:
    notes = (
        "#separator:tab\n#html:true\n#guid column:1\n#notetype column:2\n#deck column:3\n"
        "#tags column:6\n"
        "x1\tBasic\tSchool::Biology\tWhat <b>pumps</b>&nbsp;blood?\tThe&lt;heart&gt;\tbody\n"
        'x2\tCloze\tSchool::Biology\t"The {{c1::heart::organ}} pumps<br>{{c2::blood}} and '
        '{{c1::rests}}."\t\t\n'
        "x3\tBasic\tSchool\t<img src=a.png>\t[sound:b.mp3]\t\n"
    )
    cards, left_out = from_anki(notes.encode(), NOW)
    assert [(card.kind, card.front, card.back) for card in cards] == [
        (CardKind.OWN, "What pumps blood?", "The<heart>"),
        (CardKind.CLOZE, f"The {GAP} (organ) pumps\nblood and {GAP}.", "heart, rests"),
        (CardKind.CLOZE, f"The heart pumps\n{GAP} and rests.", "blood"),
    ]
    assert left_out == 1
    assert {card.source.text_title for card in cards} == {"Biology"}


@pytest.mark.parametrize(
    "notes",
    ["What?;This\n", "What?\tThis", "#separator:Semicolon\nWhat?;This", "# a remark\nWhat?,This"],
)
def test_plain_lists_are_notes_too(notes: str) -> None:
    (card,) = from_anki(notes.encode(), NOW).cards
    assert (card.front, card.back) == ("What?", "This")


@pytest.mark.parametrize("notes", ["", "#separator:tab\n", "only one field\n", "{{c1::}}\t"])
def test_a_file_without_notes_says_so(notes: str) -> None:
    with pytest.raises(CardFileInvalid):
        from_anki(notes.encode(), NOW)


def test_words_that_anki_would_take_for_its_own_stay_words() -> None:
    card = own_card(f"A {GAP} of C++.", "std::vector", NOW, kind=CardKind.CLOZE)
    (back,) = from_anki(to_anki([card]).encode(), NOW).cards
    assert (back.front, back.back) == (card.front, card.back)


@given(words, words)
def test_any_words_survive_anki(front: str, back: str) -> None:
    card = own_card(front, back, NOW)
    if "{{c" in front:
        return
    (again,) = from_anki(to_anki([card]).encode(), NOW).cards
    assert (again.front, again.back) == (card.front, card.back)


def test_the_source_of_an_own_card_is_kept() -> None:
    card = own_card("a", "b", NOW, source=Source(text_id="t", passage_id="p2", passage="words"))
    assert from_csv(to_csv([card]).encode(), NOW).cards == (card,)
