"""The private parts that are used are those of the versions that are installed."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import pytest
import streamlit
import streamlit_webrtc
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner import RerunData

from app.parts import streamlit_private
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


def test_private_parts_stand_in_one_file_only() -> None:
    # "st-key-" is documented: the class of a container that was given a key.
    private = re.compile(
        r"data-testid|data-stale|iframe\[|\bst[A-Z][a-z]+(?:Container|Button)\b|streamlit\.runtime"
    )
    elsewhere = [
        file.relative_to(PROJECT_ROOT)
        for folder in ("app", "pages")
        for file in (PROJECT_ROOT / folder).rglob("*.py")
        if file != Path(streamlit_private.__file__) and private.search(file.read_text("utf-8"))
    ]
    assert elsewhere == []


class Session(AppSession):
    """A tab's session with nothing but its loop and a runner that has ended."""

    def __init__(self) -> None:
        self._event_loop = asyncio.get_running_loop()
        self._scriptrunner = object()  # type: ignore[assignment]
        self._state = AppSessionState.APP_IS_RUNNING

    def __del__(self) -> None:
        """Leave out the parent's, which ends what was never begun here."""


def test_what_an_ended_runner_wrote_is_sent_before_the_next_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    happened: list[str] = []

    def begin(session: AppSession, data: RerunData) -> None:
        happened.append(f"run {data.query_string}")

    def take(session: AppSession, client_state: ClientState | None) -> None:
        happened.append("take second")

    monkeypatch.setattr(streamlit_private, "_begin_runner", begin)
    monkeypatch.setattr(streamlit_private, "_take_request", take)

    async def ask_in_the_moment_of_the_end() -> None:
        session = Session()
        session._event_loop.call_soon(happened.append, "last words")
        streamlit_private._begin_after_last_words(session, RerunData(query_string="first"))
        streamlit_private._take_for_the_page_asked(session, None)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    with ThreadPoolExecutor(1) as thread:  # this one may have the browser tests' loop
        thread.submit(asyncio.run, ask_in_the_moment_of_the_end()).result()
    assert happened == ["last words", "run first", "take second"]
