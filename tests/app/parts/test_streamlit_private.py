"""The private parts that are used are those of the versions that are installed."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit
import streamlit_webrtc
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner import RerunData, StopException
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests, ScriptRequestType
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.common import WidgetMetadata

from app.parts import streamlit_private, streamlit_requests
from app.parts.streamlit_private import NAMES, PROMPT_PLACE, READABLE, SEEN_ON, STEADY, TO_THE_TOP
from fer_core.config import PROJECT_ROOT


@pytest.mark.parametrize("package", SEEN_ON)
def test_nothing_private_is_used_of_a_version_that_nobody_looked_at(package: str) -> None:
    installed = version(package)
    assert installed == SEEN_ON[package], (
        f"{package} {installed} is installed, and app/parts/streamlit_private.py was last seen to "
        f"work on {SEEN_ON[package]}. Run tests/app/parts/test_streamlit_private.py and "
        "tests/e2e/test_streamlit_private.py, look at the pages, then change SEEN_ON."
    )


def scripts_of(package: Path) -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in package.rglob("*.js"))


@pytest.fixture(scope="module")
def scripts_of_streamlit() -> str:
    return scripts_of(Path(streamlit.__file__).parent / "static")


@pytest.mark.parametrize("name", NAMES)
def test_streamlit_still_gives_its_elements_these_names(
    name: str, scripts_of_streamlit: str
) -> None:
    # Some names are put together from two parts: stBaseButton and primary.
    assert all(part in scripts_of_streamlit for part in name.split("-primary"))


def test_the_names_are_all_that_the_styles_and_scripts_ask_for() -> None:
    asked = READABLE + STEADY + PROMPT_PLACE + TO_THE_TOP
    used = set(re.findall(r"\bst[A-Z]\w+(?:-primary)?|data-stale", asked))
    assert used == set(NAMES)


def test_the_frame_of_the_video_is_still_found_by_its_title() -> None:
    # Streamlit gives a component's frame the component's name as its title.
    source = Path(streamlit_webrtc.__file__).parent / "component.py"
    assert re.search(r'declare_component\(\s*"\w*webrtc\w*"', source.read_text(encoding="utf-8"))


def test_private_parts_stand_in_their_own_files_only() -> None:
    # "st-key-" is documented: the class of a container that was given a key.
    private = re.compile(
        r"data-testid|data-stale|iframe\[|\bst[A-Z][a-z]+(?:Container|Button)\b|streamlit\.runtime"
    )
    theirs = {Path(streamlit_private.__file__), Path(streamlit_requests.__file__)}
    elsewhere = [
        file.relative_to(PROJECT_ROOT)
        for folder in ("app", "pages")
        for file in (PROJECT_ROOT / folder).rglob("*.py")
        if file not in theirs and private.search(file.read_text("utf-8"))
    ]
    assert elsewhere == []


class Session(AppSession):
    """A tab's session with nothing but its loop and its runner."""

    def __init__(self, runner: object, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._event_loop = loop  # type: ignore[assignment]
        self._scriptrunner = runner  # type: ignore[assignment]
        self._state = AppSessionState.APP_IS_RUNNING
        self._client_state = ClientState()

    def __del__(self) -> None:
        """Leave out the parent's, which ends what was never begun here."""

    def has_fragment(self, fragment_id: str) -> bool:
        return fragment_id != "gone"


def test_what_an_ended_runner_wrote_is_sent_before_the_next_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    happened: list[str] = []

    def begin(session: AppSession, data: RerunData) -> None:
        happened.append(f"run {data.query_string}")

    def take(session: AppSession, client_state: ClientState | None) -> None:
        happened.append("take second")

    monkeypatch.setattr(streamlit_requests, "_begin_runner", begin)
    monkeypatch.setattr(streamlit_requests, "_take_request", take)

    async def ask_in_the_moment_of_the_end() -> None:
        session = Session(object(), asyncio.get_running_loop())
        session._event_loop.call_soon(happened.append, "last words")
        streamlit_requests._begin_after_last_words(session, RerunData(query_string="first"))
        streamlit_requests._take_all_of_it(session, None)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    with ThreadPoolExecutor(1) as thread:  # this one may have the browser tests' loop
        thread.submit(asyncio.run, ask_in_the_moment_of_the_end()).result()
    assert happened == ["last words", "run first", "take second"]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[ClientState]:
    """What goes on to Streamlit of what a tab asks for."""
    taken: list[ClientState] = []

    def take(session: AppSession, client_state: ClientState | None) -> None:
        assert client_state is not None
        taken.append(client_state)

    monkeypatch.setattr(streamlit_requests, "_take_request", take)
    return taken


def said(*pressed: str, **chosen: str) -> WidgetStates:
    """What a tab says: buttons that are pressed, and values that are held."""
    presses = [WidgetState(id=name, trigger_value=True) for name in pressed]
    values = [WidgetState(id=name, string_value=value) for name, value in chosen.items()]
    return WidgetStates(widgets=[*presses, *values])


def ask(runner: object, states: WidgetStates, part: str = "", *, by_itself: bool = False) -> None:
    request = ClientState(widget_states=states, fragment_id=part, is_auto_rerun=by_itself)
    streamlit_requests._take_all_of_it(Session(runner), request)


def names(states: WidgetStates | None) -> list[str]:
    return sorted(value.id for value in states.widgets) if states else []


def test_a_part_that_refreshes_itself_presses_nothing(taken: list[ClientState]) -> None:
    ask(None, said("button", field="words"), "part", by_itself=True)
    ask(None, said("button", field="words"))
    assert [names(request.widget_states) for request in taken] == [["field"], ["button", "field"]]


def test_a_press_in_the_name_of_a_part_that_is_gone_lets_the_page_run(
    taken: list[ClientState],
) -> None:
    ask(None, said("button"), "gone")
    ask(None, said("button"), "part")
    ask(None, said(field="words"), "gone")
    assert [request.fragment_id for request in taken] == ["", "part", "gone"]


class Runner:
    """What takes a tab's requests, and how it hears them when it begins."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *parts: str) -> None:
        for name, mended in (
            ("_request_rerun_locked", streamlit_requests._put_down_with_presses),
            ("on_scriptrunner_yield", streamlit_requests._interrupt_no_act),
            ("on_scriptrunner_ready", streamlit_requests._go_on_after_the_act),
        ):
            monkeypatch.setattr(ScriptRequests, name, mended)
        self.in_its_run = True
        self._requests = ScriptRequests()
        self.request_stop = self._requests.request_stop
        context = SimpleNamespace(
            script_requests=self._requests,
            fragment_ids_this_run=list(parts),
            query_string="",
            page_script_hash="page",
            cached_message_hashes=frozenset(),
            context_info=None,
        )
        monkeypatch.setattr(
            streamlit_requests,
            "get_script_run_ctx",
            lambda **_: context if self.in_its_run else None,
        )

    def take(self, states: WidgetStates) -> None:
        assert self._requests.request_rerun(RerunData(widget_states=states))

    def hear(self, state: SessionState | None = None) -> None:
        request = self._requests.on_scriptrunner_ready()
        streamlit_requests._hear_all_of_it(
            state or SessionState(), request.rerun_data.widget_states
        )


def test_a_press_that_its_runner_had_not_begun_with_is_for_the_next(
    monkeypatch: pytest.MonkeyPatch, taken: list[ClientState]
) -> None:
    runner = Runner(monkeypatch)
    runner.take(said("first"))
    ask(runner, said("second"))
    assert names(taken[0].widget_states) == ["first", "second"]


def test_a_press_that_its_runner_has_heard_is_not_heard_again(
    monkeypatch: pytest.MonkeyPatch, taken: list[ClientState]
) -> None:
    runner = Runner(monkeypatch)
    runner.take(said("first"))
    runner.hear()
    runner.take(said("second"))  # waits in line when the third comes
    ask(runner, said("third"))
    assert names(taken[0].widget_states) == ["second", "third"]


def test_a_runner_whose_presses_went_to_the_next_hears_nothing(
    monkeypatch: pytest.MonkeyPatch, taken: list[ClientState]
) -> None:
    runner = Runner(monkeypatch)
    runner.take(said("first"))
    begun = runner._requests.on_scriptrunner_ready().rerun_data
    ask(runner, said("second"))
    with pytest.raises(StopException):
        streamlit_requests._hear_all_of_it(SessionState(), begun.widget_states)
    assert names(taken[0].widget_states) == ["first", "second"]


@pytest.mark.parametrize(
    ("states", "all_of_it"),
    [
        (said(inside="new", outside="old"), False),
        (said(inside="old", outside="new"), True),
        (said("press_inside", inside="old", outside="old"), False),
        (said("press_outside", inside="new", outside="old"), True),
    ],
)
def test_what_changes_elsewhere_in_the_same_moment_lets_the_whole_page_run(
    states: WidgetStates, all_of_it: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = SessionState()
    for name, part in (("inside", "part"), ("outside", None)):
        state._new_widget_state.set_widget_metadata(
            WidgetMetadata(name, str, str, "string_value", fragment_id=part)
        )
        state._new_widget_state.set_widget_metadata(
            WidgetMetadata(f"press_{name}", bool, bool, "trigger_value", fragment_id=part)
        )
        state._old_state |= {name: "old", f"press_{name}": False}
    runner = Runner(monkeypatch, "part")
    runner.take(states)
    runner.hear(state)
    request = runner._requests.on_scriptrunner_yield()
    assert (request is not None) == all_of_it
    if request is not None:
        assert request.type is ScriptRequestType.RERUN
        assert not request.rerun_data.fragment_id_queue
        pressed = [value.id for value in states.widgets if value.trigger_value]
        assert names(request.rerun_data.replay_trigger_states) == pressed


@pytest.mark.parametrize("stopped", [False, True])
def test_a_run_that_acts_on_a_press_is_interrupted_only_where_it_asks_for_the_next(
    stopped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = Runner(monkeypatch)
    requests = runner._requests
    streamlit_requests.act_to_the_end()
    runner.in_its_run = False  # the browser asks
    if stopped:
        requests.request_stop()
    else:
        runner.take(said("camera"))
    assert requests.on_scriptrunner_yield() is None

    runner.in_its_run = True
    requests.request_rerun(RerunData())
    asked = requests.on_scriptrunner_yield()
    assert asked is not None
    assert asked.type is (ScriptRequestType.STOP if stopped else ScriptRequestType.RERUN)


def test_the_run_after_one_that_acted_is_interrupted_as_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runner = Runner(monkeypatch)
    streamlit_requests.act_to_the_end()
    runner.in_its_run = False  # the browser asks
    runner.take(said("first"))
    assert runner._requests.on_scriptrunner_yield() is None
    runner._requests.on_scriptrunner_ready()
    runner.take(said("second"))
    assert runner._requests.on_scriptrunner_yield() is not None


def test_a_press_is_noted_also_where_the_run_is_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    runner = Runner(monkeypatch)
    interrupted: list[object] = []

    def in_its_callback(*_: object, **__: object) -> None:
        runner.request_stop()
        interrupted.append(runner._requests.on_scriptrunner_yield())

    monkeypatch.setattr(streamlit_requests, "_hear", in_its_callback)
    runner.take(said("press"))
    runner.hear()
    assert interrupted == [None]
    assert runner._requests.on_scriptrunner_yield() is not None
