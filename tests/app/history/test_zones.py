"""Days and times of day are those of the learner's browser, wherever the server stands."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from app.history.words import when
from app.parts import due

#: Half past eleven in the evening, by UTC.
LATE = datetime(2026, 11, 26, 23, 30, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Pacific/Auckland", "27 Nov 2026, 12:30"),
        ("America/Los_Angeles", "26 Nov 2026, 15:30"),
        ("UTC", "26 Nov 2026, 23:30"),
    ],
)
def test_a_moment_is_told_on_the_browsers_clock(
    zone: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = SimpleNamespace(context=SimpleNamespace(timezone=zone))
    monkeypatch.setattr(due, "st", context)
    assert when(LATE) == told
