"""A video that somebody gave: a file's path, or bytes that stay in memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from fer_core.errors import EmptyFile
from fer_core.sizes import too_large
from fer_core.video.errors import NotAVideo, VideoTooLarge

_HAS_MEMORY_FILES = hasattr(os, "memfd_create")


class VideoSource:
    """A video's bytes, for the workers that decode it.

    Bytes are kept once, in memory. Where the system has files in memory (Linux), the workers read
    from there; elsewhere each gets a copy. Nothing is written to disk.

    Args:
        name: What it is called, for messages and results.
        path: Where it lies; None for bytes.
        data: Its bytes; b"" for a file.
    """

    def __init__(self, name: str, *, path: Path | None = None, data: bytes = b"") -> None:
        self.name = name
        self.path = path
        self.size = path.stat().st_size if path is not None else len(data)
        self._data, self._descriptor = data, -1
        if path is None and _HAS_MEMORY_FILES:
            self._descriptor = os.memfd_create("fer-video", os.MFD_CLOEXEC)
            with os.fdopen(os.dup(self._descriptor), "wb") as file:
                file.write(data)
            self._data = b""

    @classmethod
    def of_bytes(cls, data: bytes, name: str, *, max_bytes: int) -> VideoSource:
        """Take bytes.

        Raises:
            EmptyFile: There are none.
            VideoTooLarge: There are more than `max_bytes`.
        """
        if not data:
            raise EmptyFile
        if len(data) > max_bytes:
            raise VideoTooLarge(
                f"{too_large('This video', len(data), max_bytes)} The command line takes any size: "
                "fer analyse FILE."
            )
        return cls(name, data=data)

    @classmethod
    def of_path(cls, path: Path) -> VideoSource:
        """Take a file where it lies, of any size.

        Raises:
            OSError: It is not there, or may not be read.
            EmptyFile: There is nothing in it.
            NotAVideo: It is a pipe or a device, which may never end.
        """
        if path.exists() and not path.is_file():
            raise NotAVideo
        with path.open("rb") as file:
            if not file.read(1):
                raise EmptyFile
        return cls(path.name, path=path)

    @property
    def descriptors(self) -> tuple[int, ...]:
        """Open files that a worker needs."""
        return () if self._descriptor < 0 else (self._descriptor,)

    @property
    def payload(self) -> bytes:
        """Bytes that a worker gets along; empty where it can read the source itself."""
        return self._data

    def address(self) -> dict[str, Any]:
        """Return where a worker finds it, in JSON values."""
        if self.path is not None:
            return {"path": str(self.path.resolve())}
        if self._descriptor >= 0:
            return {"path": f"/proc/self/fd/{self._descriptor}"}
        return {"path": None}

    def close(self) -> None:
        """Let go of the bytes. Closing twice changes nothing."""
        self._data = b""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> VideoSource:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()
