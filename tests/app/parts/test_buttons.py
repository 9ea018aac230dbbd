"""A press is not lost where its run is interrupted, and counts once."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    """Two buttons, in a run that something else interrupts before it has come to them."""
    import streamlit as st

    from app.parts.buttons import pressed, presses_on, submitted

    with presses_on(st.session_state.get("page", "")):
        if st.session_state.pop("interrupt", False):
            st.rerun()
        done = st.session_state.setdefault("done", [])
        if st.session_state.get("elsewhere", False):
            return
        if pressed("Go", key="go", disabled=st.session_state.get("shut", False)):
            done.append("go")
        with st.form("form"):
            if submitted("Send", key="send"):
                done.append("send")


@pytest.mark.parametrize("key", ["go", "send"])
def test_a_press_outlives_the_run_that_it_came_in(key: str) -> None:
    app = AppTest.from_function(page).run()
    app.session_state["interrupt"] = True
    app.button(key=key).click().run()
    assert app.session_state["done"] == [key]
    app.run()
    assert app.session_state["done"] == [key]
    app.button(key=key).click().run()
    assert app.session_state["done"] == [key, key]


def test_a_press_on_another_page_means_nothing_here() -> None:
    app = AppTest.from_function(page).run()
    app.session_state["page"] = "another"
    app.button(key="go").click().run()
    assert app.session_state["done"] == []


def test_a_press_means_nothing_once_the_button_is_shut() -> None:
    app = AppTest.from_function(page).run()
    app.session_state["shut"] = True
    app.button(key="go").click().run()
    app.session_state["shut"] = False
    app.run()
    assert app.session_state["done"] == []


def test_a_press_does_not_wait_for_a_button_that_comes_back_later() -> None:
    app = AppTest.from_function(page).run()
    app.session_state["elsewhere"] = True
    app.button(key="go").click().run()
    app.session_state["elsewhere"] = False
    app.run()
    assert app.session_state["done"] == []
