"""What the photos page remembers; all of it is forgotten when the page is left."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.parts.memory import PageMemory
from fer_core.photos.cache import PhotoCache


@dataclass(slots=True)
class PhotosMemory(PageMemory):
    """Of one tab.

    Attributes:
        cache: The photos and what was found in them.
        snapshots: JPEGs from the camera, oldest first; its field on the page holds only the last.
        opened: The photo of the gallery that is open, counted from 0 among those that are shown.
    """

    cache: PhotoCache = field(default_factory=PhotoCache)
    snapshots: list[bytes] = field(default_factory=list)
    opened: int = 0
