"""The five expression classes: everything about a class stands once, here.

The order of the members is the order of every probability vector and of the
model's outputs. "Natural" is the training data's word for neutral.
"""

from __future__ import annotations

from enum import Enum

import numpy as np
import numpy.typing as npt


class Emotion(Enum):
    """One of the five expressions the model tells apart.

    Attributes:
        label: The class name, as the weights file spells it.
        emoji: One emoji that shows the expression.
        colour: "#rrggbb", from the Okabe-Ito palette, which colour-blind readers can tell apart.
        valence: Unpleasant (-1) to pleasant (1), Russell (1980).
        arousal: Calm (-1) to excited (1), Russell (1980).
        study_label: The word for a face that reads. Lone brow lowering is concentration more
            often than anger, so a study view never says "Angry".

    Examples:
        >>> from fer_core import Emotion
        >>> [emotion.label for emotion in Emotion]
        ['Angry', 'Happy', 'Natural', 'Sad', 'Surprised']
        >>> Emotion.from_label("happy").index
        1
    """

    ANGRY = ("Angry", "😠", "#D55E00", -0.52, 0.58, "Brow lowered")
    HAPPY = ("Happy", "😊", "#E69F00", 0.83, 0.53, "Happy")
    NATURAL = ("Natural", "😐", "#7A8794", 0.0, 0.0, "Natural")
    SAD = ("Sad", "😢", "#0072B2", -0.65, -0.27, "Sad")
    SURPRISED = ("Surprised", "😲", "#CC79A7", 0.16, 0.89, "Surprised")

    def __init__(
        self,
        label: str,
        emoji: str,
        colour: str,
        valence: float,
        arousal: float,
        study_label: str,
    ) -> None:
        self.label = label
        self.emoji = emoji
        self.colour = colour
        self.valence = valence
        self.arousal = arousal
        self.study_label = study_label

    @property
    def index(self) -> int:
        """Position in a probability vector, 0..4."""
        return EMOTIONS.index(self)

    @classmethod
    def from_label(cls, label: str) -> Emotion:
        """Return the class of that name, case-insensitively.

        Raises:
            KeyError: The label is none of the five.
        """
        return _BY_LABEL[label.casefold()]


EMOTIONS: tuple[Emotion, ...] = tuple(Emotion)
LABELS: tuple[str, ...] = tuple(emotion.label for emotion in EMOTIONS)
_BY_LABEL = {emotion.label.casefold(): emotion for emotion in EMOTIONS}

#: Shape (5,): the classes' coordinates on Russell's circumplex, in class order.
VALENCES: npt.NDArray[np.float64] = np.array([emotion.valence for emotion in EMOTIONS])
AROUSALS: npt.NDArray[np.float64] = np.array([emotion.arousal for emotion in EMOTIONS])
VALENCES.flags.writeable = False
AROUSALS.flags.writeable = False

#: Shown where the model is not sure enough to name a class.
UNSURE_LABEL = "Unsure"
UNSURE_EMOJI = "❔"
