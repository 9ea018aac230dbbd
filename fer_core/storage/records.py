"""Between what a session holds and the lines of the tables, both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
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
from fer_core.reading.visibility import View
from fer_core.sessions.events import Event, EventKind
from fer_core.sessions.timeline_bucket import Five, TimelineBucket
from fer_core.storage.tables import LABEL_LENGTH
from fer_core.texts.document import Document, Heading, Passage
from fer_core.texts.question import Question
from fer_core.texts.readability import measure_readability

Line = dict[str, Any]

INDICATORS = ("comprehension", "stress", "attention")
_PLAIN = (
    "at", "width_s", "frames", "observed_s", "valid_s", "facing_s", "away_s", "valence",
    "valence_band", "arousal", "motion", "centre_x", "centre_y", "size", "coverage",
)  # fmt: skip
_FEATURES = {"comprehension": ComprehensionFeatures, "stress": StressFeatures}
#: Histories up to version 0.6.0 name this feature, which was never measured.
_FORMER_FEATURES = frozenset({"eye_closure"})


def row_to_line(session_id: str, row: TimelineBucket) -> Line:
    """Return a timeline row as a line of the table `timeline`."""
    line: Line = {"session_id": session_id, "presence": str(row.presence)}
    line |= {name: getattr(row, name) for name in _PLAIN}
    line |= _five_to_line("p", row.probabilities) | _five_to_line("share", row.shares)
    for name in INDICATORS:
        estimate: Estimate = getattr(row, name)
        line |= {
            name: estimate.value,
            f"{name}_low": estimate.low,
            f"{name}_high": estimate.high,
            f"{name}_reason": None if estimate.reason is None else str(estimate.reason),
            f"{name}_basis": None if estimate.basis is None else str(estimate.basis),
            f"{name}_answers": estimate.answers,
        }
    # Three empty columns: it was not asked for.
    pulse = row.pulse or Pulse()
    return line | {
        "heart_rate": pulse.bpm,
        "heart_rate_snr_db": pulse.snr_db,
        "heart_rate_reason": None if pulse.reason is None else str(pulse.reason),
    }


def line_to_row(line: Mapping[str, Any]) -> TimelineBucket:
    """Read what `row_to_line` wrote."""
    values: dict[str, Any] = {name: line[name] for name in _PLAIN}
    values |= {name: _line_to_estimate(name, line) for name in INDICATORS}
    return TimelineBucket(
        **values,
        presence=Presence(line["presence"]),
        probabilities=_line_to_five("p", line),
        shares=_line_to_five("share", line),
        pulse=_line_to_pulse(line),
    )


def _five_to_line(prefix: str, values: Five | None) -> Line:
    numbers = values or (None,) * len(LABELS)
    return {
        f"{prefix}_{label.lower()}": value for label, value in zip(LABELS, numbers, strict=True)
    }


def _line_to_five(prefix: str, line: Mapping[str, Any]) -> Five | None:
    a, b, c, d, e = (line[f"{prefix}_{label.lower()}"] for label in LABELS)
    return None if a is None else (a, b, c, d, e)


def _line_to_estimate(name: str, line: Mapping[str, Any]) -> Estimate:
    reason, basis = line[f"{name}_reason"], line[f"{name}_basis"]
    return Estimate(
        value=line[name],
        low=line[f"{name}_low"],
        high=line[f"{name}_high"],
        reason=None if reason is None else Reason(reason),
        basis=None if basis is None else Basis(basis),
        answers=line[f"{name}_answers"],
    )


def _line_to_pulse(line: Mapping[str, Any]) -> Pulse | None:
    bpm, reason = line["heart_rate"], line["heart_rate_reason"]
    if bpm is None and reason is None:
        return None
    return Pulse(bpm, line["heart_rate_snr_db"], None if reason is None else NoPulse(reason))


def event_to_line(session_id: str, event: Event) -> Line:
    """Return an event as a line of the table `events`."""
    return {"session_id": session_id, **event.to_dict()}


def line_to_event(line: Mapping[str, Any]) -> Event:
    """Read what `event_to_line` wrote."""
    return Event(line["sequence"], line["at"], EventKind(line["kind"]), line["data"])


def answer_to_line(
    session_id: str, position: int, answer: Answer, features: Features | None
) -> Line:
    """Return an answer as a line of the table `answers`."""
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
        "features_of": kind,
        "features": asdict(features) if kind and features is not None else None,  # type: ignore[call-overload]
    }


def line_to_answer(line: Mapping[str, Any]) -> tuple[Answer, Features | None]:
    """Read what `answer_to_line` wrote: the answer, and what was known when it was asked."""
    question = line["question"]
    probe = Probe(
        probe_id=line["probe_id"],
        kind=ProbeKind(line["kind"]),
        asked_at=line["asked_at"],
        prompt=line["prompt"],
        passage_id=line["passage_id"],
        question=question and _question(question),
        chosen_at_random=line["chosen_at_random"],
    )
    known = line["features"] or {}
    features = {name: known[name] for name in known.keys() - _FORMER_FEATURES}
    return (
        Answer(probe, line["value"], line["answered_at"], line["is_correction"]),
        _FEATURES[line["features_of"]](**features) if known else None,
    )


def view_to_line(session_id: str, position: int, view: View) -> Line:
    """Return a view as a line of the table `views`."""
    return {"session_id": session_id, "position": position, **asdict(view)}


def line_to_view(line: Mapping[str, Any]) -> View:
    """Read what `view_to_line` wrote."""
    return View(line["passage_id"], line["visible_share"], line["start"], line["end"])


def line_to_passage(line: Mapping[str, Any]) -> PassageReading:
    """Read how a passage was read from a line of the table `passages`."""
    return PassageReading(
        **{
            name: line[name]
            for name in (
                "passage_id", "words", "seconds", "away_seconds", "visits", "first_seen",
                "last_seen", "negative_z", "coverage",
            )
        }
    )  # fmt: skip


def passage_to_line(
    session_id: str,
    passage: Passage,
    read: PassageReading,
    estimate: Estimate | None,
    highlight: Highlight | None,
) -> Line:
    """Return how a passage was read as a line of the table `passages`."""
    readability = measure_readability(passage.text)
    return {
        "session_id": session_id,
        **asdict(read),
        "position": passage.index,
        "section": passage.section.replace("\x00", ""),
        "lix": None if readability is None else readability.lix,
        "comprehension": None if estimate is None else estimate.value,
        "comprehension_low": None if estimate is None else estimate.low,
        "comprehension_high": None if estimate is None else estimate.high,
        "mark": None if highlight is None else str(highlight.mark),
        "why": None if highlight is None else highlight.why,
    }


def document_to_line(session_id: str, document: Document) -> Line:
    """Return a text as a line of the table `texts`."""
    passages = [
        {
            "text": passage.text.replace("\x00", ""),
            "section": passage.section,
            "headings": [asdict(heading) for heading in passage.headings],
        }
        for passage in document.passages
    ]
    return {
        "session_id": session_id,
        "title": document.title.replace("\x00", ""),
        "language": document.language[:LABEL_LENGTH],
        "pages": document.pages,
        "passages": passages,
        "questions": [asdict(question) for question in document.questions],
    }


def line_to_document(line: Mapping[str, Any]) -> Document:
    """Read what `document_to_line` wrote."""
    return Document(
        title=line["title"],
        passages=tuple(
            Passage(
                f"p{index + 1}",
                index,
                passage["text"],
                tuple(Heading(**heading) for heading in passage["headings"]),
                passage["section"],
            )
            for index, passage in enumerate(line["passages"])
        ),
        questions=tuple(_question(question) for question in line["questions"]),
        language=line["language"],
        pages=line["pages"],
    )


def _question(saved: Mapping[str, Any]) -> Question:
    return Question(**{**saved, "choices": tuple(saved["choices"])})
