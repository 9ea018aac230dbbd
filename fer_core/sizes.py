"""Sizes as people read them, never at odds with the limit that stands beside them."""

from __future__ import annotations


def over(value: float, limit: float) -> str:
    """Write a number that is above a limit with as many decimals as it takes to show that.

    Examples:
        >>> over(12.34, 10), over(10.004, 10), over(10.00000001, 10)
        ('12.3', '10.004', '10.00000001')
    """
    for places in range(1, 10):
        rounded = f"{value:.{places}f}"
        if float(rounded) > limit:
            return rounded
    return f"{value!r}"


def megabytes(size: int) -> str:
    """Write a limit in bytes as megabytes, exactly.

    Examples:
        >>> megabytes(20_000_000), megabytes(1_500_000), megabytes(1 << 20)
        ('20 MB', '1.5 MB', '1.048576 MB')
    """
    return f"{size / 1e6:.6f}".rstrip("0").rstrip(".") + " MB"


def too_large(what: str, size: int, limit: int) -> str:
    """Say that something has more bytes than are taken.

    Examples:
        >>> too_large("This file", 20_000_001, 20_000_000)
        'This file has 20.000001 MB; at most 20 MB are taken.'
    """
    return f"{what} has {over(size / 1e6, limit / 1e6)} MB; at most {megabytes(limit)} are taken."
