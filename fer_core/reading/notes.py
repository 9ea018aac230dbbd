"""What a reader adds to a passage: sentences that they highlighted, and a note of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

LONGEST_NOTE = 2000

#: Where a sentence lies in its passage: first character, and the one after its last.
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PassageNote:
    """A reader's highlights and note on one passage.

    The words of the text are not in it, only where they stand: a history keeps no text that it was
    not asked to keep.

    Attributes:
        passage_id: The passage.
        sentences: The highlighted stretches in characters of the passage, in order, apart.
        note: The reader's own words, at most 2,000 characters; may be empty.

    Raises:
        ValueError: The stretches run into each other or backwards, or the note is too long.
    """

    passage_id: str
    sentences: tuple[Span, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if len(self.note) > LONGEST_NOTE:
            raise ValueError(f"a note has at most {LONGEST_NOTE} characters")
        last = 0
        for start, end in self.sentences:
            if not last <= start < end:
                raise ValueError("highlights must lie in order and apart")
            last = end

    def __bool__(self) -> bool:
        return bool(self.sentences or self.note)

    def toggled(self, spans: Iterable[Span]) -> PassageNote:
        """Return it with these sentences highlighted, or none of them where all of them were."""
        chosen, held = set(spans), set(self.sentences)
        sentences = held - chosen if chosen <= held else held | chosen
        return replace(self, sentences=tuple(sorted(sentences)))

    def with_note(self, note: str) -> PassageNote:
        """Return it with another note, without the white space around it."""
        return replace(self, note=note.strip()[:LONGEST_NOTE])

    def quotes(self, text: str) -> list[str]:
        """Return the highlighted words.

        Args:
            text: Of the passage.
        """
        return [piece for start, end in self.sentences if (piece := text[start:end].strip())]
