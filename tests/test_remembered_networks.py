"""A remembered answer is the network's own, for that picture and those outputs only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest

from tests.support import networks
from tests.support.networks import RememberingSession


class Doubling:
    """Stands for an inference session: it doubles what it is given, and counts."""

    runs = 0

    def run(
        self, outputs: Sequence[str] | None, inputs: Mapping[str, npt.NDArray[Any]]
    ) -> list[npt.NDArray[Any]]:
        self.runs += 1
        return [2 * value for value in inputs.values()]


def remembering(session: Doubling) -> RememberingSession:
    return RememberingSession(cast(onnxruntime.InferenceSession, session))


def test_the_same_question_is_answered_once_and_each_asker_may_change_the_answer() -> None:
    session = Doubling()
    network = remembering(session)
    (first,) = network.run(None, {"images": np.ones(3)})
    first[:] = 7
    (second,) = network.run(None, {"images": np.ones(3)})
    assert second.tolist() == [2, 2, 2]
    assert session.runs == 1


def test_another_value_shape_type_or_output_is_another_question() -> None:
    session = Doubling()
    network = remembering(session)
    for value in (np.ones(4), np.zeros(4), np.ones((2, 2)), np.ones(4).view(np.int64)):
        network.run(None, {"images": value})
    network.run(["boxes"], {"images": np.ones(4)})
    network.run(None, {"eyes": np.ones(4)})
    assert session.runs == 6


def test_the_oldest_answers_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "MOST_KEPT", 2)
    session = Doubling()
    network = remembering(session)
    for value in (1, 2, 3, 3, 1):
        network.run(None, {"images": np.full(2, value)})
    assert session.runs == 4
