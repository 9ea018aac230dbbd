"""Files that systems leave beside a person's own: never a photo, a text or a part of a history."""

from __future__ import annotations

import re

#: Finder's and Explorer's own files, and what macOS writes beside each file on foreign disks.
_FILES = re.compile(
    r"\._.*|\.ds_store|thumbs\.db(?:encryptable)?|ehthumbs(?:_vista)?\.db|desktop\.ini|icon\r|"
    r"\.directory|\.picasa\.ini|picasa\.ini|\.nomedia|synofile_thumb_.*|synophoto_thumb_.*",
    re.IGNORECASE,
)
#: Folders of macOS's archiver, of network disks, of waste bins and of caches of small pictures.
_FOLDERS = frozenset(
    [
        "__macosx", "@eadir", "#recycle", "@recycle", "$recycle.bin", "system volume information",
        ".spotlight-v100", ".trashes", ".fseventsd", ".thumbnails", ".appledouble",
    ]
)  # fmt: skip


def is_left_by_system(path: str) -> bool:
    r"""Tell whether a file is none of its owner's, by its name and the folders above it.

    >>> [is_left_by_system(path) for path in ("a/._IMG_1.jpg", r"@eaDir\\IMG_1.jpg", "IMG_1.jpg")]
    [True, True, False]
    """
    *folders, name = path.replace("\\", "/").split("/")
    return bool(_FILES.fullmatch(name)) or not _FOLDERS.isdisjoint(map(str.casefold, folders))
