"""A time zone is one of the known names."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from fer_core.errors import TimeZoneUnknown
from fer_core.time_zones import zone_named


def test_zones_have_names() -> None:
    assert zone_named("Europe/Berlin") == ZoneInfo("Europe/Berlin")
    assert zone_named("") is zone_named(None) is None
    for wrong in ("Nowhere/Here", "../etc/passwd", "/etc/localtime", "Europe", "a\0b", "x" * 300):
        with pytest.raises(TimeZoneUnknown):
            zone_named(wrong)
