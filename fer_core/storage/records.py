"""Between what a session holds and the rows of the tables, both ways."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from fer_core.affect.heart_rate import NoPulse, Pulse
from fer_core.affect.indicators import (
    Basis,
    ComprehensionFeatures,
    Estimate,
    Features,
    Reason,
    StressFeatures,
)
from fer_core.affect.signals import Presence
from fer_core.emotions import LABELS
from fer_core.learner.probes import Answer, Probe, ProbeKind
from fer_core.reading.attribution import PassageReading
from fer_core.reading.highlights import Highlight
from fer_core.reading.notes import PassageNote
from fer_core.reading.text_reading import Reading
from fer_core.reading.visibility import View
from fer_core.sessions.events import Event, EventKind
from fer_core.sessions.face_second import FaceSecond
from fer_core.sessions.markers import Marker, MarkerKind
from fer_core.sessions.timeline_bucket import Five, TimelineBucket
from fer_core.storage.columns import LABEL_LENGTH
from fer_core.texts.document import Document, Heading, Passage
from fer_core.texts.question import Question
from fer_core.texts.readability import measure_readability

Row = dict[str, Any]

INDICATORS = ("comprehension", "stress", "attention")
_TIMES = ("at", "width_s", "frames", "observed_s", "valid_s", "facing_s", "away_s")
_MEANS = (
    *("valence", "valence_band", "arousal", "motion", "centre_x", "centre_y", "size", "coverage"),
)
#: The columns of `timeline` for the fields of a bucket, in their order.
BUCKET_COLUMNS = (
    *_TIMES,
    "presence",
    *(f"{prefix}_{label.lower()}" for prefix in ("p", "share") for label in LABELS),
    *_MEANS,
    *(
        f"{name}{end}"
        for name in INDICATORS
        for end in ("", "_low", "_high", "_reason", "_basis", "_answers")
    ),
    *("heart_rate", "heart_rate_snr_db", "heart_rate_reason"),
    "face",
)
_FEATURES = {"comprehension": ComprehensionFeatures, "stress": StressFeatures}
#: Of a passage's reading: they matter while it is read only.
_NOT_KEPT = frozenset({"watched"})
#: Histories up to version 0.6.0 name this feature, which was never measured.
_FORMER_FEATURES = frozenset({"eye_closure"})


def bucket_to_row(session_id: str, bucket: TimelineBucket) -> Row:
    """Return a timeline's bucket as a row of the table `timeline`."""
    row: Row = {"session_id": session_id, "presence": str(bucket.presence)}
    row |= {name: getattr(bucket, name) for name in (*_TIMES, *_MEANS)}
    row |= _five_to_row("p", bucket.probabilities) | _five_to_row("share", bucket.shares)
    for name in INDICATORS:
        estimate: Estimate = getattr(bucket, name)
        row |= {
            name: estimate.value,
            f"{name}_low": estimate.low,
            f"{name}_high": estimate.high,
            f"{name}_reason": None if estimate.reason is None else str(estimate.reason),
            f"{name}_basis": None if estimate.basis is None else str(estimate.basis),
            f"{name}_answers": estimate.answers,
        }
    # Three empty columns: it was not asked for.
    pulse = bucket.pulse or Pulse()
    return row | {
        "heart_rate": pulse.bpm,
        "heart_rate_snr_db": pulse.snr_db,
        "heart_rate_reason": None if pulse.reason is None else str(pulse.reason),
        "face": None if bucket.face is None else bucket.face.to_dict(),
    }


def row_to_bucket(row: Sequence[Any]) -> TimelineBucket:
    """Read what `bucket_to_row` wrote.

    By place, not by name: an hour has 3,600 rows, and its learner waits for them when its session
    moves to another process.

    Args:
        row: The values of `BUCKET_COLUMNS`.
    """
    values = (
        *row[:7],
        Presence(row[7]),
        _five_of_row(row[8:13]),
        _five_of_row(row[13:18]),
        *row[18:26],
        _row_to_estimate(*row[26:32]),
        _row_to_estimate(*row[32:38]),
        _row_to_estimate(*row[38:44]),
        _row_to_pulse(*row[44:47]),
        None if row[47] is None else FaceSecond.from_dict(row[47]),
    )
    return TimelineBucket(*values)


