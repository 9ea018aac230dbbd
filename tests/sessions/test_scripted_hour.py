"""A scripted hour gives the numbers that it always gave, live and brought back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sessions.scripted_hour import NUMBERS, numbers

PARTS = ("moments", "interrupted", "resumed", "finished", "finished_again", "known")


@pytest.fixture(scope="module")
def played() -> dict[str, Any]:
    return numbers()


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(NUMBERS.read_text(encoding="utf-8"))
    return kept


def differences(kept: Any, played: Any, where: str = "") -> list[str]:
    """Return where two trees of JSON values differ, and how; numbers by more than rounding."""
    if isinstance(kept, dict) and isinstance(played, dict):
        found = [f"{where}: {set(kept) ^ set(played)}"] if set(kept) != set(played) else []
        for key in kept.keys() & played.keys():
            found += differences(kept[key], played[key], f"{where}.{key}")
        return found
    if isinstance(kept, list) and isinstance(played, list):
        if len(kept) != len(played):
            return [f"{where}: {len(kept)} items, now {len(played)}"]
        pairs = enumerate(zip(kept, played, strict=True))
        return [one for i, (a, b) in pairs for one in differences(a, b, f"{where}[{i}]")]
    same = played == pytest.approx(kept, rel=1e-5, abs=2e-5) if _number(kept) else played == kept
    return [] if same else [f"{where}: {kept}, now {played}"]


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@pytest.mark.parametrize("part", PARTS)
def test_the_numbers_are_what_they_were(
    part: str, kept: dict[str, Any], played: dict[str, Any]
) -> None:
    found = differences(kept[part], played[part])
    assert not found, "\n".join(found[:20])


def test_the_hour_has_everything_in_it(kept: dict[str, Any]) -> None:
    finished = kept["finished"]
    kinds = {event["kind"] for event in finished["events"]}
    assert kinds >= {
        "baseline_ready", "break_dismissed", "break_snoozed", "break_suggested", "finished",
        "paused", "presence", "probe_answered", "probe_asked", "resumed", "started",
    }  # fmt: skip
    notices = {moment["notice"] for moment in kept["moments"]}
    assert notices >= {None, "away", "camera_off", "several_faces", "paused"}
    assert any(moment["pulse"] and moment["pulse"]["bpm"] for moment in kept["moments"])
    assert finished["totals"]["breaks"] >= 1
    assert finished["totals"]["away_s"] > 200
    assert {event["kind"] for event in kept["interrupted"]["events"]} >= {"interrupted"}
