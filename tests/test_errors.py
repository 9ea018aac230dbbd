"""The tree drawn in the docstring of errors is the one that stands below it."""

from __future__ import annotations

import re

from fer_core import errors
from fer_core.errors import FerError


def drawn() -> dict[str, str]:
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


def test_the_tree_shows_every_error_below_its_base() -> None:
    defined = {
        name: value.__mro__[1].__name__
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, FerError) and value is not FerError
    }
    assert drawn() == defined


def test_every_error_says_something_of_its_own_to_the_user() -> None:
    kinds = [value for value in vars(errors).values() if isinstance(value, type)]
    messages = [kind.default_message for kind in kinds if issubclass(kind, FerError)]
    assert all(message.endswith(".") for message in messages)
    assert len(set(messages)) == len(messages)
