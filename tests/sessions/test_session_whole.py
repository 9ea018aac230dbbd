"""A session as a whole: its table, its threads, its events."""

from __future__ import annotations

import itertools
import threading

import numpy as np
import pytest

from tests.sessions.playing import CALM, TWO, new_session, show
from tests.synthetic.signals import (
    START,
    Learner,
    frames,
)


def test_the_table_has_a_reason_for_each_missing_number() -> None:
    session = new_session()
    end = show(session, CALM, 0, 20)
    show(session, TWO, end, 10)
    frame = session.timeline()
    for name in ("comprehension", "stress", "attention"):
        missing = frame[name].isna()
        assert (frame.loc[missing, f"{name}_reason"] != "").all()
        assert (frame.loc[~missing, f"{name}_reason"] == "").all()
    assert frame["time"].is_monotonic_increasing
    assert str(frame["time"].dtype).endswith("UTC]")


def test_a_coarser_table_adds_up_to_the_same_time() -> None:
    session = new_session()
    show(session, CALM, 0, 60)
    fine, coarse = session.timeline(), session.timeline(bucket_s=5)
    assert len(coarse) == pytest.approx(len(fine) / 5, abs=1)
    assert coarse["valid_s"].sum() == pytest.approx(fine["valid_s"].sum())


def test_two_sessions_with_the_same_frames_give_the_same_table() -> None:
    first, second = new_session(), new_session()
    shown = list(frames(Learner(), 60, 8, np.random.default_rng(1)))
    for session, pages in ((first, True), (second, False)):
        for at, detections in shown:
            session.observe(detections, START + at)
            if pages:
                session.snapshot(START + at)
    assert first.rows() == second.rows()


def test_threads_may_read_while_frames_come() -> None:
    session, errors = new_session(), []

    def read() -> None:
        try:
            for i in range(200):
                session.snapshot(START + i)
                session.timeline()
        except Exception as error:
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    show(session, CALM, 0, 200)
    for reader in readers:
        reader.join()
    assert not errors


def test_times_between_events_never_run_back() -> None:
    session = new_session()
    show(session, CALM, 0, 10)
    session.pause(START + 10)
    session.resume(START + 200)
    session.finish(START + 300)
    times = [event.at for event in session.events()]
    assert all(later >= earlier for earlier, later in itertools.pairwise(times))
