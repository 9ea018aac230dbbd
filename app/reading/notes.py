"""The reader's own highlights and notes: written to a passage, listed, taken away."""

from __future__ import annotations

import streamlit as st

from app.parts.downloads import offer_file
from app.parts.limits import saved_within
from app.parts.words import plain
from app.reading.open_text import OpenText
from app.reading.text_view import places_of, sentence_spans
from fer_core.reading.notes import LONGEST_NOTE
from fer_core.sessions.reread import notes_to_markdown
from fer_core.texts.document import Passage


def write_note(open_text: OpenText, passage: Passage) -> None:
    """Let sentences of a passage be highlighted and a note be written; each is kept at once."""
    name = passage.passage_id
    note, spans = open_text.tracker.note(name), sentence_spans(passage)
    held = places_of(note, passage)

    def highlight() -> None:
        chosen = st.session_state[f"sentences-{name}"]
        open_text.highlight(name, set(chosen) ^ set(held))

    with st.popover("Highlight or note", icon=":material/edit_note:"):
        st.pills(
            "Sentences to highlight",
            range(len(spans)),
            default=held,
            selection_mode="multi",
            format_func=lambda place: plain(passage.text[slice(*spans[place])]),
            key=f"sentences-{name}",
            on_change=highlight,
        )
        st.text_area(
            "Your note",
            note.note,
            key=f"note-{name}",
            on_change=lambda: open_text.write_note(
                name, saved_within(st.session_state[f"note-{name}"], LONGEST_NOTE)
            ),
        )


def show_notes(open_text: OpenText) -> None:
    """List highlights and notes, let more be added, and offer them as a file."""
    st.header("Your highlights and notes")
    document = open_text.document
    written = open_text.tracker.notes
    for note in written:
        passage = open_text.passage(note.passage_id)
        st.markdown(f"**Passage {passage.index + 1}**")
        for quote in note.quotes(passage.text):
            st.markdown(f"> {plain(quote)}")
        if note.note:
            st.markdown(f":material/edit_note: {plain(note.note)}")
    if not written:
        st.markdown("None yet. Highlight sentences or write a note to any passage.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.number_input(
            "Passage", 1, len(document.passages), 1, key="note_passage", width=120
        )
        write_note(open_text, document.passages[number - 1])
        if written:
            offer_file(
                "Highlights and notes (Markdown)",
                notes_to_markdown(document, written).encode(),
                "notes.md",
                "text/markdown",
                key="download-notes",
            )
