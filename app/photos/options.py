"""How photos are looked at: from which confidence on, and what is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from fer_core.drawing.annotate import DrawOptions
from fer_core.photos.analysed import LOWEST_CONFIDENCE
from fer_core.vision.model_info import ModelInfo

HIGHEST_CONFIDENCE = 0.9


@dataclass(frozen=True, slots=True)
class PhotoOptions:
    """What the learner chose.

    Attributes:
        confidence: Faces below it are not shown, 0 to 1.
        drawing: What is drawn into a picture.
        blur: Whether faces are blurred in the pictures that are downloaded.
    """

    confidence: float
    drawing: DrawOptions
    blur: bool


def choose_options(info: ModelInfo) -> PhotoOptions:
    """Let the threshold and what is drawn be chosen; folded up, as the usual ones mostly do."""
    with st.expander("Options", icon=":material/tune:"):
        confidence = st.slider(
            "How sure that it is a face",
            LOWEST_CONFIDENCE,
            HIGHEST_CONFIDENCE,
            min(max(info.confidence_threshold, LOWEST_CONFIDENCE), HIGHEST_CONFIDENCE),
            0.05,
            help="How sure the model must be that there is a face. Lower finds more faces and "
            "more that are none.",
            key="confidence",
        )
        with st.container(horizontal=True):
            labels = st.toggle("Labels", True, key="labels")
            probabilities = st.toggle("Percentages", key="probabilities")
            emoji = st.toggle("Emoji", True, key="emoji")
            blur = st.toggle(
                "Blur all faces in downloads",
                key="blur",
                help="Every face found is made unrecognisable for good. Look before you share: a "
                "face that was not found is not blurred.",
            )
    drawing = DrawOptions(labels=labels, probabilities=probabilities, emoji=emoji, numbers=True)
    return PhotoOptions(confidence, drawing, blur)
