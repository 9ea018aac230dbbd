"""What tests of the engine share: a network that they let through."""

from __future__ import annotations

import pytest

from tests.vision.gated import GatedNetwork


@pytest.fixture
def network() -> GatedNetwork:
    return GatedNetwork()