def _five_to_row(prefix: str, values: Five | None) -> Row:
    numbers = values or (None,) * len(LABELS)
    return {
        f"{prefix}_{label.lower()}": value for label, value in zip(LABELS, numbers, strict=True)
    }


def _five_of_row(values: Sequence[Any]) -> Five | None:
    a, b, c, d, e = values
    return None if a is None else (a, b, c, d, e)


def _row_to_estimate(
    value: float | None,
    low: float | None,
    high: float | None,
    reason: str | None,
    basis: str | None,
    answers: int,
) -> Estimate:
    return Estimate(
        value,
        low,
        high,
        None if reason is None else Reason(reason),
        None if basis is None else Basis(basis),
        answers,
    )


def _row_to_pulse(bpm: float | None, snr_db: float | None, reason: str | None) -> Pulse | None:
    if bpm is None and reason is None:
        return None
    return Pulse(bpm, snr_db, None if reason is None else NoPulse(reason))


def event_to_row(session_id: str, event: Event) -> Row:
    """Return an event as a row of the table `events`."""
    return {"session_id": session_id, **event.to_dict()}


def row_to_event(row: Mapping[str, Any]) -> Event:
    """Read what `event_to_row` wrote."""
    return Event(row["sequence"], row["at"], EventKind(row["kind"]), row["data"])


def answer_to_row(session_id: str, position: int, answer: Answer, features: Features | None) -> Row:
    """Return an answer as a row of the table `answers`."""
    probe = answer.probe
    kind = next((name for name, cls in _FEATURES.items() if isinstance(features, cls)), None)
    return {
        "session_id": session_id,
        "probe_id": probe.probe_id,
        "position": position,
        "kind": str(probe.kind),
        "asked_at": probe.asked_at,
        "prompt": probe.prompt,
        "passage_id": probe.passage_id,
        "question": None if probe.question is None else asdict(probe.question),
        "chosen_at_random": probe.chosen_at_random,
        "value": answer.value,
        "answered_at": answer.answered_at,
        "is_correction": answer.is_correction,
        "confidence": answer.confidence,
        "features_of": kind,
        "features": asdict(features) if kind and features is not None else None,  # type: ignore[call-overload]
    }


def row_to_answer(row: Mapping[str, Any]) -> tuple[Answer, Features | None]:
    """Read what `answer_to_row` wrote: the answer, and what was known when it was asked."""
    question = row["question"]
    probe = Probe(
        probe_id=row["probe_id"],
        kind=ProbeKind(row["kind"]),
        asked_at=row["asked_at"],
        prompt=row["prompt"],
        passage_id=row["passage_id"],
        question=question and _question(question),
        chosen_at_random=row["chosen_at_random"],
    )
    return (
        Answer(
            probe,
            row["value"],
            row["answered_at"],
            row["is_correction"],
            row["confidence"],
        ),
        row_to_features(row["features_of"], row["features"]),
    )


def row_to_features(features_of: str, saved: Mapping[str, Any] | None) -> Features | None:
    """Read what was known at an answer; None: nothing was."""
    known = saved or {}
    features = {name: known[name] for name in known.keys() - _FORMER_FEATURES}
    return _FEATURES[features_of](**features) if known else None


def view_to_row(session_id: str, position: int, view: View) -> Row:
    """Return a view as a row of the table `views`."""
    return {"session_id": session_id, "position": position, **asdict(view)}


def row_to_view(row: Mapping[str, Any]) -> View:
    """Read what `view_to_row` wrote."""
    return View(**{field.name: row[field.name] for field in fields(View)})


def marker_to_row(session_id: str, marker: Marker) -> Row:
    """Return a marker as a row of the table `markers`."""
    return {"session_id": session_id, **marker.to_dict()}


def row_to_marker(row: Mapping[str, Any]) -> Marker:
    """Read what `marker_to_row` wrote."""
    return Marker(row["marker_id"], MarkerKind(row["kind"]), row["at"], row["until"], row["words"])


