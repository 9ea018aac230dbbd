"""The API's answers as types, after its OpenAPI document; a test compares the two."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class ModelName(TypedDict):
    """Which weights answered."""

    name: str
    version: str


class ImageSize(TypedDict):
    """The picture as it was analysed, its EXIF orientation applied."""

    width: int
    height: int


class Box(TypedDict):
    """Forehead to chin, ear to ear, in pixels of the picture; (x, y) is the top left corner."""

    x: float
    y: float
    width: float
    height: float


class Emotion(TypedDict):
    """The expression, named only where the model is sure enough."""

    label: Literal["Angry", "Happy", "Natural", "Sad", "Surprised", "Unsure"]
    emoji: str
    probability: float


class Probabilities(TypedDict):
    """Calibrated probabilities of the five classes; their sum is 1."""

    Angry: float
    Happy: float
    Natural: float
    Sad: float
    Surprised: float


class Face(TypedDict):
    """One face."""

    face_id: int
    confidence: float
    box: Box
    emotion: Emotion
    probabilities: Probabilities


class FieldProblem(TypedDict):
    """One wrong field of a request."""

    pointer: str
    detail: str


class Problem(TypedDict):
    """An error (RFC 9457). Programs look at `code`, people read `detail`."""

    type: str
    title: str
    status: int
    detail: str
    instance: str | None
    code: str
    errors: list[FieldProblem]


class Timing(TypedDict):
    """What the answer cost, in milliseconds."""

    decode: float
    inference: float


class AnalysisResult(TypedDict):
    """What is in one picture."""

    index: int
    image: ImageSize | None
    faces: list[Face]
    reason: Literal["no_face"] | None
    problem: Problem | None
    timing_ms: Timing | None


class Analysis(TypedDict):
    """What is in each picture, in the order they were sent."""

    model: ModelName
    results: list[AnalysisResult]


class Label(TypedDict):
    """One of the five classes."""

    label: Literal["Angry", "Happy", "Natural", "Sad", "Surprised"]
    emoji: str
    colour: str
    valence: float
    arousal: float


class InputSize(TypedDict):
    """Longer side of the network's input, in pixels, by `mode`."""

    frame: int
    photo: int


class Network(TypedDict):
    """One network of the model."""

    architecture: str
    sha256: str


class Networks(TypedDict):
    """The networks of the model: the detector, and those that refine found faces, if any."""

    detector: Network
    refiner: Network | None
    photo_refiner: Network | None


class Model(TypedDict):
    """The model that answers."""

    name: str
    version: str
    networks: Networks
    labels: list[Label]
    input_size: InputSize
    confidence_threshold: float
    unsure_below: float
    metrics: dict[str, Any]
    licence: str
    date: str


class Totals(TypedDict):
    """Times of the session so far, in seconds."""

    elapsed_s: float
    active_s: float
    studied_s: float
    away_s: float
    valid_s: float
    breaks: int
    frames: int


class SessionSummary(TypedDict):
    """A session in a list."""

    session_id: str
    state: Literal["active", "paused", "finished"]
    retention: Literal["none", "keep"]
    started_at: str
    title: str
    goal: str
    live: bool
    totals: Totals


class Plan(TypedDict):
    """Minutes of study and of rest in turn."""

    focus_min: float
    break_min: float


class Passage(TypedDict):
    """A passage of the open text."""

    passage_id: str
    section: str
    words: float
    text: str


class Text(TypedDict):
    """The open text. It is held in memory only."""

    text_id: str
    title: str
    passages: list[Passage]


class Reason(TypedDict):
    """Why a number is missing."""

    code: str
    text: str


class Expression(TypedDict):
    """The expression of the last two seconds, in the words for a face that reads."""

    label: Literal["Furrowed", "Happy", "Natural", "Sad", "Surprised", "Unsure"]
    emoji: str
    probability: float | None
    probabilities: Probabilities | None
    reason: Reason | None


class Indicator(TypedDict):
    """An estimate from 0 to 100 with its 80 % interval, or the reason why there is none."""

    value: float | None
    low: float | None
    high: float | None
    reason: Reason | None
    basis: str | None
    calibrated: bool
    usual: float | None
    trend: Literal["higher", "same", "lower"] | None


