"""What the reading page remembers."""

from __future__ import annotations

from dataclasses import dataclass

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
    """

    opened_from: str = ""
    opened: Document | None = None
    one_at_a_time: bool = False
    gone_to: int | None = None

    def close_text(self) -> None:
        """Forget the text that was opened: the next reading begins with another one."""
        self.opened_from, self.opened = "", None
