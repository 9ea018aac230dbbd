"""`fer analyse lecture.mp4`, as a person or a script calls it."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import av
import numpy as np
import pytest

from fer_core.cli.commands import main
from tests.video.films_in_files import even_times, film, still


@pytest.fixture
def lecture(tmp_path: Path, astronaut: np.ndarray) -> Path:
    path = tmp_path / "lecture.mp4"
    path.write_bytes(film([still(astronaut)] * 10, even_times(1)))
    return path


def test_tells_each_face_in_words_and_draws_it(
    lecture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = tmp_path / "drawn"
    arguments = ["analyse", str(lecture), "--people", "one", "--annotate", str(drawn), "--blur"]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert "lecture.mp4 (0:01, 5 frames analysed): 1 face" in said
    assert "face 1: seen for 0:01" in said
    assert [file.name for file in drawn.iterdir()] == ["lecture-faces.mp4"]
    with av.open(drawn / "lecture-faces.mp4") as container:
        assert container.streams.video[0].codec_context.name == "h264"


def test_prints_a_row_for_each_frame_at_the_rate_wanted(
    lecture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyse", str(lecture), "--csv", "--per", "frame", "--rate", "10"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 10
    assert {row["expression"] for row in rows} == {"Happy"}


def test_prints_json_for_each_second(lecture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyse", str(lecture), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [second["second"] for second in document["seconds"]] == [0]


def test_goes_on_after_a_bad_file_and_says_so_in_its_status(
    lecture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.mov"
    bad.write_bytes(b"no video")
    assert main(["analyse", str(bad), str(tmp_path / "none.mkv"), str(lecture)]) == 1
    said = capsys.readouterr()
    assert "bad.mov: This file is not a video" in said.err
    assert "none.mkv: There is no such file" in said.err
    assert "lecture.mp4" in said.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["a.mp4", "b.jpg"],
        ["a.mp4", "b.mp4", "--csv"],
        ["a.mp4", "--confidence", "0.5"],
    ],
)
def test_what_does_not_go_together_is_said(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyse", *arguments]) == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("rate", ["0", "nan", "100", "fast"])
def test_a_rate_that_cannot_be_is_refused(rate: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["analyse", "a.mp4", "--rate", rate])
    assert ended.value.code == 2


def test_what_may_never_end_is_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe = tmp_path / "pipe.mp4"
    os.mkfifo(pipe)
    assert main(["analyse", str(pipe)]) == 1
    assert "pipe.mp4: This file is not a video" in capsys.readouterr().err
    assert main(["analyse", "/dev/zero"]) == 1
    assert "zero: This is a pipe or a device" in capsys.readouterr().out
