"""What arrives of web pages and PDFs: words, their order, what is hidden.

    python benchmarks/texts.py

The PDFs are made on the spot, each with its text beside it: by hand (tests/synthetic/printed.py),
by Chromium, and by LaTeX and LibreOffice where they are installed. Recall and precision count
words, each as often as it occurs; order is the share of the words found that stand in one common
sequence. The pages (tests/texts/awkward_pages.py) tell what a browser shows of them and what it
hides. Prints tables and writes benchmarks/results/texts.json.
"""

from __future__ import annotations

import html
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import chain
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import sync_playwright

from fer_core.errors import FerError
from fer_core.texts.html import html_to_page
from fer_core.texts.pdf import pdf_to_blocks
from tests.support.browser import chromium_path, launch
from tests.synthetic.printed import Printed, make_printed
from tests.texts.awkward_pages import PAGES

RESULTS = Path(__file__).parent / "results" / "texts.json"

ENGLISH = (
    "The reader finds difficult offices, first flights and half-hearted efforts there. Bees dance "
    "on the comb to tell the others where the flowers are and how far they have to fly. The angle "
    "of the dance to the vertical is the angle of the flight to the sun. Its length says how far."
)
GERMAN = (
    "Die Schülerin öffnet das Lehrbuch und kehrt später zur schwierigsten Stelle zurück. "
    "Aufmerksamkeitsspannen unterscheiden sich; Wiederholungen und Zusammenfassungen helfen den "
    "meisten Leserinnen und Lesern beim Verständnis außerordentlich."
)
#: What an article is made of: kind, words. Notes are printed at the foot of their page.
ARTICLE: list[tuple[str, str]] = [
    ("h1", "How bees find home"),
    ("p", ENGLISH),
    ("p", GERMAN),
    ("h2", "The dance"),
    ("p", f"{ENGLISH} {GERMAN} {ENGLISH}"),
    ("li", "round dances tell of flowers nearby"),
    ("li", "waggle dances tell of flowers far away, and of their direction to the sun"),
    ("p", f"{GERMAN} {GERMAN}"),
    ("h2", "The way back"),
    ("p", f"{ENGLISH} {ENGLISH} {GERMAN}"),
    ("p", f"Last of all: {GERMAN}"),
]


class Document(NamedTuple):
    """One PDF of a tool, with the text that it prints."""

    tool: str
    printed: Printed


def words_of(parts: list[tuple[str, str]], bullet: str = "•") -> str:
    return " ".join(f"{bullet} {words}" if kind == "li" else words for kind, words in parts)


def as_html(parts: list[tuple[str, str]], style: str = "") -> str:
    body, listed = "", False
    for kind, words in parts:
        if (kind == "li") != listed:
            body += "<ul>" if kind == "li" else "</ul>"
            listed = not listed
        body += f"<{kind}>{html.escape(words)}</{kind}>"
    return (
        f"<!doctype html><html lang=de><head><meta charset=utf-8><style>{style}</style></head>"
        f"<body>{body}</body></html>"
    )


def by_chromium() -> Iterator[Document]:
    """Print an article from a browser: in one column, two, three, with heads, turned."""
    if chromium_path() is None:
        return
    head = "<div style='font-size:8px;width:100%;text-align:center'>{}</div>"
    numbers = head.format("<span class=pageNumber></span> / <span class=totalPages></span>")
    long = ARTICLE * 3
    kinds: list[tuple[str, str, list[tuple[str, str]], dict[str, object]]] = [
        ("one column", "", ARTICLE, {}),
        ("justified, hyphens", "body{text-align:justify;hyphens:auto}", ARTICLE, {}),
        ("two columns", "body{columns:2;font-size:11px}", long, {}),
        ("three columns", "body{columns:3;font-size:10px}", long, {"landscape": True}),
        (
            "heads and page numbers",
            "",
            long,
            {
                "display_header_footer": True,
                "header_template": head.format("Of bees and homes"),
                "footer_template": numbers,
                "margin": {"top": "2cm", "bottom": "2cm"},
                "format": "A6",
            },
        ),
        ("large letters", "body{font:20px/1.8 sans-serif}", ARTICLE, {}),
        ("indented, without white", "p{margin:0;text-indent:1.5em}", ARTICLE, {}),
    ]
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        for name, style, parts, options in kinds:
            page.set_content(as_html(parts, style))
            data = page.pdf(**{"format": "A4", **options})  # type: ignore[arg-type]
            # A browser draws its bullets: they are no letters.
            yield Document("Chromium", Printed(name, data, words_of(parts, bullet="")))
        browser.close()


