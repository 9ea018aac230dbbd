"""Where the files lie that are no part of the core: the pages, the weights, the requirements.

It needs the standard library only, so that `doctor` can use it when packages are missing.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_BUNDLE = _PACKAGE / "_bundle"

#: The folder of Home.py, pages, app, weights and requirements.txt: the checkout, or the one that a
#: wheel carries them in (pyproject.toml says which file goes where).
PROJECT_ROOT = _BUNDLE if _BUNDLE.is_dir() else _PACKAGE.parent
