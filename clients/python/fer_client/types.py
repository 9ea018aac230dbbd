"""The API's answers and requests as types, generated from its OpenAPI document.

Run `datamodel-codegen` in clients/python to make them anew.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict


class AnalysisForm(TypedDict):
    """One or more pictures, each in a part named `file`."""

    file: list[bytes]
    """The pictures, in order"""


class AnswerIn(TypedDict):
    """An answer to a probe, or the learner's own word about a passage."""

    probe_id: NotRequired[str | None]
    passage_id: NotRequired[str | None]
    """Instead of probe_id: corrects a mark; `value` is 1 to 5"""
    value: int | None
    """From `low` to `high` of the probe; null skips it"""
    confidence: NotRequired[int | None]
    """How sure of it: 1 a guess, 2 fairly sure, 3 sure; for probes of kind question"""


AnswersIn: TypeAlias = list[AnswerIn]
"""The learner's answers."""


class Box(TypedDict):
    """Forehead to chin, ear to ear, in pixels of the picture; (x, y) is the top left corner."""

    x: float
    y: float
    width: float
    height: float


class BreakAnswer(TypedDict):
    """What the learner says to the break that is suggested."""

    answer: Literal["take", "snooze", "dismiss"]
    """take: the session pauses; snooze: it comes back in five minutes"""


class Break(TypedDict):
    """A break that was suggested, and what came of it."""

    at: str
    rule: str
    evidence: str
    outcome: Literal["taken", "dismissed", "snoozed", "no answer"]


class CardAnswer(TypedDict):
    """How the answer to a card came."""

    rating: int
    """1 did not come back, 2 with effort, 3 came back, 4 at once"""
    review_id: NotRequired[str | None]
    """A name of the client's own: sent again, it counts once"""
    answered_at: NotRequired[str | None]
    """Now if absent"""
    time_zone: NotRequired[str | None]
    """Such as Europe/Berlin; that of the learner's latest session if absent"""


class CardEdit(TypedDict):
    """Other words for a card; what is left out stays."""

    front: NotRequired[str | None]
    back: NotRequired[str | None]


Choice: TypeAlias = str


class CardIn(TypedDict):
    """A card of the learner's own."""

    front: str
    """What is asked; of kind cloze with _____ for the answer"""
    back: str
    """The answer"""
    kind: NotRequired[Literal["own", "cloze"]]
    choices: NotRequired[list[Choice]]
    """To choose from, the back among them"""
    session_id: NotRequired[str | None]
    """The session in which the passage was read"""
    passage_id: NotRequired[str | None]
    """The passage of that session's open text; needs session_id"""


class Card(TypedDict):
    """A review card."""

    card_id: str
    kind: Literal["cloze", "recall", "question", "own"]
    front: str
    """What is asked; of kind cloze with _____ for the answer"""
    back: str
    """The answer"""
    choices: list[str]
    """To choose from, the back among them; mostly empty"""
    terms: list[str]
    """Of kind recall: key terms to compare the answer with"""
    created_at: str
    due_at: str
    stage: Literal["new", "learning", "review", "relearning"]
    last_answered_at: str | None
    session_id: str | None
    """null where it is not kept, or was erased"""
    text_id: str | None
    text_title: str
    passage_id: str | None
    passage: str
    """The words of the passage it comes from"""


class CardPage(TypedDict):
    """A page of cards, the latest first."""

    cards: list[Card]
    next_cursor: str | None
    """For the next page; null on the last"""


class CardsAdded(TypedDict):
    """Cards that were added, or were there already."""

    cards: list[Card]
    added: int
    """How many are new"""


class CardsIn(TypedDict):
    """Cards to add. The same words about the same passage are the same card."""

    cards: list[CardIn]


class ChapterIn(TypedDict):
    """Where a chapter of a video begins."""

    start_s: float
    """In seconds of the video"""
    title: NotRequired[str]


class Consent(TypedDict):
    """What the learner agreed to, and when."""

    version: str
    """Version of the words that were shown"""
    accepted_at: str
    """Kept with the session's start; not in the future, give or take five minutes"""


class Day(TypedDict):
    """A day with sessions."""

    day: str
    """As it was for the learner where the session was held"""
    sessions: int
    studied_s: float
    """Of the sessions that began on this day"""


class DeckImported(TypedDict):
    """What a file of cards gave."""

    added: int
    known: int
    """Were here already, and stay as they are"""
    left_out: int
    """Notes without words, such as pictures"""


