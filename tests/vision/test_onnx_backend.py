"""The networks on ONNX Runtime: no more threads than processors, no boxes that nobody asks for."""

from __future__ import annotations

import os

import numpy as np
import pytest

from fer_core.config import Settings
from fer_core.vision.backends import available_processors
from fer_core.vision.backends.onnx import OnnxBackend
from fer_core.vision.crops import to_tensor, whole


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="only Linux binds processes")
def test_a_process_bound_to_one_processor_runs_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert available_processors() == 1
    backend = OnnxBackend(Settings().weights.with_name("fer-yolov9t.onnx"), threads=4)
    assert backend._session.get_session_options().intra_op_num_threads == 1


@pytest.mark.parametrize("name", ["yolov9t", "yolov9t-refiner", "yolov9s-photo-refiner"])
@pytest.mark.parametrize(("left", "top"), [(130, 20), (180, 60)])  # in the middle, at the edge
def test_a_likely_anchor_has_the_same_box_whether_or_not_others_have_one(
    name: str, left: int, top: int, astronaut: np.ndarray
) -> None:
    network = OnnxBackend(Settings().weights.with_name(f"fer-{name}.onnx"))
    small = whole(200, 200, 160).render(astronaut[top : top + 200, left : left + 200])
    # Two that differ, for what one of them shows must not cut the other's boxes off.
    batch = to_tensor([small, np.ascontiguousarray(small[:, ::-1])])
    least = 0.05
    each, some = network(batch), network(batch, least)
    assert np.array_equal(each[:, 4:], some[:, 4:])
    likely = each[:, 4:].sum(axis=1) >= least
    assert likely.any(axis=1).all()
    boxes, likely_boxes = (np.moveaxis(answer[:, :4], 1, 2) for answer in (each, some))
    assert np.abs(boxes[likely] - likely_boxes[likely]).max() < 1e-3  # of a pixel
    assert (likely_boxes[~likely][:, 2:] == 0).all(axis=1).any()


def test_a_picture_of_nothing_likely_is_answered_too() -> None:
    network = OnnxBackend(Settings().weights.with_name("fer-yolov9t.onnx"))
    grey = np.full((1, 3, 64, 96), 0.5, np.float32)
    each, some = network(grey), network(grey, 0.9)
    assert each.shape == some.shape
    strongest = int(each[0, 4:].sum(axis=0).argmax())
    assert np.abs(each[0, :, strongest] - some[0, :, strongest]).max() < 1e-3
