"""Export, erase, import gives the same history; other programs can read it; bad files say so."""

from __future__ import annotations

import csv
import io
import json
import math
import zipfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select

from fer_core.affect.indicators import ComprehensionFeatures
from fer_core.errors import HistoryFileInvalid, HistoryFileTooNew
from fer_core.reading.highlights import find_highlights
from fer_core.reading.notes import PassageNote
from fer_core.reading.text_reading import read
from fer_core.sessions.session import StudySession
from fer_core.sessions.snapshot import State
from fer_core.storage.history import TextLabel
from fer_core.storage.queries import rows_of
from fer_core.storage.store import SessionStore
from fer_core.storage.tables import creations, metadata, owners, processes, summaries
from tests.storage.decks import fill_deck
from tests.storage.sessions import START, TEXT, count_rows, full_session

ARCHIVES = Path(__file__).parent / "archives"

#: What becomes of a file in a ZIP, by its name and content; None leaves it out.
Change = Callable[[str, bytes], bytes | str | None]


@cache
def three_sessions() -> tuple[StudySession, ...]:
    """Return finished sessions, which nothing changes any more: any number of stores keep them."""
    return tuple(full_session(f"s{number}", START + 10_000 * number) for number in range(3))


def fill(store: SessionStore) -> None:
    for number, session in enumerate(three_sessions()):
        label = TextLabel(TEXT.text_id, TEXT.title, TEXT.words)
        store.follow(session, text=label, document=TEXT if number == 2 else None)
        store.save_now()
    reading = read(TEXT, session.views, session.signals())
    estimates = reading.estimates(store.learner.profile().comprehension)
    highlights = find_highlights(reading, estimates, session.answers)
    notes = [PassageNote("p2", ((0, 5),), "„why?“ 数")]
    store.save_reading("s2", reading, estimates, highlights, ["p1"], notes)
    store.own_words.set_tags("s1", ["exam", "=1+1"])
    store.set_note("s1", "=1+1, „quoted“\nsecond row")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The export of a filled history: made once for all that break it."""
    file = tmp_path_factory.mktemp("filled") / "history.sqlite"
    with SessionStore(f"sqlite:///{file}") as store:
        fill(store)
        return store.archive.export()


def everything(store: SessionStore) -> dict[str, list[dict[str, Any]]]:
    with store.database.reading() as connection:
        return {
            table.name: list(
                rows_of(connection, select(table).order_by(*table.primary_key.columns))
            )
            for table in metadata.sorted_tables
            if table not in (creations, summaries, owners, processes)  # what is this server's
        }


def test_export_erase_import_gives_the_same_history(store: SessionStore) -> None:
    fill(store)
    fill_deck(store)
    before = everything(store)
    assert all(before.values())
    exported = store.archive.export()
    store.erase_all()
    assert count_rows(store) == 0
    result = store.archive.import_file(io.BytesIO(exported))
    assert (result.added, result.known, result.cards) == (3, 0, 4)
    assert everything(store) == before


def test_importing_twice_changes_nothing(store: SessionStore) -> None:
    fill(store)
    before = everything(store)
    result = store.archive.import_file(io.BytesIO(store.archive.export()))
    assert (result.added, result.known) == (0, 3)
    assert everything(store) == before


def test_a_history_moves_to_another_machine_and_learner(
    tmp_path: Path, open_store: Callable[[str], SessionStore]
) -> None:
    here = open_store(f"sqlite:///{tmp_path / 'a.sqlite'}")
    there = open_store(f"sqlite:///{tmp_path / 'b.sqlite'}")
    fill(here)
    there.archive.import_file(io.BytesIO(here.archive.export()), owner="me")
    assert there.load("s1", owner="me").rows == here.load("s1").rows
    assert there.learner.profile(owner="me").comprehension.answers == 6
    assert there.sessions() == []


def test_deleted_sessions_and_other_learners_are_not_exported(store: SessionStore) -> None:
    fill(store)
    store.follow(full_session("other"), owner="other")
    store.save_now()
    store.delete("s0")
    with zipfile.ZipFile(io.BytesIO(store.archive.export())) as archive:
        table = pd.read_csv(archive.open("csv/sessions.csv"))
    assert list(table["session_id"]) == ["s1", "s2"]


def test_other_programs_read_the_tables(store: SessionStore) -> None:
    fill(store)
    rows = everything(store)
    with zipfile.ZipFile(io.BytesIO(store.archive.export())) as archive:
        for name in ("sessions", "timeline", "events", "answers", "views", "passages"):
            parquet = pd.read_parquet(io.BytesIO(archive.read(f"parquet/{name}.parquet")))
            table = pd.read_csv(archive.open(f"csv/{name}.csv"))
            assert len(parquet) == len(table) == len(rows[name])
            assert list(parquet.columns) == list(table.columns)
            numbers = parquet.select_dtypes("float64").columns
            pd.testing.assert_frame_equal(
                parquet[numbers], table[numbers].astype("float64"), check_exact=False
            )
        manifest = json.loads(archive.read("manifest.json"))
        notes = list(
            csv.DictReader(io.StringIO(archive.read("csv/sessions.csv").decode("utf-8-sig")))
        )
    assert manifest["sessions"] == 3
    # A spreadsheet must not run the learner's words.
    assert notes[1]["note"].startswith("'=1+1")


def test_progress_goes_from_nothing_to_all(store: SessionStore) -> None:
    fill(store)
    shares: list[float] = []
    exported = store.archive.export(progress=shares.append)
    assert shares == pytest.approx([1 / 3, 2 / 3, 1.0])
    store.erase_all()
    store.archive.import_file(io.BytesIO(exported), progress=shares.append)
    assert shares[-1] == 1.0


def rewritten(exported: bytes, change: Change) -> bytes:
    """Return an export with its files changed by `change(name, content)`; None leaves one out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(exported)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return out.getvalue()


