"""Files changed by chance open, or say in the user's words why not; no reader stumbles."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fer_core.texts.errors import TextError
from fer_core.texts.formats import format_of
from fer_core.texts.worker import open_file
from tests.support.mutations import Change, changed, changed_archive, seeded
from tests.texts.test_packed import PROSE, book, letter

PAGE = f"<html><title>a</title><nav>b</nav><h1>c</h1><p>{PROSE}<table><tr><td>d</table>".encode()
NOTES = (
    f"---\ntitle: a\n---\n# b\n\n{PROSE}\n\n- c\n\n|a|b|\n|-|-|\n|c|d|\n\n$x$ `y` **z**\n".encode()
)
FILES: dict[str, tuple[Callable[[], bytes], Change]] = {
    "a.epub": (book, changed_archive),
    "a.docx": (letter, changed_archive),
    "a.html": (lambda: PAGE, changed),
    "a.md": (lambda: NOTES, changed),
    "a.txt": (PROSE.encode, changed),
}


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_opens_or_says_why_not(name: str) -> None:
    make, change = FILES[name]
    whole, ends = make(), set()
    for seed in range(40):
        data = change(whole, seeded(seed)) or b" "
        request = {"format": str(format_of(name, data)), "title": "a", "decoded": False}
        try:
            made, _ = open_file(request, data, lambda _: None)
        except TextError as error:
            ends.add(error.code)
        else:
            assert made["passages"]
            ends.add("opened")
    # Some changes hurt and some do not: else the test would look at one side only.
    assert "opened" in ends
    assert len(ends) > 1
