"""Markdown, HTML and front matter on which a careless reader takes quadratic time, or worse."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.hostile_inputs import Input

WORDS = "Bees dance to tell the others where the flowers are and how far they have to fly.\n\n"
#: What stands before, in the middle again and again, and after; how often, to be as long as taken.
Repeated = tuple[str, str, str, int]

MARKDOWN: dict[str, Repeated] = {
    "headings and spaces": ("# a", " ", "b", 1_400_000),
    "open links": ("", "[a](", "b", 300_000),
    "open brackets": ("", "[", "b", 1_400_000),
    "pictures in pictures": ("", "![", "](a)", 700_000),
    "stars": ("a", "*", "b", 1_400_000),
    "stars and letters": ("", "*a_", "b", 400_000),
    "backticks": ("", "`", "b", 1_400_000),
    "growing backticks": ("", "`` ` ", "b", 300_000),
    "quotes": ("", ">", " b", 1_400_000),
    "lists in lists": ("", "- ", "b", 700_000),
    "numbered lists": ("", "1. ", "b", 400_000),
    "a table of columns": ("|", "a|", "\n|" + "-|" * 1000 + "\n", 700_000),
    "a table of rows": ("a|b\n-|-\n", "c|d\n", "", 300_000),
    "footnotes": ("b[^1]\n\n", "[^1]: [^1]\n", "", 100_000),
    "definitions": ("", "[a]: b\n", "[a]", 150_000),
    "autolinks": ("", "<a@", "b", 400_000),
    "html openers": ("", "<!--", "b", 300_000),
    "entities": ("", "&#0;&amp", "b", 150_000),
    "formulas": ("", "$a", "b", 700_000),
    "escapes": ("", "\\", "b", 1_400_000),
    "line breaks": ("a", "  \n", "b", 400_000),
    "tildes": ("", "~~a", "b", 400_000),
    "fences": ("", "```\n", "b", 300_000),
    "marks on one letter": ("e", "\u0301", "", 700_000),
    "right to left": ("", "\u202e\u05d0", "b", 300_000),
    "nul": ("a", "\0", "b", 1_400_000),
    "one word": ("", "b", "", 1_400_000),
    "paragraphs": ("", "b\n\n", "", 450_000),
}
FRONT_MATTER: dict[str, str] = {
    "an impossible date": "date: 2026-02-30",
    "a bad number": "x: !!int abc",
    "a long number": "x: " + "9" * 5000,
    "brackets": "x: " + "[" * 90_000,
    "braces": "x: " + "{a: " * 20_000,
    "aliases": "a: &a [b,b,b,b,b,b,b,b,b]\n"
    + "\n".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [" + f"*{chr(97 + n)}," * 9 + "]" for n in range(9)
    ),
    "python": "x: !!python/object/apply:os.system ['id']",
    "anchors": "x: " + "&a " * 30_000 + "b",
    "a long key": "? " + "a" * 90_000 + "\n: b",
    "merge keys": "<<: " + "[{a: b}, " * 10_000,
}
HTML: dict[str, Repeated] = {
    "boxes in boxes": ("", "<div>", "b", 280_000),
    "lists in lists": ("", "<ul><li>", "b", 170_000),
    "tables in tables": ("", "<table><tr><td>", "b", 90_000),
    "letters in bold": ("", "<b>", "b", 450_000),
    "misnested": ("", "<b><p>", "b", 220_000),
    "forms": ("", "<a href=x><table>", "b", 80_000),
    "attributes": ("<p ", "a=b ", ">b</p>", 350_000),
    "different attributes": ("<p ", "a{n}=b ", ">b</p>", 100_000),
    "one long attribute": ("<p title='", "a", "'>b</p>", 1_400_000),
    "comments": ("", "<!-- a --", "b", 150_000),
    "half tags": ("", "<", "b", 1_400_000),
    "scripts": ("", "<script>", "b", 170_000),
    "entities": ("", "&lt;&notanentity", "b", 80_000),
    "paragraphs": ("", "<p>Bees dance to the others.</p>", "", 45_000),
    "links": ("", "<a href='#'>bee</a> ", "", 70_000),
    "frames": ("", "<iframe srcdoc='<p>'>", "b", 65_000),
    "formulas": ("", "<math><mi>", "b", 140_000),
    "drawings": ("", "<svg><foreignObject>", "b", 70_000),
    "templates": ("", "<template>", "b", 140_000),
    "selects": ("", "<select><option>", "b", 85_000),
}


def inputs() -> Iterator[Input]:
    for kind, parts in MARKDOWN.items():
        for share in (0.02, 1.0):
            text = WORDS + repeated(parts, share)
            yield Input(f"markdown: {kind}", f"{len(text)}.md", text.encode(), "text")
    for kind, yaml in FRONT_MATTER.items():
        text = f"---\n{yaml}\n---\n\n{WORDS}"
        yield Input(f"front matter: {kind}", f"{len(text)}.md", text.encode(), "text")
    for kind, parts in HTML.items():
        for share in (0.02, 1.0):
            text = f"<p>{WORDS}</p>" + repeated(parts, share)
            yield Input(f"html: {kind}", f"{len(text)}.html", text.encode(), "text")


def repeated(parts: Repeated, share: float) -> str:
    """Write the middle part as often as its count says, or a share of that."""
    before, middle, after, count = parts
    count = max(1, int(count * share))
    if "{n}" in middle:
        return (
            before + "".join(middle.replace("{n}", str(number)) for number in range(count)) + after
        )
    return before + middle * count + after
