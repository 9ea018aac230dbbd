"""The measurable parts of the estimates: skin tone's angle, upright squares, a network's steps."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="faceres runs on torch")

from benchmarks.faceres import SIDE, _convolved  # noqa: E402 - after the skip
from benchmarks.group_estimates import (  # noqa: E402
    eye_gradients,
    fitted_glasses,
    glasses_kept_out,
    typology_angle,
    upright,
)
from benchmarks.group_figures import TONES  # noqa: E402


def srgb(lightness: float, green_red: float, blue_yellow: float) -> list[float]:
    lab = np.array([[[lightness, green_red, blue_yellow]]], np.float32)
    return [float(value) for value in 255 * cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)[0, 0]]


@pytest.mark.parametrize(
    ("lightness", "yellow", "angle", "tone"),
    [
        (70, 16, 51.3, "light"),
        (63, 20, 33.0, "intermediate"),
        (56, 20, 16.7, "tan"),
        (50, 20, 0.0, "brown or dark"),
        (35, 15, -45.0, "brown or dark"),
    ],
)
def test_the_typology_angle_is_that_of_lightness_and_yellow(
    lightness: float, yellow: float, angle: float, tone: str
) -> None:
    found = typology_angle(*srgb(lightness, 12, yellow))
    assert found == pytest.approx(angle, abs=0.5)
    assert next(name for end, name in TONES if found < end) == tone


def test_grey_and_blue_are_no_skin() -> None:
    assert math.isnan(typology_angle(128, 128, 128))
    assert math.isnan(typology_angle(90, 100, 160))


def test_a_face_is_cut_out_with_level_eyes() -> None:
    # A face of 100 px, turned by 30 degrees: a light on each outer eye corner.
    angle = math.radians(30)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    flat = np.full((68, 2), 0.0)
    flat[0], flat[1], flat[36], flat[45] = (-50, -50), (50, 50), (-30, -20), (30, -20)
    points = flat @ turn + 150
    picture = np.zeros((300, 300, 3), np.uint8)
    for at in (points[36], points[45]):
        cv2.circle(picture, tuple(np.rint(at).astype(int).tolist()), 4, (255, 255, 255), -1)
    face = upright(picture, points, 1.25)
    assert face.shape == (SIDE, SIDE, 3)
    rows, columns = np.nonzero(face[..., 0] > 128)
    scale = SIDE / 125
    for half, x in ((columns < SIDE / 2, -30), (columns >= SIDE / 2, 30)):
        assert rows[half].mean() == pytest.approx(SIDE / 2 - 20 * scale, abs=2)
        assert columns[half].mean() == pytest.approx(SIDE / 2 + x * scale, abs=2)


def test_glasses_are_learnt_from_what_differs() -> None:
    rng = np.random.default_rng(0)
    worn = np.repeat([0.0, 1.0], 40)
    features = rng.normal(size=(80, 300))
    features[:, 7] += 6 * worn
    slopes, start = fitted_glasses(features, worn)
    said = features @ slopes + start
    assert said[worn == 1].min() > said[worn == 0].max()
    assert np.argmax(np.abs(slopes)) == 7


def test_a_person_kept_out_teaches_nothing_about_themselves() -> None:
    rng = np.random.default_rng(0)
    # Two pictures of each of sixty people, alike but for noise, and glasses that nothing shows.
    worn = np.repeat(rng.integers(0, 2, 60).astype(float), 2)
    features = np.repeat(rng.normal(size=(60, 2000)), 2, axis=0) + 0.01 * rng.normal(size=(120, 1))
    units = np.repeat([f"person/{number}" for number in range(60)], 2)
    assert abs(np.corrcoef(glasses_kept_out(features, worn, list(units)), worn)[0, 1]) < 0.4
    of_pictures = [f"picture/{number}" for number in range(120)]
    assert np.corrcoef(glasses_kept_out(features, worn, of_pictures), worn)[0, 1] > 0.8


def test_gradients_tell_upright_edges_from_level_ones() -> None:
    stripes = np.zeros((SIDE, SIDE, 3), np.uint8)
    stripes[:, ::16] = 255
    upright_edges = eye_gradients(stripes).reshape(72, 8).sum(axis=0)
    level_edges = eye_gradients(stripes.transpose(1, 0, 2)).reshape(72, 8).sum(axis=0)
    assert set(np.flatnonzero(upright_edges > 1)).isdisjoint(np.flatnonzero(level_edges > 1))


def test_a_convolution_is_padded_as_tensorflow_pads() -> None:
    attributes = {"strides": {"list": {"i": ["1", "2", "2", "1"]}}}
    result = _convolved([torch.ones(1, 1, 4, 4), torch.ones(3, 3, 1, 1)], attributes)
    assert result[0, 0].tolist() == [[9.0, 6.0], [6.0, 4.0]]