class Indicators(TypedDict):
    """The three estimates."""

    comprehension: Indicator
    stress: Indicator
    attention: Indicator


class Suggestion(TypedDict):
    """A break that is suggested."""

    suggestion_id: str
    rule: Literal["timer", "answers", "negative", "eyes"]
    at: str
    advice: str
    evidence: str
    rest_s: float


class Probe(TypedDict):
    """A question to the learner; it can be skipped."""

    probe_id: str
    kind: Literal["clarity", "stress", "question"]
    asked_at: str
    prompt: str
    passage_id: str | None
    low: int
    high: int
    low_label: str
    high_label: str
    choices: list[str] | None


class Snapshot(TypedDict):
    """A session at one moment."""

    at: str
    state: Literal["active", "paused", "finished"]
    presence: str
    notice: Reason | None
    expression: Expression
    valence: float | None
    valence_band: float | None
    arousal: float | None
    indicators: Indicators
    coverage: float
    baseline_progress: float
    elapsed_s: float
    studied_s: float
    next_break_s: float | None
    suggestion: Suggestion | None
    probe: Probe | None
    frames: int
    late_frames: int


class History(TypedDict):
    """Whether a kept session is being saved."""

    saving: bool
    message: str


class SessionDetail(TypedDict):
    """A session."""

    session_id: str
    state: Literal["active", "paused", "finished"]
    retention: Literal["none", "keep"]
    started_at: str
    title: str
    goal: str
    live: bool
    totals: Totals
    plan: Plan
    consent_version: str
    text: Text | None
    snapshot: Snapshot
    history: History | None


class Frame(TypedDict):
    """The faces in a frame, and what the session says now."""

    frame_id: str | None
    captured_at: str
    used: bool
    unused_because: Literal["late", "paused"] | None
    image: ImageSize
    faces: list[Face]
    reason: Literal["no_face", "camera_off"] | None
    timing_ms: Timing
    snapshot: Snapshot


class TimelineEstimate(TypedDict):
    """An estimate in the timeline: 0..100 with its 80 % interval, or the reason."""

    value: float | None
    low: float | None
    high: float | None
    reason: str | None


class TimelineRow(TypedDict):
    """One stretch of the session. Seconds in which no picture arrived have no row."""

    at: str
    width_s: float
    presence: str
    coverage: float
    shares: Probabilities | None
    valence: float | None
    valence_band: float | None
    arousal: float | None
    comprehension: TimelineEstimate
    stress: TimelineEstimate
    attention: TimelineEstimate


class Timeline(TypedDict):
    """The session over time."""

    bucket_s: float
    rows: list[TimelineRow]
    next_since: str | None


class Break(TypedDict):
    """A break that was suggested, and what came of it."""

    at: str
    rule: str
    evidence: str
    outcome: Literal["taken", "dismissed", "snoozed", "no answer"]


class Highlight(TypedDict):
    """A passage that stands out, and why."""

    passage_id: str
    mark: Literal["hard_said", "hard_estimated", "skimmed", "important_said", "important"]
    label: str
    icon: str
    pattern: Literal["solid", "dashed", "dotted", "double"]
    why: str
    reread: bool


class PassageReading(TypedDict):
    """What happened on one passage."""

    passage_id: str
    words: float
    seconds: float
    away_seconds: float
    visits: int
    wpm: float | None
    comprehension: TimelineEstimate | None


class Feedback(TypedDict):
    """Break advice and passages to reread, each with its evidence."""

    next_break_s: float | None
    suggestion: Suggestion | None
    breaks: list[Break]
    highlights: list[Highlight]
    passages: list[PassageReading]
    own_wpm: float | None
    reading_reason: Reason | None
    answered: int
    skipped: int
    camera: str
    note: str


class Stretch(TypedDict):
    """Five minutes that stood out."""

    start: str
    end: str
    comprehension: float


class Finished(TypedDict):
    """A finished session, summed up. With retention none this is the last that is known of it."""

    session_id: str
    retention: Literal["none", "keep"]
    started_at: str
    finished_at: str
    totals: Totals
    hardest: Stretch | None
    best: Stretch | None
    stretches_note: str
    feedback: Feedback


class PassageIn(TypedDict):
    """A piece of text under a name of the client's own."""

    passage_id: str
    text: str
    section: NotRequired[str]