class Emotion(TypedDict):
    """The expression, named only where the model is sure enough."""

    label: Literal["Angry", "Happy", "Natural", "Sad", "Surprised", "Unsure"]
    """Unsure: the strongest is below the threshold"""
    emoji: str
    probability: float
    """Of the strongest class, calibrated"""


class FaceSignals(TypedDict):
    """What the points of a face tell; null where it was not measured or too little was seen."""

    direction: Literal["screen", "desk", "aside"] | None
    """Where the head is turned, against the own usual of this session"""
    yaw: float | None
    """Degrees; above 0: to the picture's right"""
    pitch: float | None
    """Degrees; above 0: down"""
    roll: float | None
    """Degrees; above 0: clockwise in the picture"""
    eyes_open: float | None
    """0: closed"""
    perclos: float | None
    """Share of the last 60 s in slow closures of the eyes"""
    blinks_per_min: float | None
    """Over the last 60 s; null below ten analysed frames a second"""
    yawns: int
    """That ended in it"""
    mouth_opening: float | None
    """In eye distances (AU 25-27)"""
    brow_lowering: float | None
    """AU 4"""
    brow_raising: float | None
    """AU 1+2"""
    smile: float | None
    """AU 12"""
    gaze: Literal["ahead", "left", "right", "down"] | None
    """Of the eyes in the head, coarse; left and right in the picture"""
    desk_s: float
    """Head bent down to the desk, seconds"""
    looks_bored: float | None
    """How bored it looks to an onlooker; compare with the own usual only"""
    looks_disengaged: float | None
    """How little engaged it looks to an onlooker; the same"""


class FieldProblem(TypedDict):
    """One wrong field of a request."""

    pointer: str
    """Where, as a JSON pointer"""
    detail: str
    """What is wrong there"""


class Health(TypedDict):
    """The process answers."""

    status: NotRequired[Literal["ok"]]
    version: str
    """Of the API"""


class Highlight(TypedDict):
    """A passage that stands out, and why."""

    passage_id: str
    mark: Literal["hard_said", "hard_estimated", "skimmed", "important_said", "important"]
    label: str
    icon: str
    pattern: Literal["solid", "dashed", "dotted", "double"]
    """Line style, so that marks differ by more than colour"""
    why: str
    reread: bool
    """Hard or skimmed"""


class History(TypedDict):
    """Whether a session is being stored, so that a restart loses nothing."""

    saving: bool
    """Everything up to a few seconds ago is safe"""
    message: str
    """What is wrong and what happens now; empty while saving"""


class ImageSize(TypedDict):
    """The picture as it was analysed, its EXIF orientation applied."""

    width: int
    """Pixels"""
    height: int
    """Pixels"""


class InputSize(TypedDict):
    """Longer side of the network's input, in pixels, by `mode`."""

    frame: int
    photo: int


class Label(TypedDict):
    """One of the five classes."""

    label: Literal["Angry", "Happy", "Natural", "Sad", "Surprised"]
    emoji: str
    colour: str
    """Colour-blind safe"""
    valence: float
    """Unpleasant to pleasant (Russell 1980)"""
    arousal: float
    """Calm to excited (Russell 1980)"""


class Looks(TypedDict):
    """How the learner looks to an onlooker over the last minute; never what they feel."""

    bored_sd: float
    """Own standard deviations above the own usual"""
    disengaged_sd: float
    """The same"""
    stands_out: Literal["bored", "disengaged"] | None
    """From 1.5 on; null: it looks as usual"""
    coverage: float
    """Share of the minute that was seen"""
    text: str
    """To be shown"""


class LostIn(TypedDict):
    """The learner is lost."""

    passage_id: str
    at: NotRequired[str | None]
    """When; now without it"""


class Lost(TypedDict):
    """Where the learner was lost."""

    at: str
    passage_id: str
    video_s: float | None
    """Where the video stood; null for a text"""


PassageId: TypeAlias = str


class MakeCards(TypedDict):
    """Which cards to make of a session's text."""

    passage_ids: NotRequired[list[PassageId] | None]
    """null: those that were hard, skimmed or marked by the learner"""
    kinds: NotRequired[list[Literal["cloze", "recall", "question"]]]


class MarkerIn(TypedDict):
    """A moment to mark."""

    kind: NotRequired[Literal["marker", "excluded"]]
    """marker: a point; excluded: a range that leaves the statistics"""
    at: NotRequired[str | None]
    """When, or from when; now if absent"""
    until: NotRequired[str | None]
    """End of an excluded range; without it the range goes on"""
    words: NotRequired[str]
    """The learner's own"""