def row_to_passage(row: Mapping[str, Any]) -> PassageReading:
    """Read how a passage was read from a row of the table `passages`."""
    return PassageReading(
        **{
            name: row[name]
            for name in (
                "passage_id", "words", "seconds", "away_seconds", "visits", "first_seen",
                "last_seen", "negative_z", "coverage",
            )
        },
        # Histories before schema 0008 do not say.
        is_left=row["is_left"] is not False,
    )  # fmt: skip


def reading_to_rows(
    session_id: str,
    reading: Reading,
    estimates: Mapping[str, Estimate],
    highlights: Iterable[Highlight],
) -> list[dict[str, Any]]:
    """Return a row for each passage of a text: how it was read, not its words."""
    marks = {highlight.passage_id: highlight for highlight in highlights}
    return [
        passage_to_row(
            session_id,
            passage,
            read,
            estimates.get(passage.passage_id),
            marks.get(passage.passage_id),
        )
        for passage, read in zip(reading.document.passages, reading.passages, strict=True)
    ]


def passage_to_row(
    session_id: str,
    passage: Passage,
    read: PassageReading,
    estimate: Estimate | None,
    highlight: Highlight | None,
) -> Row:
    """Return how a passage was read as a row of the table `passages`."""
    readability = measure_readability(passage.text) if passage.span is None else None
    video_from, video_to = passage.span or (None, None)
    return {
        "session_id": session_id,
        **{name: value for name, value in asdict(read).items() if name not in _NOT_KEPT},
        "position": passage.index,
        "section": passage.section.replace("\x00", ""),
        "video_from": video_from,
        "video_to": video_to,
        "lix": None if readability is None else readability.lix,
        "comprehension": None if estimate is None else estimate.value,
        "comprehension_low": None if estimate is None else estimate.low,
        "comprehension_high": None if estimate is None else estimate.high,
        "mark": None if highlight is None else str(highlight.mark),
        "why": None if highlight is None else highlight.why,
    }


def note_to_row(session_id: str, note: PassageNote) -> Row:
    """Return what a reader added to a passage as a row of the table `passage_notes`."""
    return {
        "session_id": session_id,
        "passage_id": note.passage_id,
        "sentences": [list(span) for span in note.sentences],
        "note": note.note.replace("\x00", ""),
    }


def row_to_note(row: Mapping[str, Any]) -> PassageNote:
    """Read what `note_to_row` wrote."""
    spans = tuple((int(start), int(end)) for start, end in row["sentences"])
    return PassageNote(row["passage_id"], spans, row["note"])


def document_to_row(session_id: str, document: Document, *, kept: bool = True) -> Row:
    """Return a text as a row of the table `texts`."""
    passages = [
        {
            "passage_id": passage.passage_id,
            "text": passage.text.replace("\x00", ""),
            "section": passage.section.replace("\x00", ""),
            "headings": [asdict(heading) for heading in passage.headings],
            **({} if passage.span is None else {"span": list(passage.span)}),
        }
        for passage in document.passages
    ]
    return {
        "session_id": session_id,
        "kept": kept,
        "title": document.title.replace("\x00", ""),
        "language": document.language[:LABEL_LENGTH],
        "pages": document.pages,
        "passages": passages,
        "questions": [asdict(question) for question in document.questions],
    }


def row_to_document(row: Mapping[str, Any]) -> Document:
    """Read what `document_to_row` wrote."""
    return Document(
        title=row["title"],
        passages=tuple(
            Passage(
                # Up to version 1.0 all had these names; a client gives its own.
                passage.get("passage_id", f"p{index + 1}"),
                index,
                passage["text"],
                tuple(Heading(**heading) for heading in passage["headings"]),
                passage["section"],
                _span(passage.get("span")),
            )
            for index, passage in enumerate(row["passages"])
        ),
        questions=tuple(_question(question) for question in row["questions"]),
        language=row["language"],
        pages=row["pages"],
    )


def _span(saved: Sequence[float] | None) -> tuple[float, float] | None:
    if saved is None:
        return None
    start, end = (float(at) for at in saved)
    if not 0 <= start < end < math.inf:
        raise ValueError("a span of a video ends after it starts")
    return start, end


def _question(saved: Mapping[str, Any]) -> Question:
    return Question(**{**saved, "choices": tuple(saved["choices"])})
