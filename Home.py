"""Entry of the app. Start it with `streamlit run Home.py`, or `Home:app` in any ASGI server.

`streamlit run` finds the `App` here and serves the script that it names. That script is not this
file on purpose: Streamlit takes a folder `pages` beside a script for an app of its older kind, and
would show a bookmarked page without the frame around it.
"""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from app.parts.request_guard import RequestGuard, is_own_name
from app.parts.streamlit_requests import lose_no_request
from fer_core.allocator import give_memory_back

give_memory_back()
lose_no_request()

app = st.App(
    Path(__file__).resolve().parent / "app" / "main.py",
    middleware=[Middleware(RequestGuard, is_own=is_own_name)],
)

if __name__ == "__main__":
    # Run as a script after all: by a test, or by a server that knows no `App`. Imported here, as a
    # component that is declared before Streamlit runs is never served: the camera's is among them.
    from app.frame import show_app

    show_app()