class Marker(TypedDict):
    """A moment that the learner marked."""

    marker_id: str
    kind: Literal["marker", "excluded"]
    """marker: a point; excluded: a range that leaves the statistics"""
    at: str
    until: str | None
    """null of a point, and of a range that goes on"""
    words: str


MarkersIn: TypeAlias = list[MarkerIn]
"""Moments to mark: all are taken, or none."""


class Markers(TypedDict):
    """Markers, in the order of time where they are listed, and as sent where they are taken."""

    markers: list[Marker]


class ModelName(TypedDict):
    """Which weights answered."""

    name: str
    version: str


class Network(TypedDict):
    """One network of the model."""

    architecture: str
    sha256: str


class Networks(TypedDict):
    """The networks of the model."""

    detector: Network
    """Finds faces in whole pictures"""
    refiner: Network | None
    """Refines found faces one at a time; the detector does where it is null"""
    photo_refiner: Network | None
    """Refines those of photos; the refiner does where it is null"""
    second_photo_refiner: NotRequired[Network | None]
    """Refines those as well; the mean of both counts"""
    landmarks: NotRequired[Network | None]
    """Gives the points of a face in video; null: head and eyes are not measured"""
    eyes: NotRequired[Network | None]
    """Tells open eyes from closed ones in video; null: not measured"""


class OpenedPassage(TypedDict):
    """A piece of the text."""

    passage_id: str
    text: str
    section: str
    """The heading above it"""


class OpenedQuestion(TypedDict):
    """One of the text's own questions."""

    passage_id: str
    prompt: str
    choices: list[str]
    correct: int
    """Position of the right choice, from 0"""


class OwnerIn(TypedDict):
    """A learner of your installation."""

    reference: NotRequired[str | None]
    """A number of yours, not a name; the same key and reference give the same owner"""


class Owner(TypedDict):
    """An owner: whose sessions, cards and videos are meant. Send owner_id as X-Owner."""

    owner_id: str
    reference: str | None
    created_at: str


class OwnerPage(TypedDict):
    """Owners of this key, newest first."""

    owners: list[Owner]
    next_cursor: str | None


class PassageIn(TypedDict):
    """A piece of text under a name of the client's own."""

    passage_id: str
    text: str
    section: NotRequired[str]
    """The heading above it"""


class Passage(TypedDict):
    """A passage of the open text."""

    passage_id: str
    section: str
    words: float
    text: str


PassageSeen = TypedDict(
    "PassageSeen",
    {
        "passage_id": str,
        "visible_share": float,
        "on_screen": NotRequired[float | None],
        "line": NotRequired[float | None],
        "from": str,
        "to": str,
    },
)


PassagesSeen: TypeAlias = list[PassageSeen]
"""What was on the screen when."""


class Plan(TypedDict):
    """Minutes of study and of rest in turn."""

    focus_min: NotRequired[float]
    break_min: NotRequired[float]


PlayedIn = TypedDict(
    "PlayedIn",
    {
        "from": str,
        "to": str,
        "video_from_s": float,
        "video_to_s": float,
    },
)


class Probabilities(TypedDict):
    """Calibrated probabilities of the five classes; their sum is 1."""

    Angry: float
    Happy: float
    Natural: float
    Sad: float
    Surprised: float


class Probe(TypedDict):
    """A question to the learner; it can be skipped."""

    probe_id: str
    kind: Literal["clarity", "stress", "question"]
    asked_at: str
    prompt: str
    passage_id: str | None
    """The passage that it is about"""
    low: int
    """Smallest answer"""
    high: int
    """Largest answer"""
    low_label: str
    high_label: str
    choices: list[str] | None
    """Of a question: the answer is a position here"""


class Problem(TypedDict):
    """An error (RFC 9457). Programs look at `code`, people read `detail`."""

    type: str
    """urn:fer:problem: and the code"""
    title: str
    """The HTTP status in words"""
    status: int
    """The HTTP status"""
    detail: str
    """What happened and what to do, for people"""
    instance: str | None
    """urn:fer:request: and the X-Request-Id of the answer"""
    code: str
    """Stable identifier of the error"""
    errors: list[FieldProblem]
    """The wrong fields, if fields are wrong"""


