"""Tasks that go wrong in every way a decoder can."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from fer_core.errors import CorruptImage

_KEPT: list[bytes] = []


def run(value: Any, data: bytes, report: Callable[[float], None]) -> tuple[Any, bytes]:
    """Do what `value["do"]` says."""
    match value["do"]:
        case "echo":
            report(0.5)
            print("printed on the way")  # noqa: T201
            return {"pid": os.getpid(), "said": value.get("say")}, data[::-1]
        case "spin":
            while True:
                pass
        case "sleep":
            time.sleep(3600)
        case "swell":
            return {"length": len(bytearray(1 << 40))}, b""
        case "swell slowly":
            held = []
            while True:
                held.append(bytearray(1 << 24))
        case "keep much":
            _KEPT.append(b"x" * 260_000_000)
            return {"pid": os.getpid()}, b""
        case "die":
            os._exit(7)
        case "refuse":
            raise CorruptImage("This one is broken.")
        case "raise":
            raise RuntimeError("secret of the library")
    raise AssertionError(value)
