"""What a session keeps of its signals: a bucket of numbers for each second.

Buckets and events are all that is stored of a session. They turn into plain JSON values and back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from itertools import islice
from typing import Any

from fer_core.affect.heart_rate import NoPulse, Pulse
from fer_core.affect.indicators import Basis, Estimate, Reason
from fer_core.affect.signals import Presence
from fer_core.sessions.face_second import FaceSecond, merge_faces

Five = tuple[float, float, float, float, float]


def five_of(vector: Iterable[float]) -> Five:
    """Return the first five numbers, those of the classes."""
    a, b, c, d, e = (float(value) for value in islice(vector, 5))
    return a, b, c, d, e


@dataclass(frozen=True, slots=True)
class TimelineBucket:
    """One stretch of a session: a second, or ten where older ones were merged.

    Seconds in which no picture arrived have no bucket.

    Attributes:
        at: Start of the stretch, seconds since the epoch; a whole multiple of `width_s`.
        width_s: 1 or 10.
        frames: Pictures analysed.
        observed_s: Time in which attention can be judged: pictures came, the camera was on, and
            no second face was in view.
        valid_s: Of that, time with exactly one usable face.
        facing_s: Of the observed time, time in front of the screen.
        away_s: Of the observed time, time away (no face for 5 s and more).
        presence: What the camera showed at the end.
        probabilities: Of the five classes, smoothed with a half-life of 1.5 s; None without a face.
            Picture, card and charts show this one.
        shares: The same with a half-life of 10 s, for tables; None below a coverage of .5.
        valence: -1..1, half-life 10 s; None as `shares`.
        valence_band: Half-width of its 95 % band; None as `shares`.
        arousal: -1..1; None as `shares`.
        motion: Of the head, in face heights a second; None without a face.
        centre_x: Of the face, as a share of the frame's width; None without a face.
        centre_y: The same for the height.
        size: Height of the face as a share of the frame's.
        coverage: Share of the last 60 s with a usable face, 0..1.
        comprehension: The live estimate at the end.
        stress: The same.
        attention: The same; "in front of the screen".
        pulse: The heart rate, or why it could not be read; None: it was not asked for.
        face: Head, eyes and mouth; None: no points of a face were seen.
    """

    at: float
    width_s: float
    frames: int
    observed_s: float
    valid_s: float
    facing_s: float
    away_s: float
    presence: Presence
    probabilities: Five | None
    shares: Five | None
    valence: float | None
    valence_band: float | None
    arousal: float | None
    motion: float | None
    centre_x: float | None
    centre_y: float | None
    size: float | None
    coverage: float
    comprehension: Estimate
    stress: Estimate
    attention: Estimate
    pulse: Pulse | None = None
    face: FaceSecond | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values: numbers, strings, lists of numbers and None."""
        plain: dict[str, Any] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, Estimate):
                plain[item.name] = estimate_to_dict(value)
            elif isinstance(value, Pulse):
                plain[item.name] = pulse_to_dict(value)
            elif isinstance(value, FaceSecond):
                plain[item.name] = value.to_dict()
            elif isinstance(value, tuple):
                plain[item.name] = list(value)
            else:
                plain[item.name] = str(value) if isinstance(value, StrEnum) else value
        return plain

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> TimelineBucket:
        """Read what `to_dict` wrote.

        Raises:
            KeyError, ValueError: The values are not a bucket.
        """
        newer = ("pulse", "face")
        values = {item.name: data[item.name] for item in fields(cls) if item.name not in newer}
        # Buckets from before heart rate and points were measured have none.
        pulse, face = data.get("pulse"), data.get("face")
        values["pulse"] = None if pulse is None else pulse_from_dict(pulse)
        values["face"] = None if face is None else FaceSecond.from_dict(face)
        for name in ("comprehension", "stress", "attention"):
            values[name] = estimate_from_dict(values[name])
        for name in ("probabilities", "shares"):
            if values[name] is not None:
                if len(values[name]) != 5:
                    raise ValueError(f"{name} must have five numbers")
                values[name] = tuple(float(number) for number in values[name])
        values["presence"] = Presence(values["presence"])
        return cls(**values)


def estimate_to_dict(estimate: Estimate) -> dict[str, Any]:
    """Return plain JSON values."""
    return {
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "reason": None if estimate.reason is None else str(estimate.reason),
        "basis": None if estimate.basis is None else str(estimate.basis),
        "answers": estimate.answers,
    }


