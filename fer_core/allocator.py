"""The C library's memory, kept small: freed pictures go back to the system (glibc only).

By default each thread gets an arena of its own, and a freed block of up to 32 MB raises the bound
below which the next one stays in the arena: forty photos of 12 megapixels in the API's threads took
339 MB to 2 GB for good.
"""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

#: Larger blocks come straight from the system and go back to it when freed.
LARGE_BLOCK_BYTES = 1 << 20
MOST_ARENAS = 2
_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD, _M_ARENA_MAX = -3, -1, -8  # malloc.h


def give_memory_back() -> bool:
    """Set the allocator so that freed memory returns; call it before threads start.

    Returns:
        Whether it was set; False where the C library is another.
    """
    if sys.platform != "linux":
        return False
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        settings = (
            (_M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES),
            (_M_TRIM_THRESHOLD, LARGE_BLOCK_BYTES),
            (_M_ARENA_MAX, MOST_ARENAS),
        )
        return all(mallopt(name, value) for name, value in settings)
    return False
