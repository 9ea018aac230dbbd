"""How Streamlit takes what a browser tab asks for, mended where a press led nowhere.

These are private parts of Streamlit; see `streamlit_private`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, WeakSet

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner import RerunData, StopException, get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import (
    ScriptRequest,
    ScriptRequests,
    ScriptRequestType,
    _coalesce_replay_trigger_states,
    _coalesce_widget_states,
    _has_active_trigger_value,
)
from streamlit.runtime.state import SessionState

_begin_runner = AppSession._create_scriptrunner
_take_request = AppSession.request_rerun
_put_down = ScriptRequests._request_rerun_locked
_hear = SessionState.on_script_will_rerun
_interrupt = ScriptRequests.on_scriptrunner_yield
_go_on = ScriptRequests.on_scriptrunner_ready
#: Where each tab was last sent to.
_asked: WeakKeyDictionary[AppSession, _Asked] = WeakKeyDictionary()
#: Those whose next runner begins in the next turn of the loop.
_waiting: WeakSet[AppSession] = WeakSet()
#: The presses that each runner was asked to act on and has not begun to.
_unheard: WeakKeyDictionary[ScriptRequests, WidgetStates] = WeakKeyDictionary()
#: The runners that are acting on a press.
_acting: WeakSet[ScriptRequests] = WeakSet()


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

    **One in the middle of another.** Streamlit interrupts a run wherever it writes to the page or
    asks what it remembers of the tab, so also between the moment in which it takes a press and what
    the press is to do: "Finish", and just then the camera says something. Here a run that acts on a
    press (see `act_to_the_end`) goes on to its end, or to where it asks for the next run itself.
    """
    AppSession._create_scriptrunner = _begin_after_last_words  # type: ignore[method-assign, assignment]
    AppSession.request_rerun = _take_all_of_it  # type: ignore[method-assign, assignment]
    ScriptRequests._request_rerun_locked = _put_down_with_presses  # type: ignore[method-assign, assignment]
    SessionState.on_script_will_rerun = _hear_all_of_it  # type: ignore[method-assign, assignment]
    ScriptRequests.on_scriptrunner_yield = _interrupt_no_act  # type: ignore[method-assign, assignment]
    ScriptRequests.on_scriptrunner_ready = _go_on_after_the_act  # type: ignore[method-assign, assignment]


def act_to_the_end() -> None:
    """Let nothing interrupt this run: what it does now was pressed, and is not asked for again."""
    context = get_script_run_ctx()
    if context is not None and context.script_requests is not None:
        _acting.add(context.script_requests)


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


def _interrupt_no_act(requests: ScriptRequests) -> ScriptRequest | None:
    return None if requests in _acting else _interrupt(requests)


def _go_on_after_the_act(requests: ScriptRequests) -> ScriptRequest:
    _acting.discard(requests)
    return _go_on(requests)


def _put_down_with_presses(requests: ScriptRequests, data: RerunData) -> bool:
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None and context.script_requests is requests:
        _acting.discard(requests)  # the run itself has asked, and waits to be interrupted
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
    _acting.add(requests)  # a button's callback may be what notes its press
    try:
        _hear(state, said, **again)
    finally:
        _acting.discard(requests)
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
