"""What systems leave beside a person's files is told from the files themselves."""

from __future__ import annotations

import pytest

from fer_core.system_files import is_left_by_system


@pytest.mark.parametrize(
    "path",
    [
        "._IMG_1.jpg",
        "a/b/._IMG_1.jpg",
        "__MACOSX/a/IMG_1.jpg",
        "photos/@eaDir/IMG_1.jpg/SYNOPHOTO_THUMB_XL.jpg",
        "Thumbs.db",
        "a\\thumbs.db",
        "desktop.ini",
        ".DS_Store",
        "$RECYCLE.BIN/x.jpg",
    ],
)
def test_files_of_the_system(path: str) -> None:
    assert is_left_by_system(path)


@pytest.mark.parametrize(
    "path",
    [
        "IMG_1.jpg",
        "_IMG.jpg",
        ".hidden.jpg",
        "a.b/IMG._1.jpg",
        "desktop.initial.txt",
        "eaDir/a.jpg",
    ],
)
def test_files_of_a_person(path: str) -> None:
    assert not is_left_by_system(path)
