"""The documentation builds without a warning, and its pages ask no other server for anything."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from fer_core.paths import PROJECT_ROOT

pytest.importorskip("mkdocs", reason="builds the documentation; in requirements-dev.txt")
pytest.importorskip("mkdocstrings", reason="reads the docstrings; in requirements-dev.txt")

#: What a browser fetches by itself. A link that a reader may follow is no such thing.
FETCHED = re.compile(
    r"""<(?:script|img|iframe|source|video|audio)\b[^>]*\bsrc=["']?(?:https?:)?//"""
    r"""|<link\b[^>]*\bhref=["']?(?:https?:)?//"""
    r"""|(?:@import\s|url\()\s*["']?(?:https?:)?//""",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    built = subprocess.run(build, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr[-4000:]
    return folder


def test_the_pages_fetch_nothing_from_elsewhere(site: Path) -> None:
    files = [path for path in site.rglob("*") if path.suffix in {".html", ".css"}]
    found = {
        f"{path.relative_to(site)}: {match[0][-80:]}"
        for path in files
        for match in FETCHED.finditer(path.read_text(encoding="utf-8"))
    }
    assert files
    assert not found


def test_every_public_name_is_in_the_reference(site: Path) -> None:
    page = (site / "reference" / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'href="(\w+\.html)#([\w.]+)"', page)
    assert len(links) == 8
    for file, name in links:
        assert f'id="{name}"' in (site / "reference" / file).read_text(encoding="utf-8")


def test_a_docstring_s_example_is_shown_as_code(site: Path) -> None:
    page = (site / "reference" / "vision.html").read_text(encoding="utf-8")
    assert re.search(r'<code>.*?<span class="gp">&gt;&gt;&gt; </span>', page, re.DOTALL)
