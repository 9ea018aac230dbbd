"""The changelog keeps step with what ships; tests/clients holds the clients' versions."""

from __future__ import annotations

import json
import re

from fer_core.paths import PROJECT_ROOT


def test_the_changelog_tells_of_the_model_that_ships() -> None:
    model = json.loads((PROJECT_ROOT / "weights" / "model.json").read_text(encoding="utf-8"))
    changelog = (PROJECT_ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"(?:^## |[Mm]odel ){re.escape(model['version'])}\b", changelog, re.MULTILINE)
