"""What pages remember: typed, apart from each other, forgotten when told to."""

from __future__ import annotations

from dataclasses import dataclass, field

from streamlit.testing.v1 import AppTest

from app.parts.memory import PageMemory


@dataclass(slots=True)
class Notes(PageMemory):
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class OtherNotes(PageMemory):
    lines: list[str] = field(default_factory=list)


def page() -> None:
    import streamlit as st

    from tests.app.parts.test_memory import Notes, OtherNotes

    if st.button("note"):
        Notes.of_tab().lines.append("noted")
    if st.button("forget"):
        Notes.forget()
    st.text(f"{Notes.of_tab().lines} {OtherNotes.of_tab().lines}")


def test_what_is_remembered_lasts_from_run_to_run_until_it_is_forgotten() -> None:
    app = AppTest.from_function(page).run()
    app.button[0].click().run()
    app.button[0].click().run()
    assert app.text[0].value == "['noted', 'noted'] []"
    app.button[1].click().run()
    assert app.text[0].value == "[] []"


def test_two_tabs_remember_apart() -> None:
    first, second = AppTest.from_function(page).run(), AppTest.from_function(page).run()
    first.button[0].click().run()
    assert second.run().text[0].value == "[] []"
