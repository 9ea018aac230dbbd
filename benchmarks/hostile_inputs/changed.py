"""Files that were right, changed by chance, as `--fuzz` sends them; the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.hostile_inputs import Door, Input
from benchmarks.hostile_inputs.documents import docx, epub, pages, stream
from benchmarks.hostile_inputs.drawing import encoded, face
from benchmarks.hostile_inputs.files import FORMATS
from benchmarks.hostile_inputs.texts import WORDS
from tests.support.mutations import (
    Change,
    changed,
    changed_archive,
    changed_json,
    changed_table,
    seeded,
)

PAGE = (
    "<html lang=en><head><meta charset=utf-8><title>Bees</title></head><body><nav>Menu</nav>"
    f"<h1>One</h1><p>{WORDS}</p><table><tr><td>a<td>b</table><ul><li>c<li>d</ul></body></html>"
)
MARKDOWN = (
    "---\ntitle: Bees\nquestions:\n  - prompt: Why?\n    choices: [a, b]\n    correct: 0\n---\n"
    f"# One\n\n{WORDS}- a\n- b\n\n|a|b|\n|-|-|\n|c|d|\n\n[^1]: x $y$ `c` **b** [l](http://a)\n"
)
PARAGRAPH = (
    f"<w:p><w:pPr><w:pStyle w:val='Heading1'/></w:pPr><w:r><w:t>{WORDS}</w:t></w:r></w:p>"
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
)
LINE = "BT /F 12 Tf 40 {} Td (Bees dance to tell the others where to fly, {}.) Tj ET\n"
CARDS = 'front,back\nWhat dances?,bees\nWhy?,"to tell, others"\n'
ANKI = "#separator:tab\n#html:true\n#notetype column:1\nBasic\tWhat?\tbees\nCloze\t{{c1::a}} b\tc\n"
MARKERS = "time,until,words\n12:30,,Question 3\n0:20:00,0:27:30,phone\n2026-11-26T18:04:05Z,,bell\n"
SESSION: dict[str, Any] = {
    "consent": {"version": "1", "accepted_at": "2026-01-01T00:00:00Z"},
    "retention": "none",
    "title": "Chapter 3",
    "goal": "Understand it",
    "plan": {"focus_min": 25, "break_min": 5},
    "time_zone": "Europe/Berlin",
    "text": {
        "title": "Bees",
        "passages": [{"passage_id": "a", "text": WORDS}, {"passage_id": "b", "text": WORDS}],
        "questions": [
            {"passage_id": "a", "prompt": "Why?", "choices": ["x", "y"], "correct": 0},
        ],
    },
}
CARDS_IN: dict[str, Any] = {"cards": [{"front": "What dances?", "back": "bees"}]}
REQUEST = (
    "POST /api/v1/analyses?mode=frame HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n"
    "Content-Length: 400\r\nX-Frame-Id: 1\r\nConnection: close\r\n\r\n"
)


def inputs(count: int, seed: int) -> Iterator[Input]:
    """Make so many changed files, each kind in turn."""
    kinds = _kinds()
    for number in range(count):
        door, name, original, change = kinds[number % len(kinds)]
        data = change(original, seeded(seed, number))
        yield Input(f"changed {name}", f"{number}{name}", data, door)


def _kinds() -> list[tuple[Door, str, Any, Change]]:
    lines = "".join(LINE.format(760 - 14 * row, row) for row in range(40)).encode()
    files: list[tuple[Door, str, Any, Change]] = [
        ("document", ".pdf", pages(stream(lines), 3), changed),
        ("document", ".epub", epub(PAGE.encode(), 3), changed_archive),
        ("document", ".docx", docx(PARAGRAPH * 4), changed_archive),
        ("document", ".html", PAGE.encode(), changed),
        ("document", ".md", MARKDOWN.encode(), changed),
        ("document", ".txt", WORDS.encode() * 4, changed),
        ("sessions", ".json", SESSION, changed_json),
        ("cards", ".json", CARDS_IN, changed_json),
        ("deck", ".csv", CARDS.encode(), changed_table),
        ("anki", ".txt", ANKI.encode(), changed_table),
        ("markers", ".csv", MARKERS.encode(), changed_table),
        ("wire", ".http", REQUEST.encode() + bytes(400), changed),
    ]
    drawn = face(200)
    pictures = {"JPEG": {}, "PNG": {}, **FORMATS}
    return files + [
        ("picture", f".{form.lower()}", encoded(drawn, form, **options), changed)
        for form, options in pictures.items()
    ]
