"""Each need stands once, with its reason, and the lock has the same version of it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from fer_core.cli.doctor import read_pins
from fer_core.paths import PROJECT_ROOT

FILES = sorted(PROJECT_ROOT.glob("requirements*.txt"))
LOCK = PROJECT_ROOT / "requirements.lock"


def names_as_pip_compares_them(pins: dict[str, str]) -> dict[str, str]:
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pins.items()}


def pins_of(file: Path) -> dict[str, str]:
    return names_as_pip_compares_them(read_pins(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.name))
def test_the_lock_has_each_pin_in_its_version(file: Path) -> None:
    lock = pins_of(LOCK)
    different = {
        name: lock.get(name) for name, pin in pins_of(file).items() if lock.get(name) != pin
    }
    assert different == {}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.name))
def test_each_pin_has_its_reason(file: Path) -> None:
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if "==" in line]
    # torch and torchvision have theirs in the lines above them: they are a pair.
    assert [line for line in lines if "#" not in line and not line.startswith("torch")] == []


def test_no_need_stands_in_two_files() -> None:
    counts = Counter(name for file in FILES for name in pins_of(file))
    assert [name for name, count in counts.items() if count > 1] == []


def test_the_lock_names_each_package_once_and_in_order() -> None:
    names = [line.split("==")[0] for line in LOCK.read_text(encoding="utf-8").splitlines()[1:]]
    assert names == sorted(set(names), key=str.lower)
