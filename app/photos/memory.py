"""What the photos page remembers, until the photos are removed or the tab is closed."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from app.parts.memory import PageMemory
from fer_core.photos.cache import PhotoCache, Upload


@dataclass(slots=True)
class PhotosMemory(PageMemory):
    """Of one tab.

    Attributes:
        cache: The photos and what was found in them.
        snapshots: JPEGs from the camera, oldest first; its field on the page holds only the last.
        opened: The photo of the gallery that is open, counted from 0 among those that are shown.
        chosen: The files that the page's own field held when it ran last.
        kept: Those that it held on earlier visits: Streamlit empties the field of a page that is
            left.
        left: Another page was shown since.
    """

    cache: PhotoCache = field(default_factory=PhotoCache)
    snapshots: list[bytes] = field(default_factory=list)
    opened: int = 0
    chosen: list[Upload] = field(default_factory=list)
    kept: list[Upload] = field(default_factory=list)
    left: bool = False

    @classmethod
    def leave(cls) -> None:
        """Note that another page is shown: the photos stay for when the learner comes back."""
        if cls.key() in st.session_state:
            cls.of_tab().left = True

    def all_of(self, chosen: list[Upload]) -> list[Upload]:
        """Return the files in the field and those of earlier visits, the newest first.

        Args:
            chosen: What the field holds now.
        """
        if self.left:
            self.kept, self.left = self.chosen + self.kept, False
        here = {upload.key for upload in chosen}
        self.kept = [upload for upload in self.kept if upload.key not in here]
        self.chosen = chosen
        return chosen + self.kept
