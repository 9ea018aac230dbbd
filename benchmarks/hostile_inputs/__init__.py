"""Inputs made to hurt, for `benchmarks/hostile.py`: pictures, texts and documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

#: Where an input goes: a document to the core's door for files, bytes on the "wire" to the API's
#: port, "json" to the operation that it was made for, the others to the API's operations.
Door = Literal[
    "picture",
    "text",
    "document",
    "sessions",
    "cards",
    "deck",
    "anki",
    "markers",
    "wire",
    "json",
]


class Input(NamedTuple):
    """One input.

    Attributes:
        kind: What is hostile about it; inputs of one kind differ in size or place.
        name: Of this one; a document's ending says how it is read.
        data: The bytes.
        door: Where it goes.
    """

    kind: str
    name: str
    data: bytes
    door: Door = "picture"


def every_input() -> Iterator[Input]:
    """Make every input, one after the other; the same bytes each time."""
    from benchmarks.hostile_inputs import documents, files, jpegs, pngs, shapes, texts

    for module in (jpegs, pngs, shapes, files, texts, documents):
        yield from module.inputs()
