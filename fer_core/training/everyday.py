"""What a study app sees all day: people at a webcam, nearly all of them calm, nobody labelled.

Their expressions have no label, but what they should seldom be called is known: of people who read
undisturbed, few look angry or sad. Smiles are left to the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from fer_core.boxes import ious
from fer_core.emotions import LABELS, Emotion
from fer_core.training import metrics
from fer_core.training.answers import Seen
from fer_core.training.faces import LabelledPicture

#: From this overlap with the labelled box a found box is the face; the labels are a cascade's.
FACE_IOU = 0.3
#: Called so, a calm person is wronged.
HARSH = (Emotion.ANGRY.index, Emotion.SAD.index)
#: Where the face is found in the whole picture, and where the picture is a tight crop of it.
WHOLE, CROPPED = "webcam_frames", "students"

Floats = npt.NDArray[np.float64]


def is_calm(picture: LabelledPicture) -> bool:
    """Tell whether the people who watched its clip saw neither confusion nor frustration."""
    ratings = picture.ratings
    return bool(ratings) and not any(ratings.get(name) for name in ("confusion", "frustration"))


def everyday_figures(seen: Sequence[Seen]) -> dict[str, Any]:
    """Return how often faces are found, and what calm people are called, by set.

    Args:
        seen: Pictures of `WHOLE` and `CROPPED`, with the faces that the detector found.
    """
    figures: dict[str, Any] = {}
    for source in (WHOLE, CROPPED):
        chosen = [each for each in seen if each.picture.source == source]
        if chosen:
            figures[source] = _of_source(chosen)
    return figures


def _of_source(seen: Sequence[Seen]) -> dict[str, Any]:
    found, false_boxes, shares, calm = [], 0, [], []
    for each in seen:
        labels = [face.box_in(each.height, each.width) for face in each.picture.faces]
        corners = np.array([(x, y, x + w, y + h) for x, y, w, h in labels]).reshape(-1, 4)
        boxes = np.array([face.box.corners for face in each.faces]).reshape(-1, 4)
        overlap = ious(corners[:, None], boxes) if len(boxes) else np.zeros((len(labels), 0))
        hit = overlap.max(axis=1, initial=0) >= FACE_IOU
        found.extend(hit.tolist())
        # Without a label, the first box may be the face that the cascade did not see.
        unexplained = (overlap.max(axis=0, initial=0) < FACE_IOU).sum() if len(boxes) else 0
        false_boxes += int(unexplained) - int(not labels and unexplained > 0)
        if len(boxes) and hit.any():
            shares.append(each.faces[int(overlap[0].argmax())].probabilities)
            calm.append(is_calm(each.picture))
    of_calm = np.array(shares)[np.array(calm, bool)].reshape(-1, len(LABELS))
    harsh = np.isin(of_calm.argmax(axis=1), HARSH)
    share = of_calm[:, HARSH].sum(axis=1)
    return {
        "pictures": len(seen),
        "people": len({each.picture.group for each in seen}),
        "found": round(float(np.mean(found)), 4),
        "false_boxes": round(false_boxes / len(seen), 4),
        "calm": len(of_calm),
        "called_sad_or_angry": round(float(harsh.mean()), 4),
        "called_sad_or_angry_interval": _interval(harsh.astype(np.float64)),
        "mean_sad_and_angry": round(float(share.mean()), 4),
        "mean_sad_and_angry_interval": _interval(share),
        "mean": {
            label: round(float(value), 4)
            for label, value in zip(LABELS, of_calm.mean(axis=0), strict=True)
        },
    }


def _interval(values: Floats, repeats: int = 1000) -> list[float]:
    """Return the 95 % interval of a mean: percentile bootstrap over pictures."""
    rng = np.random.default_rng(0)
    draws = values[rng.integers(0, len(values), (repeats, len(values)))].mean(axis=1)
    low, high = metrics.percentile_interval(draws)
    return [round(low, 4), round(high, 4)]
