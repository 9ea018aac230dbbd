"""Words of others on a page: what a learner or a text says is never taken for markup."""

from __future__ import annotations

import re

from fer_core.words import escaped, one_line

#: What a page makes something else of after it has read the Markdown, where no backslash helps:
#: addresses become links, ":smile:" and ":material/home:" pictures, "->" an arrow.
_SEEN_LATER = re.compile(
    r"(:(?=[\w+/-]+:|//)|(?<=www)\.|@|-(?=[->])|<(?=[-=])|[>~](?==))", re.IGNORECASE
)


def plain(words: str) -> str:
    r"""Return words as Markdown for `st.*` that shows them letter by letter, on one line.

    Titles, captions and labels are Markdown on a page: left alone, the address of a picture in a
    title would be fetched by the browser. A sign that Streamlit would see in the finished text
    stands in a span of its own: "color" without a colour is a span without a style.

    >>> plain("*a* -> b")
    '\\*a\\* :color[\\-]\\> b'
    """
    pieces = _SEEN_LATER.split(one_line(words))
    return "".join(
        f":color[\\{piece}]" if place % 2 else escaped(piece) for place, piece in enumerate(pieces)
    )
