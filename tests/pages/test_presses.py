"""A press does what it says, also where something else asks for a run in the middle of that."""

from __future__ import annotations

from threading import Thread

import pytest
from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

from app.parts.sessions import session_registry
from app.reading import reading, text
from app.reading.open_text import OpenText
from fer_core.sessions.session_info import SessionInfo, new_session_id
from fer_core.sessions.snapshot import State
from fer_core.texts.opening import open_pasted
from tests.pages.running import page_path, run_app

TEXT = open_pasted("A text", "Words to read stand here in a row, one after the other. " * 30)


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize(
    ("button", "state"),
    [("finish_reading", State.FINISHED), ("pause_reading", State.PAUSED)],
)
def test_a_press_is_not_lost_to_what_the_camera_says_meanwhile(
    button: str, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted: list[bool] = []
    end_step = text.end_step

    def as_the_camera_speaks(open_text: OpenText) -> None:
        context = get_script_run_ctx()
        assert context is not None
        assert context.script_requests is not None
        if not interrupted:
            request = RerunData(context.query_string, page_script_hash=context.page_script_hash)
            camera = Thread(target=context.script_requests.request_rerun, args=(request,))
            camera.start()
            camera.join()
        interrupted.append(True)
        end_step(open_text)

    for module in (reading, text):
        monkeypatch.setattr(module, "end_step", as_the_camera_speaks)
    registry = session_registry()
    study = registry.start(SessionInfo(new_session_id(), registry.clock()), TEXT)
    app = run_app()
    app.switch_page(page_path("reading"))
    app.query_params["reading"] = study.session_id
    app.run()
    app.button(key=button).click().run()
    assert not app.exception
    assert interrupted
    assert study.session.state is state
