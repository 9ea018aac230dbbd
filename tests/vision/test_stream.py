"""A stream's mailbox, from the camera's side and from the engine's."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.errors import NotReady
from fer_core.vision.faces import Box, Detections, Face, FramePath, Timing
from fer_core.vision.stream import Stream, StreamFrame, StreamStats

GREY = np.full((32, 32, 3), 128, np.uint8)


def found(path: FramePath = "detected") -> Detections:
    face = Face(Box(8, 8, 16, 16), 0.9, np.full(5, 0.2))
    return Detections((face,), 32, 32, Timing(path=path))


@pytest.fixture
def events() -> list[object]:
    return []


@pytest.fixture
def stream(events: list[object]) -> Stream:
    return Stream(lambda _, at: events.append(at), events.append, events.append)


def taken(stream: Stream) -> StreamFrame:
    frame = stream.take()
    assert frame is not None
    return frame


def test_one_frame_is_in_hand_at_a_time(stream: Stream) -> None:
    stream.submit(GREY, 0.0)
    first = taken(stream)
    stream.submit(GREY, 1.0)
    assert stream.take() is None
    stream.deliver(first, found())
    assert taken(stream).captured_at == 1.0


def test_a_frame_that_fails_makes_way_for_the_next(stream: Stream) -> None:
    stream.submit(GREY, 0.0)
    taken(stream)
    stream.fail()
    stream.submit(GREY, 1.0)
    assert taken(stream).captured_at == 1.0
    assert stream.latest() is None
    assert stream.stats() == StreamStats(submitted=2, failed=1)


def test_what_is_delivered_is_told_counted_and_the_newest(
    stream: Stream, events: list[object]
) -> None:
    for at, path in ((0.0, "detected"), (0.1, "followed")):
        stream.submit(GREY, at)
        stream.deliver(taken(stream), found(path))  # type: ignore[arg-type]
    latest = stream.latest()
    assert latest is not None
    assert (latest.captured_at, latest.sequence) == (0.1, 2)
    assert [face.track_id for face in latest.detections.faces] == [1]
    assert stream.stats() == StreamStats(submitted=2, analysed=2, followed=1)
    assert events == [False, 0.0, False, 0.1]


def test_whoever_serves_hears_whether_a_frame_was_replaced(
    stream: Stream, events: list[object]
) -> None:
    stream.submit(GREY, 0.0)
    stream.submit(GREY, 1.0)
    assert events == [False, True]
    assert taken(stream).captured_at == 1.0


def test_skin_is_measured_where_it_is_asked_for(stream: Stream) -> None:
    for skin in (False, True):
        stream.submit(GREY, float(skin), skin=skin)
        stream.deliver(taken(stream), found())
        latest = stream.latest()
        assert latest is not None
        assert (latest.detections.faces[0].skin is not None) is skin


def test_a_closed_stream_drops_what_waits_and_takes_no_more(
    stream: Stream, events: list[object]
) -> None:
    stream.submit(GREY, 0.0)
    stream.close()
    assert events[-1] is stream
    assert stream.take() is None
    with pytest.raises(NotReady):
        stream.submit(GREY, 1.0)
