"""Eight hours of study stay in little memory, measured in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fer_core.config import PROJECT_ROOT

#: Plays eight hours at a frame a second, and tells the growth of its own memory and its timeline.
EIGHT_HOURS = """
import gc
import numpy as np
from fer_core.affect.breaks import BreakPlan
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from tests.synthetic.signals import START, face, picture, with_valence

def resident():
    gc.collect()
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096

def play(session, seconds, since):
    for second in range(since + 1, since + seconds + 1):
        session.observe(pictures[second % 64], START + second)

rng = np.random.default_rng(0)
pictures = [picture(face(with_valence(float(rng.normal(0, 0.2))))) for _ in range(64)]
play(StudySession(SessionInfo("warm", START)), 600, 0)
before = resident()
session = StudySession(SessionInfo("long", START, plan=BreakPlan(50, 10)))
play(session, 8 * 3600, 0)
grown = resident() - before
widths = [row.width_s for row in session.rows()]
print(grown, widths.count(1.0), sum(widths))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_eight_hours_cost_less_than_20_megabytes() -> None:
    run = subprocess.run(
        [sys.executable, "-c", EIGHT_HOURS],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    grown, fine, covered = (float(word) for word in run.stdout.split())
    assert grown <= 20e6
    assert fine <= 1800
    assert covered == pytest.approx(8 * 3600, abs=20)
