"""Messages between this program and its workers: a JSON value and raw bytes, never pickled.

A worker that a hostile file has taken over can then send wrong values, but no code.
"""

from __future__ import annotations

import json
import struct
from typing import IO, Any

#: Lengths of the JSON and of the bytes that follow it.
_LENGTHS = struct.Struct(">QQ")
#: A message that claims more was not written by `write_message`.
MOST_BYTES = 1 << 31


def write_message(pipe: IO[bytes], value: Any, data: bytes | memoryview = b"") -> None:
    """Write one message.

    Args:
        pipe: Where to.
        value: What JSON can say.
        data: Goes along as it is.

    Raises:
        OSError: Nobody reads any more.
    """
    text = json.dumps(value).encode()
    pipe.write(_LENGTHS.pack(len(text), len(data)))
    pipe.write(text)
    pipe.write(data)
    pipe.flush()


def read_message(pipe: IO[bytes]) -> tuple[Any, bytearray] | None:
    """Read one message; None when the other side has ended, be it in the middle of one.

    The bytes are the reader's own: arrays over them can be written to.
    """
    head = pipe.read(_LENGTHS.size)
    if len(head) < _LENGTHS.size:
        return None
    length, size = _LENGTHS.unpack(head)
    if length > MOST_BYTES or size > MOST_BYTES:
        return None
    text = pipe.read(length)
    data = bytearray(size)
    if len(text) < length or pipe.readinto(data) < size:  # type: ignore[attr-defined]  # IO[bytes] hides it
        return None
    try:
        return json.loads(text), data
    except ValueError:
        return None
