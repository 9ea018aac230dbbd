"""The learner's own data: take it along, bring it in, erase it."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from app.history.memory import HistoryMemory, Outcome
from app.parts.clock import now
from app.parts.sessions import session_registry
from app.parts.words import plain
from fer_core.errors import HistoryNotShrunk, StorageError
from fer_core.storage.store import SessionStore

ERASE_WORD = "ERASE"
#: About 2,500 hours of sessions, at 0.8 MB an hour.
LARGEST_IMPORT_MB = 2000


def show_data(store: SessionStore) -> None:
    """Show export, import and erasing, from top to bottom."""
    st.subheader("Take everything along")
    st.markdown(
        "One ZIP with all sessions as CSV, JSON and Parquet: numbers, your own words and the texts "
        "that you asked to keep. No pictures, as none were ever stored."
    )
    offer_export(store)
    st.subheader("Bring a history in")
    offer_import(store)
    st.subheader("Erase everything")
    offer_erasing()


def offer_import(store: SessionStore) -> None:
    """Take a ZIP in; the page then runs anew, as the list above was drawn before."""
    memory = HistoryMemory.of_tab()
    file = st.file_uploader(
        "A ZIP that this app exported, here or on another machine",
        type=["zip"],
        max_upload_size=LARGEST_IMPORT_MB,
        key="import_file",
    )
    if file is not None and st.button("Import it", icon=":material/upload:", key="import"):
        bar = st.progress(0.0, "Importing")
        try:
            result = store.import_file(
                file, progress=lambda share: bar.progress(share, "Importing")
            )
        except StorageError as error:
            memory.imported = Outcome("error", error.message)
        else:
            memory.imported = Outcome(
                "success", f"{result.added} sessions came in, {result.known} were here already."
            )
        st.rerun()
    outcome, memory.imported = memory.imported, None
    say(outcome)


def offer_erasing() -> None:
    """Erase everything once its word is typed; before the page runs, so that no list is left."""

    def erase() -> None:
        try:
            session_registry().erase_all()
            outcome = Outcome("success", "Everything is erased: no row is left.")
        except HistoryNotShrunk as error:
            outcome = Outcome("warning", error.message)
        except StorageError as error:
            HistoryMemory.of_tab().erased = Outcome("error", error.message)
            return
        HistoryMemory.forget()
        HistoryMemory.of_tab().erased = outcome
        st.session_state["erase_word"] = ""

    st.markdown(
        "All sessions, answers, and what is known about you are erased for good, from the file on "
        "this machine too. There is no way back: take everything along first if in doubt."
    )
    typed = st.text_input(f"Type {ERASE_WORD} to confirm", key="erase_word")
    st.button(
        "Erase everything",
        type="primary",
        icon=":material/delete_forever:",
        disabled=typed != ERASE_WORD,
        key="erase_all",
        on_click=erase,
    )
    memory = HistoryMemory.of_tab()
    outcome, memory.erased = memory.erased, None
    say(outcome)


def say(outcome: Outcome | None) -> None:
    """Say what came of an import or of erasing, once."""
    if outcome is None:
        return
    show, icon = {
        "success": (st.success, ":material/check_circle:"),
        "warning": (st.warning, ":material/warning:"),
        "error": (st.error, ":material/error:"),
    }[outcome.kind]
    show(plain(outcome.words), icon=icon)


def offer_export(store: SessionStore) -> None:
    """Make the ZIP when asked for; a long history takes some seconds."""
    memory = HistoryMemory.of_tab()
    if st.button("Make the ZIP", icon=":material/folder_zip:", key="make_export"):
        bar = st.progress(0.0, "Exporting")
        memory.export = store.export(progress=lambda share: bar.progress(share, "Exporting"))
        bar.empty()
    if memory.export is None:
        return
    day = datetime.fromtimestamp(now()).astimezone().strftime("%Y-%m-%d")
    st.download_button(
        f"Download ({len(memory.export) / 1e6:.1f} MB)",
        memory.export,
        f"history-{day}.zip",
        "application/zip",
        icon=":material/download:",
        on_click="ignore",
        key="download_export",
    )