class QuestionIn(TypedDict):
    """A multiple-choice question about a passage, to be asked as a probe."""

    passage_id: str
    prompt: str
    choices: list[Choice]
    correct: int
    """Position of the right choice, from 0"""


class Ready(TypedDict):
    """The model is loaded and gave the known answer."""

    status: NotRequired[Literal["ready"]]
    self_test: str
    """What the self-test showed"""


class ReadyText(TypedDict):
    """What a session takes as its `text`."""

    title: str
    passages: list[OpenedPassage]
    questions: list[OpenedQuestion]


class Reason(TypedDict):
    """Why a number is missing."""

    code: str
    text: str
    """The sentence to show in the number's place"""


class Returned(TypedDict):
    """A card's first answer a week or more after its passage was read."""

    card_id: str
    front: str
    answered_at: str
    delay_s: float
    """Since the passage was read"""
    recalled: bool


class Review(TypedDict):
    """What is due today."""

    cards: list[Card]
    """To ask now, in this order"""
    due_today: int
    """Left for today, those in some minutes among them"""
    next_due_at: str | None
    """When the next card is due after these"""


class Streak(TypedDict):
    """Study days with at most two days off between them."""

    days: int
    """With a minute of study or more"""
    first: str
    last: str


class Stretch(TypedDict):
    """Five minutes that stood out."""

    start: str
    end: str
    comprehension: float


class Suggestion(TypedDict):
    """A break that is suggested."""

    suggestion_id: str
    rule: Literal["timer", "answers", "tired", "looks", "negative", "eyes"]
    at: str
    advice: str
    evidence: str
    """On what grounds, to be shown with the advice"""
    rest_s: float


class Taken(TypedDict):
    """How many items were taken."""

    taken: int


class TextIn(TypedDict):
    """The text that is read: either whole, to be cut into passages here, or as passages."""

    title: NotRequired[str]
    content: NotRequired[str | None]
    format: NotRequired[Literal["markdown", "html"]]
    """Of `content`; plain text is read as Markdown"""
    passages: NotRequired[list[PassageIn] | None]
    questions: NotRequired[list[QuestionIn]]


class Text(TypedDict):
    """The open text. Its words are stored while the session runs, and erased after its end."""

    text_id: str
    """Made from the words: the same text has the same id"""
    title: str
    passages: list[Passage]


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
    """Smoothed with a half-life of 10 s"""
    valence: float | None
    valence_band: float | None
    arousal: float | None
    comprehension: TimelineEstimate
    stress: TimelineEstimate
    attention: TimelineEstimate
    face: NotRequired[FaceSignals | None]
    """Head, eyes and mouth; null: no points of a face were seen"""
    excluded: bool
    """The learner left it out of the statistics"""


class Timing(TypedDict):
    """What the answer cost, in milliseconds."""

    decode: float
    inference: float
    """All of the analysis, without waiting for its turn"""


class TokenIn(TypedDict):
    """What a session token is to open, and for how long."""

    session_id: NotRequired[str | None]
    """The only session that it opens; absent: all that is the owner's"""
    expires_in_s: NotRequired[int]


class Token(TypedDict):
    """A session token. Send it as a key is sent: Authorization: Bearer TOKEN."""

    token: str
    owner_id: str
    session_id: str | None
    expires_at: str


class Totals(TypedDict):
    """Times of the session so far, in seconds."""

    elapsed_s: float
    """Since the start, pauses included"""
    active_s: float
    """Not paused"""
    studied_s: float
    """Not paused, not away, not excluded"""
    excluded_s: float
    """Active time in ranges that the learner left out"""
    away_s: float
    valid_s: float
    """With exactly one usable face"""
    breaks: int
    frames: int


class VideoIn(TypedDict):
    """The video that is watched. Your player plays it; it is not sent."""

    title: NotRequired[str]
    duration_s: float
    chapters: NotRequired[list[ChapterIn]]
    """In any order; without any, its minutes"""


class VideoPart(TypedDict):
    """A part of the video: a chapter, or a minute."""

    passage_id: str
    """By this name the feedback speaks of it"""
    start_s: float
    end_s: float
    title: str


class Days(TypedDict):
    """The calendar of the sessions that are kept."""

    time_zone: str | None
    """Whose today it is; null: the server's machine's"""
    today: str
    studied_today_s: float
    days: list[Day]
    """Those with sessions, the earliest first"""
    streak: Streak | None
    """null where the last study day is too long ago"""


