"""What nobody uses any more is given back by a thread, not after each run of a script."""

from __future__ import annotations

import tomllib
import weakref
from functools import partial
from threading import Event

import pytest
from streamlit.testing.v1 import AppTest

from app.parts import garbage
from fer_core.config import PROJECT_ROOT
from fer_core.live.sweeper import Sweeper


class Circle:
    """What counting references alone never gives back."""

    def __init__(self) -> None:
        self.itself = self


def page() -> None:
    from app.parts.garbage import collect_garbage

    collect_garbage()


def test_a_thread_gives_back_what_refers_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "Sweeper", partial(Sweeper, every_s=0.01))
    garbage.collect_garbage.clear()
    given_back = Event()
    weakref.finalize(Circle(), given_back.set)
    try:
        AppTest.from_function(page).run()
        assert given_back.wait(30)
    finally:
        garbage.collect_garbage.clear()


def test_streamlit_does_not_look_for_it_after_each_run() -> None:
    settings = tomllib.loads((PROJECT_ROOT / ".streamlit" / "config.toml").read_text())
    assert settings["runner"]["postScriptGC"] is False
    assert settings["server"]["fileWatcherType"] == "none"