def by_latex() -> Iterator[Document]:
    """Set an article with LaTeX."""
    if shutil.which("pdflatex") is None:
        return
    long = ARTICLE * 2
    for name, kind, parts in (
        ("article", r"\documentclass{article}", ARTICLE),
        ("article, bitmap fonts", r"\documentclass{article}", ARTICLE),
        ("article, two columns", r"\documentclass[twocolumn]{article}", long),
        ("book with heads", r"\documentclass[twoside,a5paper]{book}", ARTICLE * 4),
        ("report, 12 pt", r"\documentclass[12pt]{report}\pagestyle{headings}", ARTICLE * 3),
    ):
        chapters = "book" in kind or "report" in kind
        levels = {"h1": "chapter*" if chapters else "section*", "h2": "subsection*"}
        body = "".join(
            f"\\{levels[part]}{{{words}}}\n\n"
            if part in levels
            else f"\\begin{{itemize}}\\item {words}\\end{{itemize}}\n\n"
            if part == "li"
            else f"{words}\n\n"
            for part, words in parts
        )
        marks = r"\markboth{BEES AND HOMES}{HOMES AND BEES}" if chapters else ""
        letters = "" if "bitmap" in name else r"\usepackage{lmodern}"
        source = (
            f"{kind}\\usepackage[utf8]{{inputenc}}\\usepackage[T1]{{fontenc}}{letters}"
            f"\\begin{{document}}{marks}{body}\\end{{document}}"
        )
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "a.tex").write_text(source, encoding="utf-8")
            subprocess.run(
                ["pdflatex", "-interaction=batchmode", "a.tex"],
                cwd=folder,
                check=False,
                capture_output=True,
            )
            data = Path(folder, "a.pdf").read_bytes()
        yield Document("LaTeX", Printed(name, data, words_of(parts)))


def by_libreoffice() -> Iterator[Document]:
    """Let LibreOffice write what a word processor exports."""
    if shutil.which("soffice") is None:
        return
    for name, style in (
        ("page", ""),
        ("justified", "p{text-align:justify}"),
        ("small letters", "body{font-size:8pt}"),
        ("indented", "p{margin:0;text-indent:1cm}"),
    ):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "a.html").write_text(as_html(ARTICLE * 2, style), encoding="utf-8")
            for source, target in (("a.html", "odt:writer8"), ("a.odt", "pdf")):
                subprocess.run(
                    [
                        *("soffice", "--headless", "--convert-to", target, "--outdir", folder),
                        *(f"-env:UserInstallation=file://{folder}/profile", f"{folder}/{source}"),
                    ],
                    check=False,
                    capture_output=True,
                )
            data = Path(folder, "a.pdf").read_bytes()
        # Its import of HTML loses a heading that a page begins with; it is not in the PDF.
        yield Document("LibreOffice", Printed(name, data, words_of((ARTICLE * 2)[1:])))


def by_hand() -> Iterator[Document]:
    for printed in make_printed():
        yield Document("by hand", printed)


def compared(found: list[str], expected: list[str]) -> dict[str, float]:
    """Return recall and precision of words, and how many of the words found are in order."""
    common = sum((Counter(found) & Counter(expected)).values())
    blocks = SequenceMatcher(None, found, expected, autojunk=False).get_matching_blocks()
    return {
        "recall": common / len(expected),
        "precision": common / max(1, len(found)),
        "order": sum(block.size for block in blocks) / max(1, common),
    }


def pages_read() -> dict[str, int]:
    """Return how many awkward pages there are, and what was read and hidden of them."""
    counts = Counter(pages=len(PAGES))
    for page in PAGES:
        words = "\n\n".join(block.text for block in html_to_page(page.markup).blocks)
        counts["shown"] += len(page.shown)
        counts["read"] += sum(one in words for one in page.shown)
        counts["hidden"] += len(page.hidden)
        counts["left_out"] += sum(one not in words for one in page.hidden)
    return counts


def main() -> None:
    pages = pages_read()
    print(
        f"{pages['pages']} web pages: {pages['read']} of {pages['shown']} parts that a browser "
        f"shows were read, {pages['left_out']} of {pages['hidden']} hidden ones left out\n"
    )
    results: list[tuple[str, str, dict[str, float]]] = []
    print(f"{'tool':12} {'PDF':28} recall  precision  order")
    for tool, printed in chain(by_hand(), by_chromium(), by_latex(), by_libreoffice()):
        try:
            _, blocks, _ = pdf_to_blocks(printed.data)
            found = " ".join(block.text for block in blocks).split()
        except FerError as error:
            print(error.message)
            found = []
        figures = compared(found, printed.expected.split())
        results.append((tool, printed.name, figures))
        print(
            f"{tool:12} {printed.name:28} {figures['recall']:6.3f} {figures['precision']:10.3f}"
            f" {figures['order']:6.3f}"
        )
    for name in ("recall", "precision", "order"):
        values = [figures[name] for _, _, figures in results]
        print(f"{name}: mean {sum(values) / len(values):.4f}, least {min(values):.3f}")
    pdfs = [{"tool": tool, "name": name, **figures} for tool, name, figures in results]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(
        json.dumps({"pages": pages, "pdf": pdfs}, indent=1) + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