def estimate_from_dict(data: Mapping[str, Any]) -> Estimate:
    """Read what `estimate_to_dict` wrote."""
    return Estimate(
        value=data["value"],
        low=data["low"],
        high=data["high"],
        reason=None if data["reason"] is None else Reason(data["reason"]),
        basis=None if data["basis"] is None else Basis(data["basis"]),
        answers=int(data["answers"]),
    )


def pulse_to_dict(pulse: Pulse) -> dict[str, Any]:
    """Return plain JSON values."""
    reason = None if pulse.reason is None else str(pulse.reason)
    return {"bpm": pulse.bpm, "snr_db": pulse.snr_db, "reason": reason}


def pulse_from_dict(data: Mapping[str, Any]) -> Pulse:
    """Read what `pulse_to_dict` wrote."""
    reason = data["reason"]
    return Pulse(data["bpm"], data["snr_db"], None if reason is None else NoPulse(reason))


def merge_buckets(buckets: Sequence[TimelineBucket], at: float, width_s: float) -> TimelineBucket:
    """Merge the buckets of one longer stretch into one: times add up, values are their means.

    A value is kept where at least half of them have it; else the commonest reason stands.

    Args:
        buckets: In the order of time, at least one.
        at: Start of the stretch.
        width_s: Its length.
    """
    last = buckets[-1]
    return TimelineBucket(
        at=at,
        width_s=width_s,
        frames=sum(bucket.frames for bucket in buckets),
        observed_s=sum(bucket.observed_s for bucket in buckets),
        valid_s=sum(bucket.valid_s for bucket in buckets),
        facing_s=sum(bucket.facing_s for bucket in buckets),
        away_s=sum(bucket.away_s for bucket in buckets),
        presence=last.presence,
        probabilities=_mean_five([bucket.probabilities for bucket in buckets]),
        shares=_mean_five([bucket.shares for bucket in buckets]),
        valence=_mean([bucket.valence for bucket in buckets]),
        valence_band=_mean([bucket.valence_band for bucket in buckets]),
        arousal=_mean([bucket.arousal for bucket in buckets]),
        motion=_mean([bucket.motion for bucket in buckets]),
        centre_x=_mean([bucket.centre_x for bucket in buckets]),
        centre_y=_mean([bucket.centre_y for bucket in buckets]),
        size=_mean([bucket.size for bucket in buckets]),
        coverage=sum(bucket.coverage for bucket in buckets) / len(buckets),
        comprehension=_mean_estimate([bucket.comprehension for bucket in buckets]),
        stress=_mean_estimate([bucket.stress for bucket in buckets]),
        attention=_mean_estimate([bucket.attention for bucket in buckets]),
        pulse=_mean_pulse([bucket.pulse for bucket in buckets]),
        face=merge_faces([bucket.face for bucket in buckets]),
    )


def _mean(values: Sequence[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if 2 * len(present) >= len(values) else None


def _mean_five(values: Sequence[Five | None]) -> Five | None:
    present = [value for value in values if value is not None]
    if 2 * len(present) < len(values):
        return None
    a, b, c, d, e = (sum(column) / len(present) for column in zip(*present, strict=True))
    return a, b, c, d, e


def _mean_pulse(pulses: Sequence[Pulse | None]) -> Pulse | None:
    asked = [pulse for pulse in pulses if pulse is not None]
    if 2 * len(asked) < len(pulses):
        return None
    read = [pulse for pulse in asked if pulse.bpm is not None]
    if 2 * len(read) < len(asked):
        reasons = Counter(pulse.reason for pulse in asked if pulse.reason is not None)
        return Pulse(reason=reasons.most_common(1)[0][0])
    return Pulse(_mean([pulse.bpm for pulse in read]), _mean([pulse.snr_db for pulse in read]))


def _mean_estimate(estimates: Sequence[Estimate]) -> Estimate:
    present = [estimate for estimate in estimates if estimate.reason is None]
    if 2 * len(present) < len(estimates):
        reasons = Counter(item.reason for item in estimates if item.reason is not None)
        return Estimate.missing(reasons.most_common(1)[0][0])
    return Estimate(
        value=_mean([item.value for item in present]),
        low=_mean([item.low for item in present]),
        high=_mean([item.high for item in present]),
        basis=present[-1].basis,
        answers=present[-1].answers,
    )
