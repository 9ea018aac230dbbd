"""What README and the documentation show can be typed as it stands there."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fer_core.api.__main__ import main as api
from fer_core.api.keys import KeyStore
from fer_core.cli.commands import main as fer
from fer_core.config import Settings
from fer_core.paths import PROJECT_ROOT
from fer_core.photos.exports import encode_jpeg
from fer_core.texts.opening import open_document
from tests.api.conftest import MakeApp
from tests.api.serving import serving
from tests.video.films_in_files import even_times, film, still

PAGES = sorted([PROJECT_ROOT / "README.md", *(PROJECT_ROOT / "docs").glob("*.md")])
#: What stands for the reader's own files in the examples.
PICTURES = ("me.jpg", "holiday/beach.jpg", "holiday/hills.jpg")
API = "http://127.0.0.1:8000"
JOBS = f"{API}/api/v1/jobs"
Block = tuple[str, str]


def blocks(language: str) -> list[Block]:
    """Return the page and the text of every block of a language."""
    fence = re.compile(rf"^```{language}\n(.*?)^```", re.DOTALL | re.MULTILINE)
    return [
        (page.name, block) for page in PAGES for block in fence.findall(page.read_text("utf-8"))
    ]


def commands() -> list[Block]:
    """Return the page and each command of the shell's blocks, without its comment."""
    lines = [(page, line) for page, block in blocks("sh") for line in block.splitlines()]
    parts = [(page, part) for page, line in lines for part in line.split(" && ")]
    return sorted({(page, part.partition(" #")[0].strip()) for page, part in parts} - {("", "")})


def of_program(*starts: str) -> list[Block]:
    """Return the commands that begin with one of these words."""
    return [(page, line) for page, line in commands() if line.startswith(starts)]


