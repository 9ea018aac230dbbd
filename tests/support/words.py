"""Words that try to be more than words, and how to read what a page was given of them."""

from __future__ import annotations

import re

#: Markdown, HTML, formulas, emoji and icon names, colours, addresses of pictures, links, mail,
#: arrows. Its addresses lead to this machine's own port 9: a request would fail, and be seen.
HOSTILE = (
    "![p](http://127.0.0.1:9/p.png) <img src=http://127.0.0.1:9/i.gif onerror=alert(1)> "
    "[l](http://127.0.0.1:9/l) http://127.0.0.1:9/a www.elsewhere.example x@elsewhere.example "
    "**b** _i_ `c` ~~s~~ # h $x^2$ $$y$$ :smile: :material/home: :streamlit: :red[r] "
    ":red-background[g] a -> b -- c <= d <script>alert(2)</script> &amp; &lt; {{7*7}} | t | "
)
#: Where letters turn around and lines end.
TURNING = "x\u202egnp.exe\nnext\u2069 line"

_APART = re.compile(r":color\[\\(.)\]")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def read_back(markdown: str) -> str:
    """Return the words that `plain` made this Markdown of."""
    return _ESCAPED.sub(r"\1", _APART.sub(r"\\\1", markdown))
