"""The network on ONNX Runtime uses no more threads than there are processors for it."""

from __future__ import annotations

import os

import pytest

from fer_core.config import Settings
from fer_core.vision.backends import available_processors
from fer_core.vision.backends.onnx import OnnxBackend


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="only Linux binds processes")
def test_a_process_bound_to_one_processor_runs_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert available_processors() == 1
    backend = OnnxBackend(Settings().weights.with_name("fer-yolov9t.onnx"), threads=4)
    assert backend._session.get_session_options().intra_op_num_threads == 1
