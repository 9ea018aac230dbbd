"""Many photos: what they show together, a filter, the gallery, and one opened from it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app.parts.buttons import pressed
from app.parts.cards import CARDS
from app.parts.words import plain
from app.photos.memory import PhotosMemory
from app.photos.options import PhotoOptions
from app.photos.photo import in_words, show_photo
from fer_core.charts import expressions
from fer_core.emotions import EMOTIONS
from fer_core.photos.analysed import AnalysedPhoto, could_also_be, doubt
from fer_core.photos.cache import PhotoCache, Upload
from fer_core.vision.broken_off import INCOMPLETE

PHOTOS_PER_PAGE = 24
NO_FACE, UNREADABLE = "No face", "Unreadable"
ADDED, BY_NAME, BY_EXPRESSION, BY_DOUBT = "As added", "Name", "Expression", "Least sure first"
#: Every picture stands whole in a frame of the same shape; names keep to one line.
EVEN = """
<style>
[class*="st-key-card-photo-"] img { aspect-ratio: 4 / 3; object-fit: contain; width: 100%;
  background: #80808022; }
[class*="st-key-card-photo-"] [class*="st-key-open-"] p { overflow: hidden; white-space: nowrap;
  text-overflow: ellipsis; max-width: 100%; }
[class*="st-key-card-photo-"] [class*="st-key-open-"] button { justify-content: start; }
</style>
"""


def show_overview(
    cache: PhotoCache, uploads: Sequence[Upload], options: PhotoOptions
) -> list[Upload]:
    """Summarise many photos; return those that the filter lets through, in the chosen order."""
    photos = [cache.photo(upload) for upload in uploads]
    faces = [face for photo in photos for face in photo.faces(options.confidence)]
    count = "1 face" if len(faces) == 1 else f"{len(faces)} faces"
    st.header(f"{count} in {len(photos)} files")
    problems = [(photo.name, photo.problem) for photo in photos if photo.problem]
    if problems:
        what = "1 file" if len(problems) == 1 else f"{len(problems)} files"
        with st.expander(f"{what} could not be read", icon=":material/warning:"):
            for name, problem in problems:
                st.markdown(f"**{plain(name)}**: {plain(problem.message)}")
    incomplete = [photo.name for photo in photos if photo.incomplete]
    if incomplete:
        what = "1 photo is" if len(incomplete) == 1 else f"{len(incomplete)} photos are"
        with st.expander(f"{what} incomplete", icon=":material/broken_image:"):
            st.markdown(f"{INCOMPLETE} " + ", ".join(f"**{plain(name)}**" for name in incomplete))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        found = filtered(uploads, [traits_of(photo, options.confidence) for photo in photos])
        order = st.selectbox(
            "Sort by", [ADDED, BY_NAME, BY_EXPRESSION, BY_DOUBT], key="photo_order", width=200
        )
    return ordered(cache, found, options.confidence, order)


def ordered(
    cache: PhotoCache, uploads: Sequence[Upload], confidence: float, order: str
) -> list[Upload]:
    """Return photos in an order: as added, by name, by expression, or the least sure first."""
    photos = {upload.key: cache.photo(upload) for upload in uploads}
    if order == BY_NAME:
        return sorted(uploads, key=lambda upload: upload.name.casefold())
    if order == BY_EXPRESSION:
        places = {emotion: place for place, emotion in enumerate((*EMOTIONS, None))}

        def place(upload: Upload) -> int:
            faces = photos[upload.key].faces(confidence)
            return places[faces[0].shown] if faces else len(places)

        return sorted(uploads, key=place)
    if order == BY_DOUBT:
        return sorted(uploads, key=lambda upload: -doubt(photos[upload.key].faces(confidence)))
    return list(uploads)


def filtered(uploads: Sequence[Upload], traits: Sequence[set[str]]) -> list[Upload]:
    """Let traits be chosen; return the photos that have one of them, all if none is chosen."""
    counts = {trait: sum(trait in has for has in traits) for trait in all_traits()}
    chosen = st.pills(
        "Show only photos with",
        [trait for trait, count in counts.items() if count],
        selection_mode="multi",
        format_func=lambda trait: f"{trait} ({counts[trait]})",
        key="filter",
    )
    return [
        upload
        for upload, has in zip(uploads, traits, strict=True)
        if not chosen or has & set(chosen)
    ]


def all_traits() -> list[str]:
    """Return everything that the filter can ask for, in the order in which it is offered."""
    return [*(expressions.name_of(emotion) for emotion in (*EMOTIONS, None)), NO_FACE, UNREADABLE]


def traits_of(photo: AnalysedPhoto, confidence: float) -> set[str]:
    """Return what the filter can ask of a photo: its expressions, or why it has none."""
    if photo.problem:
        return {UNREADABLE}
    return {expressions.name_of(face.shown) for face in photo.faces(confidence)} or {NO_FACE}


def show_gallery(memory: PhotosMemory, uploads: Sequence[Upload], options: PhotoOptions) -> None:
    """Show thumbnails, some at a time; a click anywhere on one opens its photo."""
    st.html(CARDS + EVEN)
    pages = max(1, -(-len(uploads) // PHOTOS_PER_PAGE))
    page = st.pagination(pages, key=f"gallery-page-{pages}") if pages > 1 else 1
    first = (page - 1) * PHOTOS_PER_PAGE
    grid = st.grid("auto", min_column_width=150)
    for number, upload in enumerate(uploads[first : first + PHOTOS_PER_PAGE], start=first):
        with grid.cell(), st.container(border=True, gap="xsmall", key=f"card-photo-{number}"):
            photo = memory.cache.photo(upload)
            thumbnail = memory.cache.thumbnail(upload, options.confidence, options.drawing)
            if thumbnail is not None:
                st.image(thumbnail, width="stretch", alt=in_words(photo, options.confidence))
            st.markdown(f":small[{caption(photo, options.confidence)}]")
            if pressed(
                plain(photo.name), key=f"open-{upload.key}", width="stretch", type="tertiary"
            ):
                memory.opened = number
                open_photo(memory, uploads, options)


def caption(photo: AnalysedPhoto, confidence: float) -> str:
    """Say what a photo shows and, of a single face, how sure that is."""
    faces = photo.faces(confidence)
    words = plain(in_words(photo, confidence))
    if len(faces) != 1 or faces[0].said is not None:
        return words
    also = could_also_be(faces[0])
    other = f", or {also[0][0].label}?" if also else ""
    return f"{words} {faces[0].probability:.0%}{other}"


@st.dialog("Photo", width="large", on_dismiss="rerun")
def open_photo(memory: PhotosMemory, uploads: Sequence[Upload], options: PhotoOptions) -> None:
    """Show one photo of the gallery above it, with a way to the next and the one before."""
    number = min(memory.opened, len(uploads) - 1)
    with st.container(horizontal=True, vertical_alignment="center"):
        if pressed(
            "Previous",
            key="photo_previous",
            icon=":material/chevron_left:",
            disabled=number == 0,
            shortcut="Left",
        ):
            memory.opened = number - 1
            st.rerun(scope="fragment")
        if pressed(
            "Next",
            key="photo_next",
            icon=":material/chevron_right:",
            disabled=number == len(uploads) - 1,
            shortcut="Right",
        ):
            memory.opened = number + 1
            st.rerun(scope="fragment")
        st.caption(f"{number + 1} of {len(uploads)}")
    show_photo(memory.cache, uploads[number], options)
