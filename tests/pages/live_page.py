"""The live page without a browser: opened, agreed to, and shown faces."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from app.parts.clock import now
from app.parts.consent import CONSENT_VERSION
from app.parts.preferences import choose
from app.parts.sessions import session_registry
from fer_core.emotions import Emotion
from fer_core.live.running_session import RunningSession
from fer_core.vision.faces import Detections
from tests.pages.running import run_page
from tests.synthetic.signals import face, one_hot, picture

SMILE = picture(face(one_hot(Emotion.HAPPY, 0.9)))


def words(page: AppTest) -> str:
    groups = (page.markdown, page.caption, page.info, page.title, page.header, page.warning)
    return "\n".join(str(element.value) for group in groups for element in group)


def agree() -> None:
    """Let the learner have agreed to the camera before."""
    choose(consent_version=CONSENT_VERSION, consent_at=now())


def started(title: str = "Chapter 3", *, camera: bool = True) -> tuple[AppTest, RunningSession]:
    agree()
    page = run_page("live")
    page.text_input(key="setup_title").input(title)
    page.toggle(key="setup_camera").set_value(camera)
    page.button(key="start_session").click().run()
    (study,) = session_registry().running()
    return page, study


def watch(study: RunningSession, seen: Detections) -> None:
    """Let the session see the same picture from its start until a moment from now."""
    at = study.session.info.started_at
    while at < now() + 0.5:
        at += 0.2
        study.session.observe(seen, at)
