"""`python -m fer_core analyse`, as a person or a script calls it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_core.cli.analyse import find_photos
from fer_core.cli.commands import main
from fer_core.photos.exports import encode_jpeg
from tests.pictures import decoded


@pytest.fixture
def photo(tmp_path: Path, astronaut: np.ndarray) -> Path:
    path = tmp_path / "astronaut.jpg"
    path.write_bytes(encode_jpeg(astronaut))
    return path


def test_tells_each_face_in_words(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyse", str(photo)]) == 0
    said = capsys.readouterr().out
    assert "astronaut.jpg (512 x 512): 1 face" in said
    assert "😊 Happy" in said


def test_prints_json_in_the_apis_form(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyse", str(photo), "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert result["faces"][0]["emotion"]["label"] == "Happy"


def test_prints_csv(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyse", str(photo), "--csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row["expression"] == "Happy"


def test_goes_on_after_a_bad_file_and_says_so_in_its_status(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no picture")
    assert main(["analyse", str(bad), str(tmp_path / "none.jpg"), str(photo)]) == 1
    said = capsys.readouterr().out
    assert "bad.jpg: This file is not a picture" in said
    assert "none.jpg: There is no such file" in said
    assert "Happy" in said


def test_a_file_over_the_limit_is_not_even_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    huge = tmp_path / "huge.jpg"
    with huge.open("wb") as file:
        file.truncate(5_000_000_000)
    assert main(["analyse", str(huge)]) == 1
    assert "5000.0 MB; at most 10 MB" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_is_named(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file")
    assert main(["analyse", str(photo), "--annotate", str(taken)]) == 3
    assert f"{taken} cannot be written" in capsys.readouterr().err


def test_writes_annotated_pictures_beside_each_other(
    photo: Path, tmp_path: Path, astronaut: np.ndarray
) -> None:
    twin = tmp_path / "twin"
    twin.mkdir()
    (twin / "astronaut.jpg").write_bytes(photo.read_bytes())
    out = tmp_path / "out"
    assert main(["analyse", str(photo), str(twin), "--annotate", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "astronaut (2)-faces.png",
        "astronaut-faces.png",
    ]
    assert decoded(out / "astronaut-faces.png").shape == astronaut.shape


def test_blurs_the_pictures_it_writes(photo: Path, tmp_path: Path) -> None:
    written = []
    for name, options in (("plain", []), ("blurred", ["--blur"])):
        main(["analyse", str(photo), "--annotate", str(tmp_path / name), *options])
        drawn = decoded(tmp_path / name / "astronaut-faces.png")
        written.append(cv2.Laplacian(drawn[90:160, 190:260], cv2.CV_64F).var())
    assert written[1] < 0.1 * written[0]


def test_takes_the_pictures_of_a_folder_in_order_and_nothing_else(tmp_path: Path) -> None:
    system = ("._b.JPG", "deep/._c.png", "@eaDir/b.jpg", "Thumbs.db", "__MACOSX/d.jpg")
    for name in ("b.JPG", "a.heic", "notes.txt", "deep/c.png", *system):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    found = [path.relative_to(tmp_path).as_posix() for path in find_photos([tmp_path])]
    assert found == ["a.heic", "b.JPG", "deep/c.png"]


@pytest.mark.parametrize(
    "arguments", [[], ["analyse"], ["analyse", "a", "--json", "--csv"], ["dance"]]
)
def test_a_wrong_command_line_has_status_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2


@pytest.mark.parametrize("confidence", ["0", "0.05", "1.5", "much", "nan"])
def test_a_confidence_out_of_range_has_status_2(confidence: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["analyse", "a.jpg", "--confidence", confidence])
    assert ended.value.code == 2


def test_without_a_model_it_has_status_3_and_names_the_doctor(photo: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "fer_core", "analyse", str(photo)],
        env={"PATH": "/usr/bin", "FER_WEIGHTS": "/nowhere/model.json"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 3
    assert "doctor" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_a_folder_without_pictures_is_said_to_be_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyse", str(tmp_path)]) == 1
    assert "no pictures" in capsys.readouterr().err


def test_blurring_asks_where_the_pictures_go(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyse", str(photo), "--blur"]) == 2
    said = capsys.readouterr()
    assert "--annotate DIR" in said.err
    assert not said.out
