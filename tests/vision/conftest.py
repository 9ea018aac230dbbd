"""What tests of vision share: a network that they let through, and real ones that always run."""

from __future__ import annotations

import pytest

from tests.support.networks import RememberingSession
from tests.vision.gated import GatedNetwork


@pytest.fixture(autouse=True)
def _networks_run_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RememberingSession, "remembers", False)


@pytest.fixture
def network() -> GatedNetwork:
    return GatedNetwork()
