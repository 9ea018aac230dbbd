"""What the reading page remembers."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.parts.memory import PageMemory
from fer_core.texts.document import Document


@dataclass(slots=True)
class ReadingMemory(PageMemory):
    """Of one tab.

    Attributes:
        opened_from: What names the source of the text that is open before a start; empty: none is.
        opened: That text.
        one_at_a_time: Whether one passage is shown at a time, with buttons.
        gone_to: The heading that was gone to last, counted from 0; None: none.
        result_at: In the result: the passage that was gone to last, from 1.
        result_step: Grows with each going there.
        picked: What was clicked last in each chart of the passage map.
        numbered: The number that was typed last to go to; None: none.
    """

    opened_from: str = ""
    opened: Document | None = None
    one_at_a_time: bool = False
    gone_to: int | None = None
    result_at: int = 1
    result_step: int = 0
    picked: dict[str, int | None] = field(default_factory=dict)
    numbered: int | None = None

    def go_to(self, number: int) -> None:
        """Go to a passage of the result, by its number from 1."""
        self.result_at = number
        self.result_step += 1

    def close_text(self) -> None:
        """Forget the text that was opened: the next reading begins with another one."""
        self.opened_from, self.opened = "", None
