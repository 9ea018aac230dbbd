"""What sessions teach about their learner, and how that is forgotten."""

from __future__ import annotations

from dataclasses import replace

from fer_core.affect.baseline import Baseline
from fer_core.learner.evaluation import CameraVerdict
from fer_core.storage.store import SessionStore
from tests.storage.conftest import Clock
from tests.storage.sessions import (
    START,
    full_session,
    saved,
)


def test_a_deleted_session_teaches_the_estimates_nothing(store: SessionStore) -> None:
    saved(store, full_session())
    assert store.learner.profile().comprehension.answers == 2
    store.delete("s1")
    assert store.learner.profile().comprehension.answers == 0


def test_what_is_known_of_a_learner_comes_from_all_sessions(store: SessionStore) -> None:
    for number in range(5):
        saved(store, full_session(f"s{number}", START + 1000 * number))
    learner = store.learner.profile()
    assert learner.baseline is not None
    assert learner.comprehension.answers == 10
    assert learner.stress.answers == 5
    assert len(learner.examples) == 10
    assert {one.session_id for one in learner.examples} == {f"s{number}" for number in range(5)}
    # Questions that were placed and corrections teach, but do not judge.
    assert learner.evaluation.answers == 0
    assert learner.stress_evaluation.answers == 5
    assert len(learner.usual.comprehension) == 5
    assert store.learner.profile(before=START + 4000).comprehension.answers == 8


def test_the_baseline_follows_the_learner_until_it_is_reset(store: SessionStore) -> None:
    saved(store, full_session())
    first = store.learner.profile().baseline
    assert first is not None
    other = Baseline(
        {channel: replace(usual, median=0.9) for channel, usual in first.usual.items()}
    )
    session = full_session(
        "s2", START + 5000, profile=replace(store.learner.profile(), baseline=other)
    )
    saved(store, session)
    kept = store.learner.profile().baseline
    assert kept == session.baseline
    assert kept not in (first, other)
    store.learner.reset_baseline()
    assert store.learner.profile().baseline is None


def test_after_a_reset_only_new_answers_count(store: SessionStore, clock: Clock) -> None:
    saved(store, full_session())
    store.learner.reset_personalisation()
    assert store.learner.profile().comprehension.answers == 0
    assert store.learner.profile().evaluation.verdict is CameraVerdict.NOT_CALIBRATED
    saved(store, full_session("s2", clock.now + 10))
    assert store.learner.profile().comprehension.answers == 2
