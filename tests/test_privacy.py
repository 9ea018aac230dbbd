"""Loading and using the core touches no network and leaves nothing in the home folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fer_core.config import PROJECT_ROOT

USE_THE_MODEL = """
import time
import numpy as np
from fer_core import EmotionDetector
from fer_core.config import Settings
detector = EmotionDetector.load(Settings().weights, threads=1)
detector.detect(np.zeros((480, 640, 3), np.uint8))
time.sleep(5)  # what reports home does so in the background
"""


def test_using_the_model_connects_to_nobody_and_writes_nothing_at_home(tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not here to watch what is connected to")
    trace, home = tmp_path / "trace.txt", tmp_path / "home"
    home.mkdir()
    command = [strace, "-f", "-qq", "-o", str(trace), "-e", "trace=connect,sendto,sendmsg,sendmmsg"]
    environment = {
        **{name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"},
        "HOME": str(home),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    subprocess.run(
        [*command, sys.executable, "-c", USE_THE_MODEL],
        check=True,
        cwd=PROJECT_ROOT,
        env=environment,
        timeout=120,
    )
    assert not re.search(r"sa_family=AF_INET6?\b", trace.read_text(errors="replace"))
    assert [path for path in home.rglob("*") if path.is_file()] == []
