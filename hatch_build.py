"""What the wheel needs, read from the requirements files, so that each need stands once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

#: Of requirements-NAME.txt: for those who work on the project, and so no extra of the package.
NOT_EXTRAS = {"dev"}

_PIN = re.compile(r"([A-Za-z0-9._-]+(?:\[[A-Za-z0-9._,-]+\])?)==([0-9.]+)")


class RequirementsHook(MetadataHookInterface):
    """Fills in the fields that pyproject.toml calls dynamic, besides the version."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the needs of the app, and those of each extra: pip install fer-study[NAME]."""
        root = Path(self.root)
        metadata["dependencies"] = read_needs(root / "requirements.txt")
        extras = {
            file.stem.removeprefix("requirements-"): read_needs(file)
            for file in sorted(root.glob("requirements-*.txt"))
        }
        metadata["optional-dependencies"] = {
            name: needs for name, needs in extras.items() if name not in NOT_EXTRAS
        }


def read_needs(requirements: Path) -> list[str]:
    """Return what a requirements file pins, open to later patches.

    `numpy==2.4.6` becomes `numpy~=2.4.6`: 2.4.7 may come with a security fix, 2.5 was not tried.

    Raises:
        ValueError: A line pins no version.
    """
    needs = []
    for line in requirements.read_text(encoding="utf-8").splitlines():
        need = line.partition("#")[0].strip()
        if not need or need.startswith("-"):  # -r and -c are pip's
            continue
        pin = _PIN.fullmatch(need)
        if pin is None:
            raise ValueError(f"{requirements.name} pins no version: {need}")
        needs.append(f"{pin[1]}~={pin[2]}")
    return needs