class Expression(TypedDict):
    """The expression of the last two seconds, in the words for a face that reads."""

    label: Literal["Brow lowered", "Happy", "Smile", "Natural", "Sad", "Surprised", "Unsure"]
    emoji: str
    probability: float | None
    probabilities: Probabilities | None
    reason: Reason | None


class Face(TypedDict):
    """One face."""

    face_id: int
    """1, 2, ... by size in a photo; the same face through a session"""
    confidence: float
    """How sure the model is that a face is here"""
    box: Box
    emotion: Emotion
    probabilities: Probabilities


class Indicator(TypedDict):
    """An estimate from 0 to 100 with its interval, or the reason why there is none."""

    value: float | None
    low: float | None
    """With `high` the 80 % interval; of attention, what unseen seconds can make it"""
    high: float | None
    reason: Reason | None
    basis: str | None
    """What it rests on"""
    calibrated: bool
    """Eight of the learner's answers or more stand behind it"""
    usual: float | None
    """The learner's own usual"""
    trend: Literal["higher", "same", "lower"] | None
    """Against the own usual"""


class Indicators(TypedDict):
    """The three estimates."""

    comprehension: Indicator
    stress: Indicator
    attention: Indicator
    """In front of the screen; where the mind is stays unseen"""


class Job(TypedDict):
    """A video that waits, is being analysed, or was."""

    job_id: str
    name: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    place: int
    """How many are before it, itself counted; 0 if none"""
    stage: Literal["analysing", "drawing"] | None
    """null before it runs"""
    share: float | None
    """Of the whole; null where the video's length is not known"""
    at_s: float
    """How far into the video it is"""
    duration_s: float | None
    frames: int
    """Done in this stage"""
    left_s: float | None
    """Until the stage is done; null: not known"""
    faces: int | None
    """Numbers given; null before it is done"""
    note: str
    """What the reader of the results must know; mostly empty"""
    problem: Problem | None
    """Why it failed"""
    created_at: str
    kept_until: str | None
    """An hour after its end; null before"""


class Jobs(TypedDict):
    """The jobs of this owner, newest first."""

    jobs: list[Job]


class Model(TypedDict):
    """The model that answers."""

    name: str
    version: str
    networks: Networks
    labels: list[Label]
    """In the order of every probability vector"""
    input_size: InputSize
    confidence_threshold: float
    """Weakest face that is reported by default"""
    unsure_below: float
    """Probability under which the label is Unsure"""
    metrics: dict[str, Any]
    """Measured figures with their data"""
    licence: str
    date: str


class OpenedText(TypedDict):
    """The text, ready for a session, and what tells whether its letters are right."""

    text: ReadyText
    words: int
    pages: int | None
    """Of a file that has pages"""
    language: str | None
    """By the file's own word: a BCP 47 tag"""
    encoding: str | None
    """How its letters were read, by the web's name; null where the file says it"""
    telling_words: list[str]
    """Words with letters beyond A to Z: where they look wrong, choose an `encoding`"""


class PassageReading(TypedDict):
    """What happened on one passage."""

    passage_id: str
    words: float
    seconds: float
    """With the reader present"""
    away_seconds: float
    visits: int
    wpm: float | None
    """Words a minute"""
    comprehension: TimelineEstimate | None


PlaybackIn: TypeAlias = list[PlayedIn]
"""How the video was played."""


class Recall(TypedDict):
    """What came back after a week."""

    asked: int
    recalled: int
    share: float | None
    """null while none was asked"""
    low: float | None
    """Of its 95 % interval"""
    high: float | None
    sentence: str
    """The same in words"""
    answers: list[Returned]
    """The latest first"""


class SessionRequest(TypedDict):
    """Start a session. Without `consent` the answer is 403, code consent_missing."""

    consent: NotRequired[Consent | None]
    """Needed before the camera"""
    retention: NotRequired[Literal["keep", "none", "memory"]]
    """keep: stays in the history; none: until finish; memory: never stored"""
    title: NotRequired[str]
    goal: NotRequired[str]
    plan: NotRequired[Plan]
    text: NotRequired[TextIn | None]
    video: NotRequired[VideoIn | None]
    """In place of a text"""
    time_zone: NotRequired[str | None]
    """Such as Europe/Berlin: it says to which day the session belongs"""
    on_paper: NotRequired[bool]
    """The learner studies on paper: a head bent to the desk counts as at work"""


