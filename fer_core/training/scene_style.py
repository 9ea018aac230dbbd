"""What composed scenes look like: for the detector, for refiners, for validation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """What scenes look like. All `p_` values are probabilities.

    Attributes:
        p_single: One face, anywhere from small to larger than the canvas, rather than a grid.
        p_whole: Of the single ones: the picture letterboxed into the canvas, as in the detector's
            first look.
        p_crop: Of the single ones: the face at 0.6 of the canvas with what is around it, grey
            where the picture has ended, as in a refiner's crop.
        grid: Weights of grids of 1x1, 2x2, ... elements.
        p_transplant: A cut-out face goes onto a head rather than staying on black.
        p_soft: An element fades into what is behind it.
        p_clutter: Shapes and letters lie behind the faces.
        p_distractor: A sharp piece of a photograph without a face lies behind the faces, or takes
            an element's place: where all that is sharp is a face, all that is sharp gets boxed.
        p_body: A head has a body below it, so that a person's outline is not taken for a face's.
        p_wide: Of single heads of less than half the canvas: what is around them goes on to the
            canvas's edges, as in a photograph. Where every face's surroundings end near it, the
            network sizes the box by that end.
        p_letterbox: The scene fills a part of the canvas, grey lies around it.
        p_empty: An element or scene whose face is covered, so that it carries no label.
        p_none: There is no face at all. Where every small input holds one, the network boxes the
            whole of a picture that has none.
        p_filled: Of the scenes without a face: a picture that shows none fills the canvas, or lies
            on it letterboxed.
        p_real: The scene is a picture as it was taken, with its faces: a webcam's.
        p_turned: A face is turned, by a little, by quarters, by any angle.
        strength: 0 for pictures as they are, 1 for all augmentations.
    """

    p_single: float = 0.25
    p_whole: float = 0.4
    p_crop: float = 0.0
    grid: tuple[float, ...] = (0.1, 0.3, 0.3, 0.2, 0.1)
    p_transplant: float = 0.65
    p_soft: float = 0.65
    p_clutter: float = 0.45
    p_distractor: float = 0.3
    p_body: float = 0.4
    p_wide: float = 0.9
    p_letterbox: float = 0.15
    p_empty: float = 0.05
    p_none: float = 0.12
    p_filled: float = 0.6
    p_real: float = 0.06
    p_turned: float = 0.22
    strength: float = 1.0


#: The fixed validation scenes: the recipe of the data's README, grids of 1 to 5 at equal shares.
VALIDATION = Style(
    p_single=0.0,
    grid=(0.2, 0.2, 0.2, 0.2, 0.2),
    p_transplant=0.65,
    p_soft=0.0,
    p_clutter=0.0,
    p_distractor=0.0,
    p_body=0.0,
    p_wide=0.0,
    p_letterbox=0.0,
    p_empty=0.0,
    p_none=0.0,
    p_filled=0.0,
    p_real=0.0,
    p_turned=0.0,
    strength=0.5,
)


def training_style(size: tuple[int, int], strength: float = 1.0) -> Style:
    """Return the style for an input size: small inputs hold one or few faces, large ones more.

    Most faces then measure 30-100 px, as in a first look at a photo and in the close ones.

    Args:
        size: Height, width of the input in pixels.
        strength: Of the augmentations, 0..1.
    """
    side = min(size)
    if side < 160:
        return Style(0.9, p_whole=0.6, grid=(0.6, 0.4), strength=strength)
    if side < 192:
        return Style(0.55, p_whole=0.15, p_crop=0.45, grid=(0.3, 0.4, 0.3), strength=strength)
    if side < 256:
        return Style(0.2, p_whole=0.3, p_crop=0.1, grid=(0.1, 0.35, 0.35, 0.2), strength=strength)
    # Whole people and many small faces: without them a face of 30 px gets a box of twice its size,
    # around hair and shoulders.
    return Style(
        0.6, p_whole=0.1, p_body=0.7, grid=(0.08, 0.17, 0.25, 0.27, 0.23), strength=strength
    )


def refiner_style(size: tuple[int, int], strength: float = 1.0) -> Style:
    """Return the style for a refiner: one face, as the detector shows it.

    Now and then of another size or none at all: a candidate's box may be twice the face's size, or
    hold no face, and the refiner has to tell. Half the augmentation did as well as all of it.
    """
    del size  # the face's share of the input is the same in all
    return Style(
        1.0,
        p_whole=0.1,
        p_crop=0.75,
        p_transplant=0.15,
        p_clutter=0.4,
        p_distractor=0.4,
        p_letterbox=0.0,
        p_empty=0.03,
        p_none=0.08,
        strength=strength / 2,
    )
