"""A small JSON file that only its owner can read: the hashes of keys, the secrets of tokens."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


class PrivateFile:
    """One file, written whole: a reader finds the old content or the new one.

    Args:
        path: Where it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Any:
        """Return its content; None where there is no such file.

        Raises:
            OSError: It cannot be read.
            ValueError: It is no JSON.
        """
        try:
            return json.loads(self.path.read_text("utf-8"))
        except FileNotFoundError:
            return None

    def write(self, content: Any) -> None:
        """Replace its content.

        Raises:
            OSError: It cannot be written.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(f".{os.getpid()}.partial")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
        partial.replace(self.path)

    def stamp(self) -> tuple[int, int] | None:
        """Return what changes with its content; None where there is no such file."""
        try:
            stat = self.path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_ino
