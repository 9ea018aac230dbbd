"""What a landmark network sees and says: its square, points and shapes; training reads it, too."""

from __future__ import annotations

#: Side of the square that the network sees, in pixels, and of it in sides of the face.
CROP_PX = 112
CROP_FACES = 1.5
#: The 68 of iBUG's order, then the irises: of the eye on the picture's left, then on its right.
POINTS = 70
#: Where each point lies on a mirrored face.
MIRRORED = (
    *range(16, -1, -1),
    *range(26, 16, -1),
    *(27, 28, 29, 30, 35, 34, 33, 32, 31),
    *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
    *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55),
    *(64, 63, 62, 61, 60, 67, 66, 65),
    *(69, 68),
)
#: Names of the shapes, each 0..1. Left and right are the person's own, as in MediaPipe.
SHAPES = (
    *("browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
    *("eyeBlinkLeft", "eyeBlinkRight", "eyeSquintLeft", "eyeSquintRight"),
    *("eyeWideLeft", "eyeWideRight", "eyeLookDownLeft", "eyeLookDownRight"),
    *("eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight"),
    *("jawOpen", "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight"),
    *("mouthPucker", "mouthPressLeft"),
)


def _opposite(name: str) -> str:
    """Return the name of the same shape in a mirrored face; its own where there is no other."""
    for side, other in (("Left", "Right"), ("Right", "Left")):
        opposite = name.removesuffix(side) + other
        if name.endswith(side) and opposite in SHAPES:
            return opposite
    return name


#: Where each shape stands for a mirrored face.
MIRRORED_SHAPES = tuple(SHAPES.index(_opposite(name)) for name in SHAPES)
