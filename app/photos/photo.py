"""One photo: the picture with its faces marked, what each shows, and how to put that right."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app.parts.words import plain
from app.photos.options import PhotoOptions
from fer_core.charts import expressions
from fer_core.emotions import LABELS, UNSURE_LABEL, Emotion
from fer_core.photos.analysed import (
    LOWEST_CONFIDENCE,
    AnalysedPhoto,
    could_also_be,
    count_expressions,
)
from fer_core.photos.cache import PhotoCache, Upload
from fer_core.vision.broken_off import INCOMPLETE
from fer_core.vision.faces import Face

#: Faces told one by one; of a crowd the rest stands in the table.
FACES_TOLD = 6
#: The picture never takes more than the window, so that what it shows stands beside it.
PICTURE = """
<style>
.st-key-picture img { max-height: calc(100dvh - 15rem); object-fit: contain; }
</style>
"""


@st.fragment
def show_photo(cache: PhotoCache, upload: Upload, options: PhotoOptions) -> None:
    """Show one photo: the picture, and what its faces show."""
    photo = cache.photo(upload)
    if photo.problem:
        st.warning(
            f"**{plain(photo.name)}**: {plain(photo.problem.message)}",
            icon=":material/broken_image:",
        )
        return
    if photo.incomplete:
        st.warning(INCOMPLETE, icon=":material/broken_image:")
    st.html(PICTURE)
    faces = photo.faces(options.confidence)
    picture, details = st.columns([6, 6], gap="medium")
    with details:
        marked = None
        if faces:
            tell_faces(cache, upload, faces, options)
            marked = show_table(upload, faces, options.confidence)
        else:
            explain_no_face(photo, options.confidence)
    with picture, st.container(key="picture"):
        drawn = cache.display(upload, options.confidence, options.drawing.marking(marked))
        if drawn is not None:
            st.image(
                drawn,
                caption=plain(photo.name),
                width="stretch",
                output_format="JPEG",
                alt=f"{photo.name}: {in_words(photo, options.confidence)}",
            )


def in_words(photo: AnalysedPhoto, confidence: float) -> str:
    """Say what was found in a photo, for the gallery and for screen readers."""
    if photo.problem:
        return photo.problem.message
    counts = count_expressions(photo.faces(confidence))
    found = [
        expressions.name_of(emotion) + (f" × {count}" if count > 1 else "")
        for emotion, count in counts.items()
        if count
    ]
    return ", ".join(found) if found else "No face found"


def tell_faces(
    cache: PhotoCache, upload: Upload, faces: Sequence[Face], options: PhotoOptions
) -> None:
    """Say of each face what it shows, what else it may be, and let that be put right."""
    for number, face in enumerate(faces[:FACES_TOLD]):
        which = f"Face {number + 1}: " if len(faces) > 1 else ""
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(gap=None):
                size = "###" if len(faces) == 1 else "####"
                st.markdown(f"{size} {which}{expressions.name_of(face.shown)}")
                st.markdown(doubt_words(face))
            ask_correction(cache, upload, number, face, options)
    if len(faces) > FACES_TOLD:
        st.caption(f"And {len(faces) - FACES_TOLD} more faces in the table below.")


def doubt_words(face: Face) -> str:
    """Say how sure the answer is, and what else the face may show."""
    if face.said is not None:
        answer = "unsure" if face.emotion is None else face.emotion.label
        return f"You said so. The model said {answer}."
    others = " or ".join(
        f"{emotion.emoji} {emotion.label} ({value:.0%})" for emotion, value in could_also_be(face)
    )
    if face.emotion is None:
        least = f"No expression reaches {face.unsure_below:.0%}."
        return f"{least} It could be {others}." if others else least
    sure = f"{face.probability:.0%} sure"
    return f"{sure}. It could also be {others}." if others else f"{sure}."


def ask_correction(
    cache: PhotoCache, upload: Upload, number: int, face: Face, options: PhotoOptions
) -> None:
    """Let the learner say what a face shows; a second tap takes it back."""

    def say() -> None:
        chosen = st.session_state[key]
        said = None if chosen is None else Emotion.from_label(chosen)
        cache.correct(upload, number, options.confidence, said)

    key = f"said-{upload.key}-{options.confidence}-{number}"
    label = "Your label" if face.said else "Wrong?"
    with st.popover(label, icon=":material/edit:", type="tertiary"):
        st.pills(
            "What does this face show?",
            LABELS,
            default=face.said.label if face.said else None,
            format_func=lambda name: expressions.name_of(Emotion.from_label(name)),
            key=key,
            on_change=say,
        )
        st.caption("Your label stays with the picture and is in the downloads.")


def show_table(upload: Upload, faces: Sequence[Face], confidence: float) -> int | None:
    """Offer all numbers as a table; return the index of the face that is chosen in it."""
    with st.expander("All numbers"):
        table = pd.DataFrame(
            {
                "Face": range(1, len(faces) + 1),
                "Answer": [face.emotion.label if face.emotion else UNSURE_LABEL for face in faces],
                **{
                    label: [100 * float(face.probabilities[index]) for face in faces]
                    for index, label in enumerate(LABELS)
                },
                "It is a face": [100 * face.confidence for face in faces],
            }
        )
        percent = st.column_config.NumberColumn(format="%.0f %%", width="small")
        chosen = st.dataframe(
            table,
            hide_index=True,
            column_config={
                "Face": st.column_config.NumberColumn(width=42, format="%d"),
                **dict.fromkeys([*LABELS, "It is a face"], percent),
            },
            on_select="rerun",
            selection_mode="single-row",
            key=f"faces-{upload.key}-{confidence}",
            alt="Each face with its five probabilities",
        )
        st.caption("Choose a row to mark that face in the picture.")
    rows = chosen.selection.rows
    return int(rows[0]) if rows and rows[0] < len(faces) else None


def explain_no_face(photo: AnalysedPhoto, confidence: float) -> None:
    """Say whether weaker faces are hidden by the threshold, or what may help."""
    hidden = len(photo.faces(LOWEST_CONFIDENCE))
    if hidden:
        count = "1 possible face is" if hidden == 1 else f"{hidden} possible faces are"
        st.info(
            f"{count} below your threshold of {confidence:.0%}. Lower it in Options to see more.",
            icon=":material/face:",
        )
    else:
        st.info(
            "No face found. Faces that are turned away, covered, very small or very dark are "
            "easily missed. A closer or brighter picture may help. If the picture lies on its "
            "side, turn it upright first.",
            icon=":material/face:",
        )
