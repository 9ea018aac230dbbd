"""What tests on real photographs know of them."""

from __future__ import annotations

from fer_core.vision.detector import Mode
from fer_core.vision.faces import Box

#: Where the astronaut's face is in the 512 x 512 photograph.
ASTRONAUT_FACE = Box(170, 62, 108, 108)

MODES: list[Mode] = ["frame", "photo"]