class SessionSummary(TypedDict):
    """A session in a list."""

    session_id: str
    state: Literal["active", "paused", "finished"]
    retention: Literal["keep", "none", "memory"]
    started_at: str
    title: str
    goal: str
    live: bool
    """It runs in this server"""
    totals: Totals


class Snapshot(TypedDict):
    """A session at one moment."""

    at: str
    state: Literal["active", "paused", "finished"]
    presence: str
    """What the camera shows"""
    notice: Reason | None
    """Why the indicators stand still; null: they move"""
    expression: Expression
    valence: float | None
    """Half-life 10 s"""
    valence_band: float | None
    """Half-width of the 95 % band; measurement uncertainty only"""
    arousal: float | None
    """Half-life 10 s"""
    indicators: Indicators
    coverage: float
    """Share of the last 60 s with a usable face"""
    baseline_progress: float
    """1: the own baseline is ready"""
    elapsed_s: float
    studied_s: float
    next_break_s: float | None
    suggestion: Suggestion | None
    probe: Probe | None
    frames: int
    late_frames: int
    face: NotRequired[FaceSignals | None]
    """Head, eyes and mouth in the last second; null where no points were seen"""
    looks: NotRequired[Looks | None]
    """How they look to an onlooker, against their own usual; null: not known"""


class Timeline(TypedDict):
    """The session over time."""

    bucket_s: float
    rows: list[TimelineRow]
    next_since: str | None
    """Send as `since` for what is new; the last row comes again, maybe grown"""


class Video(TypedDict):
    """The video that is watched. Kept with the session, for it holds the learner's titles only."""

    title: str
    parts: list[VideoPart]


class AnalysisResult(TypedDict):
    """What is in one picture."""

    index: int
    """Place of the picture in the request"""
    image: ImageSize | None
    """null if the picture could not be read"""
    faces: list[Face]
    """Largest first"""
    reason: Literal["no_face"] | None
    """Why `faces` is empty"""
    incomplete: bool
    """The file breaks off: what is there of the picture was analysed"""
    problem: Problem | None
    """Why this picture of several could not be read"""
    timing_ms: Timing | None


class Feedback(TypedDict):
    """Break advice and passages to reread, each with its evidence."""

    next_break_s: float | None
    suggestion: Suggestion | None
    breaks: list[Break]
    highlights: list[Highlight]
    """Guesses stand on at most a fifth of the text"""
    passages: list[PassageReading]
    """Those that were on the screen"""
    lost: list[Lost]
    """In the order of time"""
    own_wpm: float | None
    """The pace that the marks compare with"""
    reading_reason: Reason | None
    """Why there are no passages"""
    answered: int
    skipped: int
    camera: str
    """What the camera has added so far"""
    note: str


class Finished(TypedDict):
    """A finished session, summed up. Without retention keep this is the last known of it."""

    session_id: str
    retention: Literal["keep", "none", "memory"]
    started_at: str
    finished_at: str
    happened: str
    """What happened, one sentence for the learner"""
    next_step: str
    """What to try next, one sentence"""
    totals: Totals
    hardest: Stretch | None
    best: Stretch | None
    stretches_note: str
    """Why no stretch is named"""
    feedback: Feedback


class Frame(TypedDict):
    """The faces in a frame, and what the session says now."""

    frame_id: str | None
    captured_at: str
    used: bool
    """Whether the frame entered the timeline"""
    unused_because: Literal["late", "paused"] | None
    """late: not newer than the last one, or from before the start or a pause"""
    image: ImageSize
    faces: list[Face]
    """Largest first; only the largest counts"""
    reason: Literal["no_face", "camera_off"] | None
    """Why `faces` is empty"""
    timing_ms: Timing
    snapshot: Snapshot


class SessionDetail(TypedDict):
    """A session."""

    session_id: str
    state: Literal["active", "paused", "finished"]
    retention: Literal["keep", "none", "memory"]
    started_at: str
    title: str
    goal: str
    live: bool
    """It runs in this server"""
    totals: Totals
    plan: Plan
    consent_version: str
    time_zone: str | None
    """The learner's; null where none was told"""
    text: Text | None
    """null without a text, and an hour after the session's end"""
    video: Video | None
    """null without a video"""
    snapshot: Snapshot
    history: History


class SessionPage(TypedDict):
    """A page of sessions, newest first."""

    sessions: list[SessionSummary]
    next_cursor: str | None
    """For the next page; null on the last"""


class Analysis(TypedDict):
    """What is in each picture, in the order they were sent."""

    model: ModelName
    results: list[AnalysisResult]
