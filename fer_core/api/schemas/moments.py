"""Times of the contract: RFC 3339 strings in, RFC 3339 in UTC with milliseconds out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_RFC_3339 = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:)(\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_LEAP_SECOND = "60"


def parse_moment(value: Any) -> float:
    """Return a moment in seconds since the epoch.

    Raises:
        ValueError: It is no RFC 3339 time with an offset.
    """
    match = _RFC_3339.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("must be an RFC 3339 time with an offset, such as 2026-11-20T09:00:00Z")
    date, minutes, seconds, fraction, offset = match.groups()
    if seconds == _LEAP_SECOND:  # computers' clocks have no 60th second
        seconds, fraction = "59", ".999"
    text = f"{date}T{minutes}{seconds}{(fraction or '')[:7]}{offset.upper().replace('Z', '+00:00')}"
    try:
        at = datetime.fromisoformat(text).timestamp()
        format_moment(at)  # answers repeat it, and in UTC the year can be 0 or 10000
    except (ValueError, OverflowError):
        raise ValueError("there is no such time") from None
    return at


def format_moment(seconds: float) -> str:
    """Return RFC 3339 in UTC, to the millisecond."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


_AS_STRING = WithJsonSchema(
    {"type": "string", "format": "date-time", "examples": ["2026-11-20T09:00:00.000Z"]}
)

#: In requests: an RFC 3339 string, which becomes seconds since the epoch.
MomentIn = Annotated[float, BeforeValidator(parse_moment), _AS_STRING]

#: In answers: seconds since the epoch, written as an RFC 3339 string.
Moment = Annotated[float, PlainSerializer(format_moment, return_type=str), _AS_STRING]
