"""The learner's own data: export, import, erase."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from app.history.memory import HistoryMemory, Outcome
from app.parts.buttons import pressed
from app.parts.clock import now
from app.parts.downloads import offer_file
from app.parts.due import browser_zone
from app.parts.preferences import preference_file
from app.parts.sessions import session_registry
from app.parts.words import plain
from fer_core.errors import HistoryNotShrunk, StorageError
from fer_core.storage.archive_import import ImportResult
from fer_core.storage.store import SessionStore

ERASE_WORD = "ERASE"
#: About 2,500 hours of sessions, at 0.8 MB an hour.
LARGEST_IMPORT_MB = 2000
#: White on this red has a contrast of 6.5 to 1.
DESTRUCTIVE = """
<style>
.st-key-erase_all button:not(:disabled) {
  background: #b3261e; border-color: #b3261e; color: #fff !important; }
.st-key-erase_all button:not(:disabled):hover { background: #8c1d18; }
</style>
"""


def show_data(store: SessionStore) -> None:
    """Show export, import and erasing, from top to bottom."""
    st.html(DESTRUCTIVE)
    st.header("Export")
    st.markdown(
        "One ZIP file with all your sessions and review cards as CSV, JSON and Parquet. It holds "
        "numbers, your own words and the texts you chose to keep. There are no pictures in it, "
        "because none are saved."
    )
    offer_export(store)
    st.header("Import")
    offer_import(store)
    st.header("Erase everything")
    offer_erasing()


def offer_import(store: SessionStore) -> None:
    """Take a ZIP in; the page then runs anew, as the list above was drawn before."""
    memory = HistoryMemory.of_tab()
    file = st.file_uploader(
        "A ZIP exported by this app, here or on another computer",
        type=["zip"],
        max_upload_size=LARGEST_IMPORT_MB,
        key="import_file",
    )
    if file is not None and pressed("Import", icon=":material/upload:", key="import"):
        bar = st.progress(0.0, "Importing")
        try:
            result = store.archive.import_file(
                file, progress=lambda share: bar.progress(share, "Importing")
            )
        except StorageError as error:
            memory.imported = Outcome("error", error.message)
        else:
            memory.imported = Outcome("success", imported_words(result))
        st.rerun()
    outcome, memory.imported = memory.imported, None
    say(outcome)


def imported_words(result: ImportResult) -> str:
    """Say what an import did."""
    added = "1 session" if result.added == 1 else f"{result.added} sessions"
    if result.cards:
        added += " and 1 card" if result.cards == 1 else f" and {result.cards} cards"
    if not result.known:
        return f"{added} imported, no duplicates."
    return f"{added} imported, {result.known} already here."


def offer_erasing() -> None:
    """Erase everything once its word is typed; before the page runs, so that no list is left."""

    def erase() -> None:
        try:
            session_registry().erase_all()
            outcome = Outcome("success", "All your data is deleted.")
        except HistoryNotShrunk as error:
            outcome = Outcome("warning", error.message)
        except StorageError as error:
            HistoryMemory.of_tab().erased = Outcome("error", error.message)
            return
        preference_file().forget()
        HistoryMemory.forget()
        HistoryMemory.of_tab().erased = outcome
        st.session_state["erase_word"] = ""

    st.markdown(
        "This deletes all your sessions, review cards, answers, settings and your profile for "
        "good, on the disk too. You can't undo it. Export first if you are not sure: that keeps "
        "all but the settings."
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
    if pressed("Export ZIP", icon=":material/folder_zip:", key="make_export"):
        bar = st.progress(0.0, "Exporting")
        memory.export = store.archive.export(
            progress=lambda share: bar.progress(share, "Exporting")
        )
        bar.empty()
    if memory.export is None:
        return
    day = datetime.fromtimestamp(now(), UTC).astimezone(browser_zone()).strftime("%Y-%m-%d")
    offer_file(
        f"Download ({len(memory.export) / 1e6:.1f} MB)",
        memory.export,
        f"history-{day}.zip",
        "application/zip",
        key="download_export",
    )