def edit(member: str, edit_json: Callable[[Any], object]) -> Change:
    def change(name: str, content: bytes) -> bytes | str:
        if name != member:
            return content
        value = json.loads(content)
        edit_json(value)
        return json.dumps(value).replace("Infinity", "1e999")

    return change


def packed_again(
    exported: bytes, name_of: Callable[[str], str], compression: int, extra: Iterable[str] = ()
) -> bytes:
    """Return an export as a person zips its unpacked files: other names, order, compression."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(exported)) as old,
        zipfile.ZipFile(out, "w", compression) as new,
    ):
        for name in extra:
            new.writestr(name, b"\x00\x05\x16\x07")
        for name in sorted(old.namelist(), reverse=True):
            new.writestr(name_of(name), old.read(name))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name_of", "compression", "extra"),
    [
        (lambda name: f"My history/{name}", zipfile.ZIP_STORED, ["My history/"]),
        (lambda name: f"a/b/{name}", zipfile.ZIP_LZMA, []),
        (lambda name: f"./{name}", zipfile.ZIP_BZIP2, []),
        (lambda name: f"history\\{name}".replace("/", "\\"), zipfile.ZIP_DEFLATED, []),
        (
            lambda name: f"h/{name}",
            zipfile.ZIP_DEFLATED,
            [
                *("__MACOSX/h/._manifest.json", "__MACOSX/h/json/sessions/._0001.json"),
                *("h/.DS_Store", "h/Thumbs.db", "h/json/sessions/desktop.ini"),
                *("h/json/sessions/._0001.json", "h/@eaDir/manifest.json"),
            ],
        ),
    ],
    ids=["top folder", "two folders", "from here", "backslashes", "files of the system"],
)
def test_an_export_that_a_person_packed_again_comes_in_whole(
    store: SessionStore, name_of: Callable[[str], str], compression: int, extra: list[str]
) -> None:
    fill(store)
    before = everything(store)
    again = packed_again(store.archive.export(), name_of, compression, extra)
    store.erase_all()
    assert store.archive.import_file(io.BytesIO(again)).added == 3
    assert everything(store) == before


def test_an_export_with_damaged_or_locked_bytes_changes_nothing(
    store: SessionStore, exported: bytes
) -> None:
    damaged = bytearray(exported)
    with zipfile.ZipFile(io.BytesIO(damaged)) as archive:
        start = archive.getinfo(FIRST).header_offset + 60
    locked = bytearray(damaged)
    damaged[start + 20 : start + 60] = bytes(40)
    for header in (b"PK\x03\x04", b"PK\x01\x02"):  # say that each file needs a password
        at = -1
        while (at := locked.find(header, at + 1)) >= 0:
            locked[at + (6 if header[2] == 3 else 8)] |= 1
    for data in (damaged, locked):
        with pytest.raises(HistoryFileInvalid):
            store.archive.import_file(io.BytesIO(data))
    assert count_rows(store) == 0


FIRST = "json/sessions/0001.json"


@pytest.mark.parametrize(
    "change",
    [
        lambda name, content: None if name == "manifest.json" else content,
        lambda name, content: None if name == FIRST else content,
        lambda name, content: b"[]" if name == FIRST else content,
        lambda name, content: b'{"session": ' if name == FIRST else content,
        lambda name, content: (
            content.replace(b'"at":', b'"at":NaN,"x":') if name == FIRST else content
        ),
        edit("manifest.json", lambda value: value.update(format="else")),
        edit(FIRST, lambda value: value["session"].pop("title")),
        edit(FIRST, lambda value: value["session"].update(started_at="yesterday")),
        edit(FIRST, lambda value: value["timeline"][0].update(frames=1.5)),
        edit(FIRST, lambda value: value["timeline"][0].update(frames=True)),
        edit(FIRST, lambda value: value["timeline"].append(value["timeline"][0])),
        # Of the right type, and still nothing that the pages could show:
        edit(FIRST, lambda value: value["session"].update(state="asleep")),
        edit(FIRST, lambda value: value["session"].update(focus_min=9999.0)),
        edit(FIRST, lambda value: value["session"].update(started_at=1e300)),
        edit(FIRST, lambda value: value["session"].update(frames=10**30)),
        edit(FIRST, lambda value: value["timeline"][0].update(presence="ghost")),
        edit(FIRST, lambda value: value["timeline"][0].update(coverage=math.inf)),
        edit(FIRST, lambda value: value["answers"][0].update(features={"negative": "much"})),
        edit("json/learner.json", lambda value: value.update(baseline={"valence": 1})),
        edit("json/learner.json", lambda value: value.update(answers_from=1e300)),
    ],
)
def test_a_file_that_is_no_whole_export_changes_nothing(
    store: SessionStore, exported: bytes, change: Change
) -> None:
    with pytest.raises(HistoryFileInvalid):
        store.archive.import_file(io.BytesIO(rewritten(exported, change)))
    assert count_rows(store) == 0


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all" * 100])
def test_what_is_no_zip_is_named(store: SessionStore, data: bytes) -> None:
    with pytest.raises(HistoryFileInvalid, match="Nothing was imported"):
        store.archive.import_file(io.BytesIO(data))


def test_an_export_of_a_newer_version_is_refused(store: SessionStore, exported: bytes) -> None:
    newer = rewritten(exported, edit("manifest.json", lambda value: value.update(schema="9")))
    with pytest.raises(HistoryFileTooNew, match="newer version"):
        store.archive.import_file(io.BytesIO(newer))


def test_the_export_of_an_earlier_version_opens_with_all_that_was_in_it(
    store: SessionStore,
) -> None:
    # What version 0.6.0 exported; add one with each change of what is written.
    with (ARCHIVES / "0.6.0.zip").open("rb") as file:
        assert store.archive.import_file(file).added == 1
    stored = store.load("s1")
    assert len(stored.rows) == 403
    assert [answer.value for answer, _ in stored.answers] == [1, 7, 2, None]
    assert stored.answers[0][1] == ComprehensionFeatures(difficulty=0.5, skimming=1.0, negative=0.3)
    assert len(stored.passages) == len(TEXT.passages)
    assert (stored.marked, stored.summary.note) == (("p4",), "Went well")
    assert stored.document == TEXT
    profile = store.learner.profile()
    assert (profile.comprehension.answers, profile.stress.answers) == (2, 1)
    assert profile.baseline is not None
    restored = store.restore("s1")
    assert restored.state is State.FINISHED
    assert restored.totals(START + 500).active_s == pytest.approx(416)
