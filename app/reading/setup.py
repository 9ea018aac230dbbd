"""Before reading: which text, with the camera or without."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from app.parts.buttons import pressed
from app.parts.consent import CONSENT_VERSION, ask_consent, needs_consent
from app.parts.due import browser_zone_name
from app.parts.limits import within
from app.parts.preferences import preferences
from app.parts.sessions import history_problem, session_registry
from app.parts.video import VideoMemory
from app.parts.words import plain
from app.reading.memory import ReadingMemory
from fer_core.affect.breaks import BreakPlan
from fer_core.errors import FerError
from fer_core.live.running_session import RunningSession
from fer_core.reading.pace import USUAL_WPM
from fer_core.sessions.outcome import in_minutes
from fer_core.sessions.report import NOTE
from fer_core.sessions.session_info import SessionInfo, new_session_id
from fer_core.texts.document import Document
from fer_core.texts.encodings import ENCODINGS, in_words, telling_words
from fer_core.texts.errors import TextError
from fer_core.texts.formats import EXTENSIONS, leaves_letters_open
from fer_core.texts.opening import LARGEST_PACKED_BYTES, open_document, open_pasted

#: Of a text that is pasted.
TITLE_LENGTH = 120
#: Of a text's first words, which show that it is the right one.
BEGINNING_LENGTH = 300
SAMPLE = Path(__file__).with_name("sample.md").read_text(encoding="utf-8")


def show_setup() -> RunningSession | None:
    """Let a text be opened and reading be started; return the session when it is."""
    st.title("Reading")
    st.markdown(
        "Open a text and read it here. Afterwards you see which passages were hard or went by "
        "fast, each with its reason, and which ones to read again."
    )
    document = choose_text()
    if document is None:
        st.info(
            "Nothing is open yet. Paste a text, choose a file, or try the sample.",
            icon=":material/menu_book:",
        )
        return None
    show_facts(document)
    return offer_start(document)


def choose_text() -> Document | None:
    """Let a text be pasted or a file be chosen; return it, opened."""
    source = st.segmented_control(
        "Where is the text?",
        ["File", "Paste", "Sample"],
        default="File",
        required=True,
        key="text_source",
    )
    if source == "Paste":
        pasted = st.text_area(
            "Your text",
            height=220,
            key="pasted_text",
            placeholder="Paste it here. Markdown headings are understood.",
        )
        title = within(st.text_input("Its title (optional)", key="pasted_title"), TITLE_LENGTH)
        return (
            opened(f"paste/{title}/{pasted}", lambda: open_pasted(pasted, title))
            if pasted.strip()
            else None
        )
    if source == "Sample":
        return opened("sample", lambda: open_pasted(SAMPLE))
    file = st.file_uploader(
        "TXT, Markdown, HTML, PDF, EPUB or DOCX",
        type=[f".{extension}" for extension in EXTENSIONS],  # "text" alone means any text/*
        key="text_file",
        max_upload_size=LARGEST_PACKED_BYTES // 1_000_000,
        help="It is opened in this machine's memory. Scanned PDFs need text recognition first.",
    )
    return None if file is None else open_file(file.file_id, file.name, file.getvalue())


def open_file(file_id: str, name: str, data: bytes) -> Document | None:
    """Open a file with progress; a PDF of 300 pages takes some seconds."""
    bar = st.empty()
    # Its choice is drawn only once the text is open, and acts from the next run on.
    chosen = str(st.session_state.get(encoding_key(file_id), ""))

    def show(share: float) -> None:
        bar.progress(share, f"Opening {plain(name)}: {share:.0%}")

    document = opened(
        f"file/{file_id}/{chosen}", lambda: open_document(name, data, show, encoding=chosen)
    )
    bar.empty()
    if leaves_letters_open(name, data):
        choose_encoding(file_id, document)
    return document


def encoding_key(file_id: str) -> str:
    return f"encoding-{file_id}"


def choose_encoding(file_id: str, document: Document | None) -> None:
    """Let the learner say how a file's letters are read, and show words that tell whether it fits.

    Args:
        file_id: The file's.
        document: The text; None where it could not be read as was chosen.
    """
    key = encoding_key(file_id)
    chosen = bool(st.session_state.get(key))
    words = [] if document is None else telling_words(document)
    if document is not None and not words and not chosen:
        return  # letters from A to Z alone read the same in all of them
    with st.expander("Do letters look wrong?", expanded=chosen):
        st.selectbox(
            "How the letters are read",
            ["", *ENCODINGS],
            format_func=lambda name: in_words(name) if name else "As the app finds best",
            key=key,
            help="Old texts do not say which letters their bytes stand for. Try those of the "
            "text's language until the words below look right.",
        )
        if document is not None:
            st.caption(f"Now read as: {in_words(document.encoding)}. Words of the text:")
            st.text(" · ".join(words))


def opened(source: str, open_it: Callable[[], Document]) -> Document | None:
    """Return a text, opened once for each source; say why if it cannot be."""
    memory = ReadingMemory.of_tab()
    if memory.opened_from != source:
        memory.close_text()
        try:
            memory.opened = open_it()
        except TextError as error:
            st.error(plain(error.message), icon=":material/error:")
            return None
        memory.opened_from = source
    return memory.opened


def show_facts(document: Document) -> None:
    with st.container(border=True):
        st.header(plain(document.title), anchor=False)
        seconds = 60 * max(1, document.words / USUAL_WPM)
        facts = [
            counted(int(document.words), "word"),
            counted(len(document.passages), "passage"),
            f"about {in_minutes(seconds)} at an average pace",
        ]
        if document.pages:
            facts.append(counted(document.pages, "page"))
        if document.questions:
            facts.append(f"{counted(len(document.questions), 'question')} of its own")
        st.caption(" · ".join(facts))
        st.text(beginning(document))


def beginning(document: Document) -> str:
    """Return the first words of a text, with a sign where there are more."""
    first = document.passages[0].text
    is_all = len(document.passages) == 1 and len(first) <= BEGINNING_LENGTH
    return first if is_all else f"{first[:BEGINNING_LENGTH].rstrip()} …"


def counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def offer_start(document: Document) -> RunningSession | None:
    """Ask for the camera or not, and start."""
    with_camera = st.toggle(
        "Camera beside the text",
        key="reading_camera",
        help="Off: time, pace, returns and your own answers are all that is used.",
    )
    if with_camera and needs_consent():
        ask_consent()
        return None
    keep = st.toggle(
        "Keep the numbers in my history on this machine",
        value=preferences().keep,
        key="reading_keep",
        help="How long you were on which passage, your answers, and what the camera gave. Of the "
        "text its title, headings and own questions; its words only until an hour after the "
        "end; and no picture.",
    )
    keep_text = keep and st.toggle(
        "Keep the text as well",
        key="reading_keep_text",
        help="So that History can show your marks in it later. Otherwise it asks you for the same "
        "text again.",
    )
    if keep and (problem := history_problem()):
        st.warning(problem, icon=":material/save:")
    place = st.container()
    st.caption(NOTE)
    with place:
        if not pressed(
            "Start reading", type="primary", icon=":material/play_arrow:", key="start_reading"
        ):
            return None
    registry = session_registry()
    info = SessionInfo(
        session_id=new_session_id(),
        started_at=registry.clock(),
        title=document.title,
        plan=BreakPlan(),
        consent_version=CONSENT_VERSION if with_camera else "",
        keep=keep,
        time_zone=browser_zone_name(),
    )
    try:
        running = registry.start(info, document, keep_text=keep_text)
    except FerError as error:
        st.error(plain(error.message), icon=":material/error:")
        return None
    running.session.study_on_paper(preferences().on_paper, info.started_at)
    VideoMemory.of_tab().want(with_camera)
    return running


def show_reopening(running: RunningSession) -> bool:
    """Ask for a session's text again, as its words were not kept; tell whether it is open."""
    st.title("Reading")
    st.markdown(
        f"The session “{plain(running.session.info.title)}” is still here. Its words were not "
        "kept: open the same text again to go on, or to see your marks in it."
    )
    document = choose_text()
    if document is None:
        return False
    text = None if running.stored is None else running.stored.summary.text
    if text is not None and document.text_id != text.text_id:
        st.warning("This is another text than the one you read.", icon=":material/warning:")
        return False
    if not pressed("Continue", type="primary", key="reopen"):
        return False
    session_registry().open_text(running, document)
    return True
