"""Words of others on a page: what a learner or a text says is never taken for markup."""

from __future__ import annotations

import html

_SIGNS = frozenset("\\`*_{}[]#+~|$:")


def plain(words: str) -> str:
    """Return words as Markdown that shows them as they are.

    Titles and captions are Markdown on a page: left alone, the address of a picture in a title
    would be fetched by the browser.
    """
    escaped = "".join(f"\\{sign}" if sign in _SIGNS else sign for sign in words)
    return html.escape(escaped, quote=False)
