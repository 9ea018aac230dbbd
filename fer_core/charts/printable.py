"""A session's result as one HTML page that needs nothing else, to print or to keep as a PDF."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from fer_core.affect.weights import INTERVAL_MEANS
from fer_core.charts.printed_timeline import timeline_svg
from fer_core.charts.time_axis import without_last_pause
from fer_core.charts.timeline import clock_text
from fer_core.live.reading_tracker import ReadingTracker
from fer_core.live.result import SessionResult
from fer_core.sessions.outcome import away_in_words, in_minutes
from fer_core.sessions.report import NOTE
from fer_core.sessions.reread import RereadItem, reread_items
from fer_core.sessions.session import StudySession
from fer_core.texts.document import Passage

_STYLE = """
@page { size: A4; margin: 18mm 16mm }
:root { color-scheme: light }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1c2530; background: #fff;
  font: 11pt/1.5 system-ui, "Segoe UI", "Noto Sans", sans-serif; -webkit-print-color-adjust: exact;
  print-color-adjust: exact }
h1 { font-size: 1.7em; line-height: 1.2; margin: 0 0 .2em }
h2 { font-size: 1.15em; margin: 1.6em 0 .4em; break-after: avoid }
.when { color: #55606d; margin: 0 0 1.2em }
.told { font-size: 1.2em; margin: .3em 0 }
table { border-collapse: collapse; break-inside: avoid }
th, td { text-align: start; padding: .25em 1.2em .25em 0; border-bottom: 1px solid #d5dbe3 }
svg { width: 100%; height: auto; break-inside: avoid }
svg text { font: 11px system-ui, sans-serif; fill: #1c2530 }
li { margin: .3em 0 }
blockquote { margin: .5em 0 1.2em; padding-inline-start: 1em; white-space: pre-line;
  border-inline-start: 3px solid #55606d; break-inside: avoid }
mark { background: #ffe9a8; color: inherit }
footer { margin-top: 2em; color: #55606d; font-size: .85em }
@media print { body { margin: 0; max-width: none; padding: 0 } }
"""


@dataclass(frozen=True, slots=True)
class PageWords:
    """The learner's own words around a session.

    Attributes:
        title: Of the session.
        when: Date and time on the learner's clock, as they read them.
        note: Written to the session; may be empty.
        tags: To find it by.
    """

    title: str
    when: str
    note: str = ""
    tags: tuple[str, ...] = ()


def session_page(
    session: StudySession,
    result: SessionResult,
    words: PageWords,
    reading: ReadingTracker | None = None,
) -> str:
    """Return a session's result as an HTML page; nobody's words in it are taken for markup.

    Args:
        session: The session.
        result: What it came to.
        words: The learner's.
        reading: Its text, where one is open: what to read again, highlights and notes are quoted.
    """
    title = escape(words.title)
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>",
        f'<h1 dir="auto">{title}</h1>',
        f'<p class="when">{escape(" · ".join([words.when, *words.tags]))}</p>',
        f'<p class="told"><strong>{escape(result.outcome.happened)}</strong></p>',
        f'<p class="told">{escape(result.outcome.next_step)}</p>',
        *_goal(session, result),
        *_figures(result),
        *_timeline(session, result),
        *_looks(session, result),
        *(_reading(reading) if reading is not None else ()),
    ]
    if words.note:
        parts += ["<h2>Your note</h2>", f'<blockquote dir="auto">{escape(words.note)}</blockquote>']
    parts.append(f"</main><footer>{escape(NOTE)}</footer></body></html>")
    return "\n".join(parts) + "\n"


def _goal(session: StudySession, result: SessionResult) -> Iterator[str]:
    if session.info.goal:
        said = "" if result.goal is None else f" {result.goal.icon} {result.goal.label}"
        yield f'<h2>Your goal</h2><p dir="auto">{escape(session.info.goal)}{said}</p>'


def _figures(result: SessionResult) -> Iterator[str]:
    totals, usual = result.report.totals, result.usual
    lines = [
        ("Studied", in_minutes(totals.studied_s), usual and in_minutes(usual.studied_s)),
        ("Breaks taken", str(totals.breaks), usual and f"{usual.breaks:g}"),
    ]
    if away := away_in_words(totals):
        lines.append(("Away", away, usual and in_minutes(usual.away_s)))
    asked = result.report.answered + result.report.skipped
    if asked:
        lines.append(("Questions answered", f"{result.report.answered} of {asked}", None))
    yield "<h2>In numbers</h2><table><thead><tr><th></th><th>This session</th>"
    yield "<th>Usually</th></tr></thead><tbody>" if usual else "</tr></thead><tbody>"
    for name, here, usually in lines:
        cell = f"<td>{usually or '–'}</td>" if usual else ""
        yield f'<tr><th scope="row">{name}</th><td>{here}</td>{cell}</tr>'
    yield "</tbody></table>"
    if usual:
        yield f"<p>Usually: the middle one of your last {usual.sessions} sessions.</p>"


def _timeline(session: StudySession, result: SessionResult) -> Iterator[str]:
    started = session.info.started_at
    end = started + result.report.totals.elapsed_s
    events, end = without_last_pause(session.events(), end)
    drawing = timeline_svg(session.rows(), events, started, end)
    if drawing:
        yield f"<h2>Timeline</h2>{drawing}<p>The bands are {INTERVAL_MEANS}.</p>"


def _looks(session: StudySession, result: SessionResult) -> Iterator[str]:
    if not result.looks:
        return
    yield "<h2>Worth a second look</h2><ul>"
    for look in result.looks:
        start, end = (clock_text(at - session.info.started_at) for at in (look.start, look.end))
        when = start if start == end else f"{start} to {end}"
        yield f"<li><strong>{when}</strong>: {escape(look.why)}</li>"
    yield "</ul>"


def _reading(reading: ReadingTracker) -> Iterator[str]:
    document = reading.document
    items = reread_items(document, reading.result().highlights)
    if items:
        yield "<h2>Read again</h2>"
        for item in items:
            yield from _reread(item)
    noted = [(passage, reading.note(passage.passage_id)) for passage in document.passages]
    written = [(passage, note) for passage, note in noted if note]
    if written:
        yield "<h2>Your highlights and notes</h2>"
    for passage, note in written:
        yield f'<h3 dir="auto">{_where(passage)}</h3>'
        yield from (
            f'<blockquote dir="auto"><mark>{escape(quote)}</mark></blockquote>'
            for quote in note.quotes(passage.text)
        )
        if note.note:
            yield f'<p dir="auto">{escape(note.note)}</p>'


def _reread(item: RereadItem) -> Iterator[str]:
    mark = item.highlight.mark
    yield f'<h3 dir="auto">{_where(item.passage)}</h3>'
    yield f"<p>{mark.icon} {escape(mark.label)}. {escape(item.highlight.why)}</p>"
    yield f'<blockquote dir="auto">{escape(item.passage.text)}</blockquote>'


def _where(passage: Passage) -> str:
    section = f": {escape(passage.section)}" if passage.section else ""
    return f"Passage {passage.index + 1}{section}"
