"""What this app uses of the private parts of Streamlit and streamlit-webrtc.

It is the names of elements on the page, for what cannot be said in config.toml and to press the
camera's button; whether a tab is still there; and, in `streamlit_requests`, how a tab's requests
are taken, for else clicks got lost. A new version may change them without a word. So each stands
here or there with what it is for, and a test compares the installed versions with those that they
were last seen on.
"""

from __future__ import annotations

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

#: The versions on which everything here was last seen to work.
SEEN_ON = {"streamlit": "1.67.0", "streamlit-webrtc": "0.79.0"}

#: Names (`data-testid`) that stand in the scripts and styles below, and their attribute for parts
#: that a run has not reached yet.
NAMES = (
    "stBaseButton-primary",
    "stCaptionContainer",
    "stElementContainer",
    "stExpandSidebarButton",
    "stHeaderActionElements",
    "stLayoutWrapper",
    "stMain",
    "data-stale",
)

#: Streamlit writes on primary buttons in white, which on the bright blue of the dark theme has a
#: contrast of 2.3 to 1 (dark letters: 7.9), and fades captions to 4.2 to 1 on white (now 5.8; the
#: green code in them had 3.8). On a phone the menu folds into a button that is a mere "»". Links
#: and fields show the tab key's place by a change of colour alone, so everything has a ring. A
#: heading's link to itself is a stop on the tab key's way that leads nowhere.
READABLE = """
<style>
button[data-testid^="stBaseButton-primary"]:not(:disabled) { color: light-dark(#fff, #11161d); }
[data-testid="stCaptionContainer"] { opacity: 0.7; }
[data-testid="stCaptionContainer"] code { color: inherit; }
[data-testid="stExpandSidebarButton"]::after { content: "Menu"; margin-left: 0.25rem; }
[data-testid="stHeaderActionElements"] { display: none; }
:is(a, button, input, textarea, summary, [tabindex="0"]):not(main):focus-visible {
  outline: 2px solid light-dark(#0b6e99, #56b4e9) !important; outline-offset: 1px; }
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { animation-duration: 0.01ms !important; transition-duration: 0s !important;
    animation-iteration-count: 1 !important; scroll-behavior: auto !important; }
}
</style>
"""

#: Streamlit fades what a slow run has not reached yet; parts that refresh each second would blink.
STEADY = """
<style>
[data-testid="stElementContainer"][data-stale="true"] { opacity: 1 !important; transition: none; }
</style>
"""

#: A question or a suggestion stands at the bottom of the window, wherever the page is scrolled to,
#: and at the end of the page below everything: so nothing moves when it comes.
PROMPT_PLACE = """
<style>
.st-key-running > [data-testid="stLayoutWrapper"]:has(.st-key-prompt) {
  position: sticky; bottom: 0.75rem; z-index: 10; width: 100%; max-width: 44rem; align-self: center;
}
.st-key-prompt > * {
  background: light-dark(#fff, #11161d); border-radius: 0.6rem;
  box-shadow: 0 2px 14px light-dark(rgb(28 37 48 / 0.22), rgb(0 0 0 / 0.7));
}
</style>
"""

#: Scrolls the page to its top and lets the tab key begin there, once for each step. Left alone, a
#: page stays scrolled down, and the tab key goes on in the middle of it.
TO_THE_TOP = """
export default function ({ data }) {
  if (window.stepShown === data.step) return
  window.stepShown = data.step
  const main = document.querySelector('[data-testid="stMain"]')
  main?.scrollTo({ top: 0 })
  main?.focus({ preventScroll: true })
}
"""

#: Scrolls to an element and lets the tab key go on from there, once for each step.
TO_A_PLACE = """
export default function ({ data }) {
  if (window.placeShown === data.step) return
  const place = document.getElementById(data.place)
  if (!place) return
  window.placeShown = data.step
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches
  place.scrollIntoView({ block: "center", behavior: calm ? "instant" : "smooth" })
  place.focus({ preventScroll: true })
}
"""

#: The frame in which streamlit-webrtc shows the video, by a part of its title.
VIDEO_FRAME = 'iframe[title*="webrtc"]'

#: Keeps house in that frame. It shows the video alone: buttons and messages are the page's own, in
#: its words. It presses the frame's own button for the learner as soon as that can be pressed,
#: once for each attempt, within 10 seconds: streamlit-webrtc's way to start without a press begins
#: a new connection on every run of the page until the browser has given the camera, and none of
#: them holds. And it tells the name of the error (the standard's) where the browser gives no
#: camera, which the frame shows and tells nobody; and takes it back once the camera is allowed, so
#: that it is tried again.
CAMERA_KEEPER = f"""
const ERRORS = /(NotAllowed|NotFound|NotReadable|Overconstrained|Abort|Security)Error/
const ALONE = "body *:not(:has(video)):not(video) {{ display: none !important }}" +
  " body, body * {{ margin: 0 !important; padding: 0 !important; background: none !important }}" +
  " video {{ width: 100vw !important; height: 100vh !important; object-fit: cover }}"

// Not every browser tells whether the camera is allowed.
const allowed = (then) =>
  navigator.permissions?.query({{ name: "camera" }}).then(
    (camera) => (camera.onchange = () => camera.state === "granted" && then()),
    () => {{}},
  )

export default function ({{ parentElement, data, setStateValue }}) {{
  const keeper = (parentElement.keeper ??= {{ pressed: 0, told: 0 }})
  keeper.data = data
  keeper.tell = (answer) => setStateValue("answer", answer)
  const look = () => {{
    const inside = document.querySelector('{VIDEO_FRAME}')?.contentDocument
    if (!inside?.body) return
    if (!inside.getElementById("alone")) {{
      const style = inside.createElement("style")
      style.id = "alone"
      style.textContent = ALONE
      inside.head.append(style)
    }}
    const {{ attempt, since, label }} = {{ since: keeper.since, ...keeper.data }}
    if (attempt > keeper.pressed) {{
      if (keeper.attempt !== attempt) {{
        keeper.attempt = attempt
        keeper.since = Date.now()
      }}
      const buttons = [...inside.querySelectorAll("button")]
      const start = buttons.find(
        (each) => each.textContent.toLowerCase() === label.toLowerCase() && !each.disabled,
      )
      if (start || Date.now() - keeper.since > 10000) keeper.pressed = attempt
      if (start) start.click()
    }} else if (attempt > keeper.told) {{
      const error = ERRORS.exec(inside.body.textContent)
      if (error) {{
        keeper.told = attempt
        keeper.tell({{ name: error[0], attempt }})
        allowed(() => keeper.told === attempt && keeper.tell({{ name: "", attempt }}))
      }}
    }}
  }}
  look()
  const timer = setInterval(look, 150)
  return () => clearInterval(timer)
}}
"""


def served_tab() -> str | None:
    """Return Streamlit's name of the tab that is being served; None outside a server."""
    context = get_script_run_ctx()
    return None if context is None or not runtime.exists() else context.session_id


def is_tab_open(name: str) -> bool:
    """Whether a tab of this name is connected now."""
    return runtime.exists() and runtime.get_instance().is_active_session(name)
