"""A photo to try the model on: a drawn face, made here at run time, of nobody."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import streamlit as st

from app.parts.engine import engine_or_stop
from app.parts.words import plain
from fer_core.drawing.annotate import draw_faces
from fer_core.emotions import UNSURE_EMOJI, UNSURE_LABEL
from fer_core.errors import FerError
from fer_core.vision.image import RgbImage

#: Of the square picture, in pixels.
SIZE = 480
#: The drawing is laid out on a square of so many units.
_UNITS = 640.0
_HAIR, _SKIN, _SHADOW, _LIP = (60, 42, 32), (226, 178, 150), (190, 138, 114), (190, 92, 88)
_DARK, _WHITE = (30, 22, 18), (246, 244, 240)

_Mask = npt.NDArray[np.float32]


class _Canvas:
    """A picture with the middle of the face as its origin; x to the right, y down, in units."""

    def __init__(self, size: int) -> None:
        scale = _UNITS / size
        y, x = np.mgrid[0:size, 0:size].astype(np.float32) * scale
        self.x, self.y = x - _UNITS / 2, y - 0.52 * _UNITS
        light = 205.0 - y / _UNITS * 40
        self.rgb = np.stack([light - 9, light, light + 9], axis=-1).astype(np.float32)

    def ellipse(self, width: float, height: float, x: float, y: float, soft: float = 8.0) -> _Mask:
        """Return a mask, 0 to 1, of an ellipse with these half axes around a point."""
        distance = ((self.x - x) / width) ** 2 + ((self.y - y) / height) ** 2
        return np.asarray(np.clip((1 - distance) * soft, 0, 1), np.float32)

    def arc(self, x: float, y: float, reach: float, bend: float, thick: float) -> _Mask:
        """Return a mask of a bent line; a bend above zero has its ends lower than its middle."""
        off = (self.x - x) / reach
        line = np.exp(-(((self.y - y - bend * off**2) / thick) ** 2))
        return np.asarray(line * (np.abs(off) < 1), np.float32)

    def paint(self, mask: _Mask, colour: tuple[int, int, int], strength: float = 1.0) -> None:
        share = (strength * mask)[..., None]
        self.rgb = self.rgb * (1 - share) + np.array(colour, np.float32) * share


def drawn_face(size: int = SIZE) -> RgbImage:
    """Return a smiling face, drawn: RGB, shape (size, size, 3). The same each time."""
    canvas = _Canvas(size)
    x, y = canvas.x, canvas.y
    canvas.paint(canvas.ellipse(250, 160, 0, 330), (70, 98, 140))
    canvas.paint(canvas.ellipse(62, 120, 0, 190), (205, 158, 132))
    canvas.paint(canvas.ellipse(178, 205, 0, -30), _HAIR)
    shade = 1 - 0.28 * np.clip(((x - 30) / 150) ** 2 + ((y + 20) / 230) ** 2, 0, 1.3)
    head = canvas.ellipse(140, 185, 0, 10, soft=12)[..., None]
    skin = np.array(_SKIN, np.float32) * shade[..., None]
    canvas.rgb = canvas.rgb * (1 - head) + skin * head
    canvas.paint(canvas.ellipse(150, 80, 0, -135, soft=10) * (y < -78), _HAIR)
    for side in (-1, 1):
        canvas.paint(canvas.ellipse(20, 38, side * 140, 10), _SHADOW)
        _draw_eye(canvas, side * 56.0)
        canvas.paint(canvas.ellipse(40, 30, side * 80, 48, soft=3), (232, 140, 120), 0.35)
        fold = np.exp(-(((x * side - 52 - (y - 40) * 0.45) / 3.5) ** 2)) * ((y > 30) & (y < 100))
        canvas.paint(np.asarray(fold, np.float32), _SHADOW, 0.5)
        canvas.paint(canvas.ellipse(6, 4, side * 12, 47, soft=5), _DARK, 0.5)
    canvas.paint(canvas.ellipse(26, 15, 0, 40, soft=3), _SHADOW, 0.4)
    _draw_smile(canvas)
    soft = cv2.GaussianBlur(canvas.rgb, (0, 0), 1.1 * size / _UNITS)
    grain = np.random.default_rng(0).normal(0, 2.5, soft.shape)
    return np.asarray(np.clip(soft + grain, 0, 255), np.uint8)


def _draw_eye(canvas: _Canvas, x: float) -> None:
    canvas.paint(canvas.ellipse(46, 30, x, -28), _SHADOW, 0.35)
    white = canvas.ellipse(30, 11, x, -26, soft=6)
    canvas.paint(white, _WHITE)
    canvas.paint(canvas.ellipse(13, 13, x, -26, soft=6) * white, (70, 48, 34))
    canvas.paint(canvas.ellipse(6, 6, x, -26, soft=6), _DARK)
    canvas.paint(canvas.ellipse(3, 3, x + 4, -30, soft=6), _WHITE)
    canvas.paint(canvas.arc(x, -40, 34, 13, 3.2), _DARK, 0.85)
    canvas.paint(canvas.arc(x, -10, 32, -10, 2.6), _SHADOW, 0.5)
    canvas.paint(canvas.arc(x, -66, 46, 12, 6.5), _HAIR, 0.9)


def _draw_smile(canvas: _Canvas) -> None:
    across = canvas.x / 72
    corners = 90 - 20 * across**2
    below = corners + 38 * (1 - across**2)
    y = canvas.y

    def between(top: _Mask, bottom: _Mask, reach: float) -> _Mask:
        inside = np.clip((y - top) / 3, 0, 1) * np.clip((bottom - y) / 3, 0, 1)
        return np.asarray(inside * (np.abs(across) < reach), np.float32)

    canvas.paint(between(corners - 9, below + 10, 1.05), _LIP)
    canvas.paint(between(corners, below, 1.0), (92, 30, 34))
    canvas.paint(between(corners, corners + 20 * (1 - across**2) + 4, 0.92), _WHITE)


@st.cache_data(show_spinner=False)
def labelled_photo() -> tuple[RgbImage, str]:
    """Return the drawn face with what the model says of it, and that in words."""
    rgb = drawn_face()
    faces = engine_or_stop().detect(rgb).faces
    if not faces:
        return rgb, "The model finds no face here."
    face = faces[0]
    if face.emotion is None:
        return draw_faces(rgb, faces), f"{UNSURE_EMOJI} {UNSURE_LABEL}"
    words = f"{face.emotion.emoji} {face.emotion.label}, {face.probability:.0%}"
    return draw_faces(rgb, faces), words


def show_demo_photo() -> None:
    """Show the drawn face, labelled as a demo and by the model."""
    try:
        with st.spinner("Looking at the demo photo…"):
            rgb, words = labelled_photo()
    except FerError as error:
        st.info(plain(error.message), icon=":material/hourglass_empty:")
        return
    st.image(
        rgb,
        width="stretch",
        caption="Demo: a drawn face, of nobody",
        alt=f"A drawn face. The model says: {words}",
    )
    st.markdown(f"The model says: **{words}**")
