"""The files of an exported history, also where a person has unpacked them and packed them again."""

from __future__ import annotations

import json
import posixpath
import zipfile
from collections.abc import Callable
from typing import IO, Any

from fer_core.errors import HistoryFileInvalid
from fer_core.system_files import is_left_by_system

FORMAT = "fer-history"
MANIFEST = "manifest.json"
CARDS_FILE = "json/cards.json"
LEARNER_FILE = "json/learner.json"
#: One session of a day at one row a second is about 60 MB of JSON.
LARGEST_MEMBER_BYTES = 300_000_000
#: A session in a file runs nowhere, and what is in a file was to be kept.
OF_NOBODY = {"holder": "", "fence": 0, "kept": True}

#: Is told the share done, 0..1.
Progress = Callable[[float], object]


class ArchiveFiles:
    """What a history's archive holds, by the names that the export gave it.

    There may be a folder around everything, files of the system beside it, backslashes between the
    names, another order and another compression.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        found = {
            posixpath.normpath(one.filename.replace("\\", "/")): one
            for one in archive.infolist()
            if not one.is_dir() and not is_left_by_system(one.filename)
        }
        roots = [name.removesuffix(MANIFEST) for name in found if _is_manifest(name)]
        root = min(roots, key=len, default="")
        self._infos = {
            name.removeprefix(root): info for name, info in found.items() if name.startswith(root)
        }

    def sessions(self) -> list[str]:
        """Return the names of the sessions' files, in order."""
        return sorted(
            name
            for name in self._infos
            if name.startswith("json/sessions/") and name.endswith(".json")
        )

    def has(self, name: str) -> bool:
        """Tell whether there is a file of this name."""
        return name in self._infos

    def size(self, name: str) -> int:
        """Return how large a file says that it is, in bytes."""
        return self._infos[name].file_size

    def load(self, name: str) -> Any:
        """Return what a file of JSON holds.

        Raises:
            HistoryFileInvalid: It unpacks to too much.
            KeyError: There is no such file.
            ValueError: It is no JSON, or has a number that is none.
        """
        if self.size(name) > LARGEST_MEMBER_BYTES:
            raise HistoryFileInvalid("This file unpacks to more than can be a history.")
        with self._open(name) as member:
            # The header may lie about the size.
            data = member.read(LARGEST_MEMBER_BYTES + 1)
        if len(data) > LARGEST_MEMBER_BYTES:
            raise HistoryFileInvalid("This file unpacks to more than can be a history.")
        return json.loads(data, parse_constant=_refuse)

    def _open(self, name: str) -> IO[bytes]:
        return self._archive.open(self._infos[name])


def _is_manifest(name: str) -> bool:
    return name == MANIFEST or name.endswith(f"/{MANIFEST}")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")
