"""What keys ask for is done once, and what a browser sends is not trusted to have a form."""

from __future__ import annotations

import pytest

from app.parts.companion import CompanionMemory


def sent(*numbers: int, stream: str = "a", press: str = "pause") -> dict[str, object]:
    return {"stream": stream, "items": [{"n": number, "press": press} for number in numbers]}


def test_a_press_that_is_sent_again_counts_once() -> None:
    memory = CompanionMemory()
    assert memory.take(sent(1)) == ["pause"]
    assert memory.take(sent(1, 2)) == ["pause"]
    assert memory.take(sent(1, 2)) == []


def test_after_a_reload_presses_count_from_one_again() -> None:
    memory = CompanionMemory("a", 7)
    assert memory.take(sent(1, stream="b")) == ["pause"]


@pytest.mark.parametrize(
    "presses",
    [None, "pause", 3, [], {}, {"items": 1}, {"items": ["pause"]}, {"items": [{"n": "1"}]},
     sent(1, press="erase"), {"items": [{"n": None, "press": "pause"}]}],
)  # fmt: skip
def test_what_has_no_form_asks_for_nothing(presses: object) -> None:
    assert CompanionMemory().take(presses) == []
