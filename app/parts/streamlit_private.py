"""All that this app uses of the private parts of Streamlit and streamlit-webrtc.

It is the names of elements on the page, for what cannot be said in config.toml and to press the
camera's button; whether a tab is still there; and how a tab's requests are taken, for else clicks
got lost. A new version may change them without a word. So each stands here with what it is for, and
a test compares the installed versions with those that they were last seen on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, WeakSet

from streamlit import runtime
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner import RerunData, StopException, get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import (
    ScriptRequests,
    ScriptRequestType,
    _coalesce_replay_trigger_states,
    _coalesce_widget_states,
    _has_active_trigger_value,
)
from streamlit.runtime.state import SessionState

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


_begin_runner = AppSession._create_scriptrunner
_take_request = AppSession.request_rerun
_put_down = ScriptRequests._request_rerun_locked
_hear = SessionState.on_script_will_rerun
#: Where each tab was last sent to.
_asked: WeakKeyDictionary[AppSession, _Asked] = WeakKeyDictionary()
#: Those whose next runner begins in the next turn of the loop.
_waiting: WeakSet[AppSession] = WeakSet()
#: The presses that each runner was asked to act on and has not begun to.
_unheard: WeakKeyDictionary[ScriptRequests, WidgetStates] = WeakKeyDictionary()


class _Asked(NamedTuple):
    """The page that a tab asked for last."""

    page: str
    query: str
    #: The page before, as long as the tab may still speak for it.
    left: str
    #: The names of the elements whose values the request carried.
    values: frozenset[str]


def lose_no_request() -> None:
    """Mend races of Streamlit's in which a press leads nowhere. A second call changes nothing.

    **Last words.** A part of a page that refreshes itself may ask in the moment in which a runner
    has ended and its last messages still wait in the event loop. Streamlit makes a new runner at
    once, and ignores what the old one wrote: a page that was gone to did not appear. They were put
    there before its end, so one turn of the loop later they are sent; only then the next begins.

    **A page that was left.** Between a click on a link and the first message of the page it leads
    to, an element of the page that is being left may send its value. It goes with the name of that
    page, so Streamlit leads back to it. Here the value is kept, and the tab goes on to where it was
    sent. A click back is told from it by what it carries: no value that the click away did not.

    **Two in one message.** The browser gathers what happens in one moment and sends it once, in
    the name of the first part of the page that has something to say. Only that part runs, and a
    button that stands elsewhere was pressed for nothing: "Pause" beside a text that just reported
    what is on the screen. Here what has changed elsewhere lets the whole page run.

    **A part that is gone.** What is sent in the name of such a part is dropped, whatever else it
    carries. Here a press among it lets the whole page run.

    **A refresh that knows too much.** A part's refresh carries a press that the browser is about to
    send by itself, so that it counted twice. Here it counts when it is sent.

    **Two after each other.** A request for the whole page ends the runner of the one before, also
    where that had not begun. The browser sends a press once, so it was lost: "Pause", and at once a
    link. Here the next runner gets what that one has not heard.
    """
    AppSession._create_scriptrunner = _begin_after_last_words  # type: ignore[method-assign, assignment]
    AppSession.request_rerun = _take_all_of_it  # type: ignore[method-assign, assignment]
    ScriptRequests._request_rerun_locked = _put_down_with_presses  # type: ignore[method-assign, assignment]
    SessionState.on_script_will_rerun = _hear_all_of_it  # type: ignore[method-assign, assignment]


def _begin_after_last_words(session: AppSession, data: RerunData) -> None:
    if session._scriptrunner is None:
        _begin_runner(session, data)
        return

    def begin() -> None:
        _waiting.discard(session)
        if session._state != AppSessionState.SHUTDOWN_REQUESTED:
            _begin_runner(session, data)

    _waiting.add(session)
    session._call_soon_on_event_loop(begin)


def _take_all_of_it(session: AppSession, client_state: ClientState | None) -> None:
    if session in _waiting:  # in their order, else an older value would stand over a newer one
        session._call_soon_on_event_loop(lambda: _take_all_of_it(session, client_state))
        return
    if client_state is None:
        _take_request(session, None)
        return
    request = ClientState()
    request.CopyFrom(client_state)  # Streamlit may hold it to ask again
    _keep_to_the_page_asked(session, request)
    if request.is_auto_rerun:
        _leave_presses_out(request.widget_states)
    elif not session.has_fragment(request.fragment_id) and any(
        map(_has_active_trigger_value, request.widget_states.widgets)
    ):
        request.ClearField("fragment_id")
    if not request.fragment_id:
        _take_over_presses(session, request)
    _take_request(session, request)


def _keep_to_the_page_asked(session: AppSession, request: ClientState) -> None:
    values = frozenset(value.id for value in request.widget_states.widgets)
    page = request.page_script_hash
    shown = session._client_state.page_script_hash
    last = _asked.get(session) or _Asked(shown, "", "", values)
    if page == last.left and page and (request.fragment_id or values - last.values):
        request.page_script_hash = last.page
        request.query_string = last.query
        request.ClearField("fragment_id")
    elif page == last.page or page == shown:
        _asked[session] = _Asked(page, request.query_string, "", values)
    else:
        _asked[session] = _Asked(page, request.query_string, last.page, values)


def _leave_presses_out(said: WidgetStates) -> None:
    values = [value for value in said.widgets if not _has_active_trigger_value(value)]
    del said.widgets[:]
    said.widgets.extend(values)


def _take_over_presses(session: AppSession, request: ClientState) -> None:
    runner = session._scriptrunner
    if runner is None:
        return
    runner.request_stop()  # as Streamlit is about to: from here on it hears nothing any more
    unheard = _unheard.pop(runner._requests, None)
    said = _coalesce_widget_states(unheard, request.widget_states)
    if unheard is not None and said is not None:
        request.widget_states.CopyFrom(said)


def _put_down_with_presses(requests: ScriptRequests, data: RerunData) -> bool:
    taken = _put_down(requests, data)
    presses = _coalesce_replay_trigger_states(_unheard.get(requests), data.widget_states)
    if taken and presses is not None:
        _unheard[requests] = presses
    return taken


def _hear_all_of_it(state: SessionState, said: WidgetStates | None, **again: Any) -> None:
    context = get_script_run_ctx()
    requests = None if context is None else context.script_requests
    if context is None or requests is None or said is None:
        _hear(state, said, **again)
        return
    with requests._lock:
        if requests._state == ScriptRequestType.STOP:
            raise StopException
        unheard = _unheard.pop(requests, None)
        heard = {value.id for value in said.widgets}
        later = [value for value in unheard.widgets if value.id not in heard] if unheard else []
        if later:
            _unheard[requests] = WidgetStates(widgets=later)
    _hear(state, said, **again)
    parts = context.fragment_ids_this_run
    if parts and _has_changed_elsewhere(state, parts):
        presses = state._filter_active_trigger_widget_states(said)
        requests.request_rerun(
            replace(state._build_full_app_rerun(context), replay_trigger_states=presses)
        )


def _has_changed_elsewhere(state: SessionState, parts: list[str]) -> bool:
    """Whether an element that stands in none of these parts of the page has a new value."""
    known = state._new_widget_state.widget_metadata
    return any(
        name in known and known[name].fragment_id not in parts and state._widget_changed(name)
        for name in list(state._new_widget_state)
    )
