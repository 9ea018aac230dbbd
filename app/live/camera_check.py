"""The connection check: asks the browser for the camera once and says in words what it answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

#: What the browser may answer (the names are the standard's), and what to do about it.
ANSWERS: dict[str, str] = {
    "ok": "The camera works: {detail}.",
    "insecure": (
        "Browsers give the camera to secure pages only. Open the app at http://localhost on this "
        "machine, or serve it over HTTPS."
    ),
    "unsupported": "This browser gives pages no camera. Try a current Firefox, Chrome or Safari.",
    "NotAllowedError": (
        "The browser does not let this page use the camera. Allow it by the camera sign in the "
        "address bar (and in the system's privacy settings), then check again."
    ),
    "NotFoundError": "No camera was found. Plug one in, then check again.",
    "NotReadableError": (
        "The camera is busy: another program or tab is using it. Close that, then check again."
    ),
    "OverconstrainedError": "The camera cannot give pictures of a usable size. Try another one.",
    "timeout": "The camera did not answer. Answer your browser's question about it, or unplug it.",
}
OTHER = "The camera could not be started ({name}). Try another browser or camera."

_HTML = """
<div class="row"><button type="button">Check the camera</button>
<span role="status" aria-live="polite"></span></div>
"""
_CSS = """
.row { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center;
  font-family: var(--st-font); }
button { font: inherit; color: var(--st-text-color); background: transparent; cursor: pointer;
  border: 1px solid var(--st-border-color); border-radius: .6rem; padding: .45rem .9rem; }
button:hover, button:focus-visible { border-color: var(--st-primary-color);
  color: var(--st-primary-color); outline: none; }
button:focus-visible { box-shadow: 0 0 0 2px var(--st-primary-color); }
span { color: var(--st-text-color); }
"""
_JS = """
export default function ({ parentElement, setStateValue }) {
  const button = parentElement.querySelector("button")
  const status = parentElement.querySelector("span")
  if (button.dataset.ready) return
  button.dataset.ready = "yes"

  async function ask() {
    if (!window.isSecureContext) return { name: "insecure" }
    if (!navigator.mediaDevices?.getUserMedia) return { name: "unsupported" }
    let timer
    const tooLong = new Promise((resolve) => {
      timer = setTimeout(() => resolve({ name: "timeout" }), 20000)
    })
    const camera = navigator.mediaDevices.getUserMedia({ video: true, audio: false }).then(
      (stream) => {
        const track = stream.getVideoTracks()[0]
        const detail = track?.label || "camera"
        stream.getTracks().forEach((each) => each.stop())
        return { name: "ok", detail }
      },
      (error) => ({ name: error.name }),
    )
    const answer = await Promise.race([camera, tooLong])
    clearTimeout(timer)
    return answer
  }

  button.onclick = async () => {
    button.disabled = true
    status.textContent = "Asking the browser…"
    const answer = await ask()
    status.textContent = ""
    button.disabled = false
    setStateValue("answer", { ...answer, at: Date.now() })
  }
}
"""

_component = st.components.v2.component("camera_check", html=_HTML, css=_CSS, js=_JS)


@dataclass(frozen=True, slots=True)
class CameraAnswer:
    """What the browser said about the camera.

    Attributes:
        works: It gave a picture.
        words: What to tell the learner.
    """

    works: bool
    words: str


def camera_check(key: str) -> CameraAnswer | None:
    """Show the check's button; return what the browser answered last, None before the first."""
    result = _component(key=key, on_answer_change=lambda: None)
    return read_answer(result.answer)


def read_answer(answer: Any) -> CameraAnswer | None:
    """Turn the browser's answer into words; what it sends is not trusted to have a form."""
    if not isinstance(answer, dict):
        return None
    name = str(answer.get("name", ""))[:40]
    detail = str(answer.get("detail") or "camera")[:60]
    if name in ANSWERS:
        return CameraAnswer(name == "ok", ANSWERS[name].format(detail=detail))
    return CameraAnswer(False, OTHER.format(name=name or "no reason given"))
