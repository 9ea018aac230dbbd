"""One photo: the picture with its faces marked, the table of them, their bars."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app.parts.words import plain
from app.photos.options import PhotoOptions
from fer_core.charts import expressions
from fer_core.emotions import LABELS
from fer_core.photos.analysed import LOWEST_CONFIDENCE, AnalysedPhoto, count_expressions
from fer_core.photos.cache import PhotoCache, Upload
from fer_core.vision.faces import Face

#: Widths of the five columns of probabilities, in pixels, in class order: as wide as their names.
PROBABILITY_WIDTHS = (58, 60, 64, 56, 78)


@st.fragment
def show_photo(cache: PhotoCache, upload: Upload, options: PhotoOptions) -> None:
    """Show one photo: the picture, the table of its faces, their bars."""
    photo = cache.photo(upload)
    if photo.problem:
        st.warning(
            f"**{plain(photo.name)}**: {photo.problem.message}", icon=":material/broken_image:"
        )
        return
    faces = photo.faces(options.confidence)
    picture, details = st.columns([5, 7], gap="medium")
    with details:
        marked = show_table(cache, upload, faces, options.confidence) if faces else None
        if faces:
            st.altair_chart(
                expressions.probability_bars(faces), alt="The five probabilities of each face"
            )
            explain_unsure(faces)
        else:
            explain_no_face(photo, options.confidence)
    with picture:
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


def show_table(
    cache: PhotoCache, upload: Upload, faces: Sequence[Face], confidence: float
) -> int | None:
    """Show every face with its probabilities; return the index of the one that is chosen."""
    crops = cache.face_crops(upload, confidence)
    table = pd.DataFrame(
        {
            "Face": range(1, len(faces) + 1),
            "Picture": [
                f"data:image/jpeg;base64,{base64.b64encode(crop).decode()}" for crop in crops
            ],
            "Expression": [expressions.name_of(face.emotion) for face in faces],
            **{
                label: [100 * float(face.probabilities[index]) for face in faces]
                for index, label in enumerate(LABELS)
            },
            "Confidence": [100 * face.confidence for face in faces],
        }
    )
    percent = {
        label: st.column_config.NumberColumn(format="%.0f %%", width=width)
        for label, width in zip(LABELS, PROBABILITY_WIDTHS, strict=True)
    }
    chosen = st.dataframe(
        table,
        hide_index=True,
        row_height=48,
        column_config={
            "Face": st.column_config.NumberColumn(width=42, format="%d"),
            "Picture": st.column_config.ImageColumn("", width=52),
            "Expression": st.column_config.TextColumn(width=100),
            **percent,
            "Confidence": st.column_config.NumberColumn(
                format="%.0f %%", width=80, help="How sure the model is that a face is here"
            ),
        },
        on_select="rerun",
        selection_mode="single-row",
        key=f"faces-{upload.key}-{confidence}",
        alt="Each face with its five probabilities",
    )
    st.caption("Choose a row to mark that face in the picture.")
    rows = chosen.selection.rows
    return int(rows[0]) if rows and rows[0] < len(faces) else None


def explain_unsure(faces: Sequence[Face]) -> None:
    """Say which faces have no expression named, and why."""
    unsure = [number for number, face in enumerate(faces, start=1) if face.emotion is None]
    if unsure:
        which = "Face " + ", ".join(map(str, unsure))
        st.caption(
            f"{which}: unsure. No expression reaches {faces[0].unsure_below:.0%}, so none is named."
        )


def explain_no_face(photo: AnalysedPhoto, confidence: float) -> None:
    """Say whether weaker faces are hidden by the threshold, or what may help."""
    hidden = len(photo.faces(LOWEST_CONFIDENCE))
    if hidden:
        st.info(
            f"No face reaches the confidence threshold of {confidence:.0%}; {hidden} weaker "
            "ones do not. Lower the threshold under Options to see them.",
            icon=":material/face:",
        )
    else:
        st.info(
            "No face was found. Faces that are turned away, covered, very small or very dark are "
            "easily missed; a closer or brighter picture may help.",
            icon=":material/face:",
        )
