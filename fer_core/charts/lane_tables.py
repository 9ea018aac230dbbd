"""The lanes of a session's chart, and the tables that it draws."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from fer_core.charts.timeline import INDICATORS, LiveTables
from fer_core.emotions import EMOTIONS

#: Names of the tables that are made here: one row a moment for the hover, the ends of the time
#: axis, the names of the lanes, and the rules in them.
MOMENTS, FRAME, NAMES, RULES = "moments", "frame", "names", "rules"

#: Lane: its name, its top and its bottom, in pixels from the top of the chart.
EXPRESSION, UNDERSTANDING, STRESS, FACING, EYES_LANE = range(5)
LANES: tuple[tuple[str, int, int], ...] = (
    ("Expression", 44, 134),
    ("Understanding", 158, 228),
    ("Stress", 252, 322),
    ("In front of the screen", 346, 372),
    ("Eyes open", 396, 422),
)
#: The names of the lanes, from top to bottom.
LANE_NAMES = tuple(name for name, _, _ in LANES)
#: What the indicators are called here, by what the tables call them.
LANE_OF = dict(
    zip([title for _, title, _, _ in INDICATORS], (UNDERSTANDING, STRESS, FACING), strict=True)
)


def lane_tables(
    tables: LiveTables, since_s: float, until_s: float, empty: Mapping[str, str] | None = None
) -> dict[str, pd.DataFrame]:
    """Return the tables of the chart by their names in the specification.

    Args:
        tables: Of the same moment.
        since_s: The left end of the time axis, seconds into the session.
        until_s: Its right end.
        empty: What stands in a lane that has nothing to show, by the lane's name.
    """
    lanes = len(LANES) - (0 if tables.has_face else 1)
    frame = pd.DataFrame({"elapsed": [since_s, max(until_s, since_s + 1.0)]})
    return {
        **tables.as_datasets(),
        MOMENTS: _moments(tables),
        FRAME: frame,
        NAMES: _lane_names(tables, empty or {}, lanes),
        RULES: _lane_rules(lanes),
    }


def _moments(tables: LiveTables) -> pd.DataFrame:
    names = [emotion.study_label for emotion in EMOTIONS]
    moments: dict[float, dict[str, str | float]] = {}
    for row in tables.shares.to_dict("records"):
        moments[row["elapsed"]] = {
            "clock": row["clock"],
            "expression": _strongest({name: float(row[name]) for name in names}),
        }
    for row in tables.lines.to_dict("records"):
        moment = moments.setdefault(row["elapsed"], {"clock": row["clock"]})
        words = f"{row['value']:.0f} (probably {row['range']})"
        moment[f"lane{LANE_OF[row['indicator']]}"] = words
    for row in tables.eyes.to_dict("records"):
        moment = moments.setdefault(row["elapsed"], {"clock": row["clock"]})
        moment[f"lane{EYES_LANE}"] = f"{row['open']:.0%}"
    estimates = UNDERSTANDING, STRESS, FACING, EYES_LANE
    columns = ["clock", "expression", *(f"lane{lane}" for lane in estimates)]
    rows = [
        (elapsed, *(moment.get(column, "–") for column in columns))
        for elapsed, moment in sorted(moments.items())
    ]
    return pd.DataFrame(rows, columns=["elapsed", *columns])


def _strongest(shares: dict[str, float]) -> str:
    """Return the expressions of a moment in words, the strongest first; small ones are left out."""
    told = sorted(shares.items(), key=lambda item: -item[1])
    return ", ".join(
        f"{name} {share:.0%}"
        for number, (name, share) in enumerate(told)
        if number == 0 or share >= 0.1
    )


def _lane_rules(lanes: int) -> pd.DataFrame:
    """Return rules at 0, 50 and 100 of the estimates, and at both edges of the other lanes."""
    rows = []
    for lane, (_, top, bottom) in enumerate(LANES[:lanes]):
        if lane in (UNDERSTANDING, STRESS):
            rows += [(top, "100"), ((top + bottom) / 2, "50"), (bottom, "0")]
        else:
            rows += [(top, ""), (bottom, "")]
    return pd.DataFrame(rows, columns=["y", "words"])


def _lane_names(tables: LiveTables, empty: Mapping[str, str], lanes: int) -> pd.DataFrame:
    """Return the lanes' names, and what stands in the middle of those with nothing to show."""
    filled = set(tables.lines["indicator"])
    if not tables.shares.empty:
        filled.add(LANES[EXPRESSION][0])
    if not tables.eyes.empty:
        filled.add(LANES[EYES_LANE][0])
    return pd.DataFrame(
        [
            (top - 5, name, (top + bottom) / 2, "" if name in filled else empty.get(name, ""))
            for name, top, bottom in LANES[:lanes]
        ],
        columns=["y", "name", "middle", "empty"],
    )