@pytest.fixture
def folder(astronaut: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a folder with the reader's pictures and a copy of the weights."""
    for name in PICTURES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(encode_jpeg(astronaut))
    (tmp_path / "lecture.mp4").write_bytes(film([still(astronaut)] * 5, even_times(0.5)))
    (tmp_path / "weights").symlink_to(PROJECT_ROOT / "weights")
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def words_of(line: str, folder: Path) -> list[str]:
    """Split a command as a shell does: settings and redirections off, patterns filled in."""
    words: list[str] = []
    for word in shlex.split(line.partition(" > ")[0]):
        if re.fullmatch(r"FER_[A-Z_]+=.*", word):
            assert word.partition("=")[0][4:].lower() in Settings.model_fields
        elif "*" in word:
            words += sorted(str(path.relative_to(folder)) for path in folder.glob(word))
        else:
            words.append(word)
    return words


@pytest.mark.parametrize(("page", "block"), blocks("python"))
def test_the_python_runs(
    page: str, block: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(block, page, "exec"), {"__name__": "example"})  # noqa: S102
    assert re.search("Happy|HAPPY", capsys.readouterr().out)


@pytest.mark.parametrize(("page", "block"), blocks("markdown"))
def test_the_text_opens_with_its_question(page: str, block: str) -> None:
    document = open_document(page, block.encode())
    assert len(document.questions) == 1
    assert document.passages


@pytest.mark.parametrize(
    ("page", "line"), of_program("fer analyse", "fer doctor", ".venv/bin/python -m fer_core ")
)
def test_what_looks_at_pictures_and_at_the_install_runs(
    page: str, line: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = words_of(line, folder)
    arguments = words[words.index("fer_core") + 1 :] if "fer_core" in words else words[1:]
    assert fer(arguments) == 0, page
    assert capsys.readouterr().out


@pytest.mark.parametrize(("page", "line"), of_program("fer api keys"))
def test_keys_are_made_and_listed(
    page: str, line: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert api(["keys", "new", "first"]) == 0
    assert api(words_of(line, folder)[2:]) == 0, page
    assert capsys.readouterr().out.count("\n") == 2


@pytest.mark.parametrize(
    ("page", "line"),
    [part for part in of_program("curl") if JOBS not in part[1] and "$KEY" not in part[1]],
    ids=lambda part: part.partition(" ")[0],
)
def test_the_api_answers_the_request(page: str, line: str, folder: Path, make_app: MakeApp) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not here")
    assert API in line
    with serving(make_app, clock=time.time) as service:
        words = words_of(line.replace(API, service.url), folder)
        answer = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert '"label": "Happy"' in answer or '"label":"Happy"' in answer, page


def test_the_api_analyses_the_video(folder: Path, make_app: MakeApp) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not here")
    lines = {line for _, line in of_program("curl") if JOBS in line}
    (create,) = (line for line in lines if "/JOB/" not in line)
    (events,) = (line for line in lines if line.endswith("/events"))
    (results,) = lines - {create, events}

    with serving(make_app, clock=time.time) as service:

        def answer(line: str) -> str:
            words = words_of(line.replace(API, service.url), folder)
            return subprocess.run(words, check=True, capture_output=True, text=True).stdout

        job_id = json.loads(answer(create))["job_id"]
        assert '"state":"done"' in answer(events.replace("JOB", job_id))
        assert "Happy" in answer(results.replace("JOB", job_id))


def test_the_api_makes_an_owner_and_a_token(
    folder: Path, make_app: MakeApp, key_store: KeyStore
) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not here")
    _, key = key_store.create("stasis", datetime.now(UTC))
    owner, token, look = (line for _, line in of_program("curl") if "$KEY" in line)
    with serving(make_app, clock=time.time) as service:

        def answer(line: str) -> Any:
            line = line.replace("$KEY", key).replace(API, service.url)
            said = subprocess.run(words_of(line, folder), check=True, capture_output=True).stdout
            return json.loads(said)

        owner_id = answer(owner)["owner_id"]
        assert answer(token.replace("OWNER_ID", owner_id))["owner_id"] == owner_id
        assert answer(look.replace("OWNER_ID", owner_id)) == {"sessions": [], "next_cursor": None}


@pytest.mark.parametrize(
    ("page", "line"), [part for part in of_program("fer train") if "--help" not in part[1]]
)
def test_the_training_takes_its_options(page: str, line: str, folder: Path) -> None:
    """It ends where the data is not there, which is after every option was understood."""
    pytest.importorskip("torch", reason="training needs requirements-train.txt")
    words = words_of(line, folder)
    for word in words:
        if word.startswith("runs/") and word.endswith((".pt", ".json")):
            (folder / word).parent.mkdir(parents=True, exist_ok=True)
            (folder / word).touch()
    assert fer(words[1:]) == 2, page


@pytest.mark.parametrize(("page", "line"), of_program("pip install", ".venv/bin/pip install"))
def test_what_is_to_be_installed_is_here(page: str, line: str) -> None:
    for word in shlex.split(line)[2:]:
        if word.endswith(".txt"):
            assert (PROJECT_ROOT / word).is_file(), page
        elif word != "-r":
            extras = re.fullmatch(r"\.(?:\[([a-z,]+)\])?", word)
            assert extras is not None, page
            for extra in (extras[1] or "dev").split(","):
                assert (PROJECT_ROOT / f"requirements-{extra}.txt").is_file()


def test_every_command_is_tried_somewhere() -> None:
    tried = (
        *("fer analyse", "fer doctor", "fer train", "fer api keys", "curl"),
        *("pip install", ".venv/bin/pip install", "python3.11 -m venv", ".venv/bin/pytest"),
        # These serve until they are stopped; tests/package, tests/e2e and tests/scale start them.
        *(
            "fer app",
            "fer api",
            "fer cluster",
            ".venv/bin/python -m fer_core",
            ".venv/bin/streamlit run Home.py",
        ),
        "FER_WEIGHTS=runs/model/model.json fer app",
    )
    assert [line for _, line in commands() if not line.startswith(tried)] == []


@pytest.mark.parametrize(
    "page", [*PAGES, PROJECT_ROOT / "CONTRIBUTING.md"], ids=lambda page: str(page.name)
)
def test_every_file_that_is_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    rooms = "fer_core|app|pages|tests|benchmarks|clients|deploy|docs|weights"
    named = set(re.findall(rf"(?<![\w/.-])((?:{rooms})/[\w./-]*\w)", text))
    if page.parent == PROJECT_ROOT:  # the strict build follows the links of the others
        named |= set(re.findall(r"\]\((?!https?:|#)([^)#]+)", text))
    missing = {name for name in named if not (PROJECT_ROOT / name).exists()}
    assert missing <= {"fer_core/_bundle"}  # a folder of the wheel
