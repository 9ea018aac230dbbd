"""What a session says about one moment, as JSON: every number, or the reason why there is none."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fer_core.affect.breaks import Suggestion
from fer_core.affect.indicators import Reason
from fer_core.api.schemas.analyses import Frozen, Probabilities
from fer_core.api.schemas.face import FaceSignalsOut, LooksOut
from fer_core.api.schemas.moments import Moment
from fer_core.learner.probes import Probe
from fer_core.sessions.snapshot import Expression, Indicator, Snapshot


class ReasonOut(Frozen):
    """Why a number is missing."""

    code: str = Field(examples=["no_face"])
    text: str = Field(description="The sentence to show in the number's place")

    @classmethod
    def of(cls, reason: Reason | None) -> ReasonOut | None:
        """Describe a reason; None stays None."""
        return None if reason is None else cls(code=str(reason), text=reason.text)


class ExpressionOut(Frozen):
    """The expression of the last two seconds, in the words for a face that reads."""

    label: Literal[
        "Brow lowered",
        "Happy",
        "Smile",
        "Natural",
        "Sad",
        "Surprised",
        "Unsure",
    ]
    emoji: str
    probability: float | None = Field(ge=0, le=1)
    probabilities: Probabilities | None
    reason: ReasonOut | None

    @classmethod
    def of(cls, expression: Expression) -> ExpressionOut:
        """Describe an expression."""
        return cls(
            label=expression.label,
            emoji=expression.emoji,
            probability=_rounded(expression.probability, 4),
            probabilities=probabilities_of(expression.probabilities),
            reason=ReasonOut.of(expression.reason),
        )


class IndicatorOut(Frozen):
    """An estimate from 0 to 100 with its interval, or the reason why there is none."""

    value: float | None = Field(ge=0, le=100)
    low: float | None = Field(
        ge=0,
        le=100,
        description="With `high` the 80 % interval; of attention, what unseen seconds can make it",
    )
    high: float | None = Field(ge=0, le=100)
    reason: ReasonOut | None
    basis: str | None = Field(description="What it rests on", examples=["attention-based"])
    calibrated: bool = Field(description="Eight of the learner's answers or more stand behind it")
    usual: float | None = Field(ge=0, le=100, description="The learner's own usual")
    trend: Literal["higher", "same", "lower"] | None = Field(description="Against the own usual")

    @classmethod
    def of(cls, indicator: Indicator) -> IndicatorOut:
        """Describe an indicator."""
        estimate = indicator.estimate
        return cls(
            value=_rounded(estimate.value, 1),
            low=_rounded(estimate.low, 1),
            high=_rounded(estimate.high, 1),
            reason=ReasonOut.of(estimate.reason),
            basis=None if estimate.basis is None else str(estimate.basis),
            calibrated=estimate.calibrated,
            usual=_rounded(indicator.usual, 1),
            trend=None if indicator.trend is None else indicator.trend.value,
        )


class IndicatorsOut(Frozen):
    """The three estimates."""

    comprehension: IndicatorOut
    stress: IndicatorOut
    attention: IndicatorOut = Field(
        description="In front of the screen; where the mind is stays unseen"
    )


class SuggestionOut(Frozen):
    """A break that is suggested."""

    suggestion_id: str
    rule: Literal["timer", "answers", "tired", "looks", "negative", "eyes"]
    at: Moment
    advice: str
    evidence: str = Field(description="On what grounds, to be shown with the advice")
    rest_s: float = Field(ge=0)

    @classmethod
    def of(cls, suggestion: Suggestion | None) -> SuggestionOut | None:
        """Describe a suggestion; None stays None."""
        return None if suggestion is None else cls.model_validate(suggestion.to_dict())


class ProbeOut(Frozen):
    """A question to the learner; it can be skipped."""

    probe_id: str
    kind: Literal["clarity", "stress", "question"]
    asked_at: Moment
    prompt: str
    passage_id: str | None = Field(description="The passage that it is about")
    low: int = Field(description="Smallest answer")
    high: int = Field(description="Largest answer")
    low_label: str
    high_label: str
    choices: list[str] | None = Field(description="Of a question: the answer is a position here")

    @classmethod
    def of(cls, probe: Probe) -> ProbeOut:
        """Describe a probe; the right choice of a question is not told."""
        return cls(
            probe_id=probe.probe_id,
            kind=probe.kind.value,
            asked_at=probe.asked_at,
            prompt=probe.prompt,
            passage_id=probe.passage_id,
            choices=None if probe.question is None else list(probe.question.choices),
            **probe.scale._asdict(),
        )


class SnapshotOut(Frozen):
    """A session at one moment."""

    at: Moment
    state: Literal["active", "paused", "finished"]
    presence: str = Field(description="What the camera shows", examples=["face"])
    notice: ReasonOut | None = Field(description="Why the indicators stand still; null: they move")
    expression: ExpressionOut
    valence: float | None = Field(ge=-1, le=1, description="Half-life 10 s")
    valence_band: float | None = Field(
        ge=0, description="Half-width of the 95 % band; measurement uncertainty only"
    )
    arousal: float | None = Field(ge=-1, le=1, description="Half-life 10 s")
    indicators: IndicatorsOut
    coverage: float = Field(ge=0, le=1, description="Share of the last 60 s with a usable face")
    baseline_progress: float = Field(ge=0, le=1, description="1: the own baseline is ready")
    elapsed_s: float = Field(ge=0)
    studied_s: float = Field(ge=0)
    next_break_s: float | None = Field(ge=0)
    suggestion: SuggestionOut | None
    probe: ProbeOut | None
    frames: int = Field(ge=0)
    late_frames: int = Field(ge=0)
    face: FaceSignalsOut | None = Field(
        default=None,
        description="Head, eyes and mouth in the last second; null where no points were seen",
    )
    looks: LooksOut | None = Field(
        default=None,
        description="How they look to an onlooker, against their own usual; null: not known",
    )

    @classmethod
    def of(cls, snapshot: Snapshot) -> SnapshotOut:
        """Describe a snapshot."""
        return cls(
            at=snapshot.at,
            state=snapshot.state.value,
            presence=str(snapshot.presence),
            notice=ReasonOut.of(snapshot.notice),
            expression=ExpressionOut.of(snapshot.expression),
            valence=_rounded(snapshot.valence, 4),
            valence_band=_rounded(snapshot.valence_band, 4),
            arousal=_rounded(snapshot.arousal, 4),
            indicators=IndicatorsOut(
                comprehension=IndicatorOut.of(snapshot.comprehension),
                stress=IndicatorOut.of(snapshot.stress),
                attention=IndicatorOut.of(snapshot.attention),
            ),
            coverage=min(1.0, round(snapshot.coverage, 4)),
            baseline_progress=min(1.0, round(snapshot.baseline_progress, 4)),
            elapsed_s=round(snapshot.elapsed_s, 3),
            studied_s=round(snapshot.studied_s, 3),
            next_break_s=_rounded(snapshot.next_break_s, 1),
            suggestion=SuggestionOut.of(snapshot.suggestion),
            probe=None if snapshot.probe is None else ProbeOut.of(snapshot.probe),
            frames=snapshot.frames,
            late_frames=snapshot.late_frames,
            face=FaceSignalsOut.of(snapshot.face),
            looks=LooksOut.of(snapshot.looks),
        )


def probabilities_of(values: tuple[float, ...] | None) -> Probabilities | None:
    """Name five probabilities in class order; None stays None."""
    if values is None:
        return None
    return Probabilities(
        **dict(zip(Probabilities.model_fields, (round(value, 4) for value in values), strict=True))
    )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
