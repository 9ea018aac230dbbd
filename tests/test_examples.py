"""The examples in the docstrings of the public names run, and print what they say."""

from __future__ import annotations

import doctest
from pathlib import Path

import numpy as np
import pytest

import fer_core
from fer_core.photos.exports import encode_jpeg


@pytest.mark.parametrize("name", fer_core.__all__)
def test_each_public_name_shows_how_it_is_used(
    name: str, astronaut: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "me.jpg").write_bytes(encode_jpeg(astronaut))
    monkeypatch.chdir(tmp_path)
    public = getattr(fer_core, name)
    (example,) = doctest.DocTestFinder(recurse=False).find(public, name, globs={})
    said: list[str] = []
    result = doctest.DocTestRunner().run(example, out=said.append)
    assert result.attempted > 0
    assert not result.failed, "".join(said)
