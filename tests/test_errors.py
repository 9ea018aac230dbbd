"""The trees drawn in the docstrings of the errors are those that stand below them."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

import fer_core.errors
import fer_core.recall.errors
import fer_core.texts.errors
import fer_core.video.errors
from fer_core.errors import FerError

MODULES = (
    fer_core.errors,
    fer_core.recall.errors,
    fer_core.texts.errors,
    fer_core.video.errors,
)


def drawn(errors: ModuleType) -> dict[str, str]:
    """Return the base of each class, as the tree shows it."""
    bases: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"    ([│├└─ ]*)([A-Z]\w+)", line)
        if found is None:
            continue
        depth = len(found[1]) // 4
        path[depth:] = [found[2]]
        if depth:
            bases[found[2]] = path[depth - 1]
    return bases


@pytest.mark.parametrize("errors", MODULES, ids=lambda module: module.__name__)
def test_the_tree_shows_every_error_below_its_base(errors: ModuleType) -> None:
    defined = {
        kind.__name__: kind.__mro__[1].__name__
        for kind in FerError.kinds()
        if kind.__module__ == errors.__name__ and kind is not FerError
    }
    assert drawn(errors) == defined


def test_every_error_says_something_of_its_own_to_the_user() -> None:
    homes = {errors.__name__ for errors in MODULES}
    messages = [kind.default_message for kind in FerError.kinds() if kind.__module__ in homes]
    assert all(message.endswith(".") for message in messages)
    assert len(set(messages)) == len(messages)
