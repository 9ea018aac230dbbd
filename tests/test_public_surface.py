"""What README promises that scripts can import."""

from __future__ import annotations

import subprocess
import sys

import pytest

import fer_core
from fer_core.config import PROJECT_ROOT, Settings
from fer_core.emotions import EMOTIONS, Emotion


@pytest.mark.parametrize("name", fer_core.__all__)
def test_every_public_name_resolves(name: str) -> None:
    assert getattr(fer_core, name).__name__ == name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = fer_core.nonsense


def test_importing_the_core_loads_neither_the_model_s_runtime_nor_a_web_framework() -> None:
    code = (
        "import sys, fer_core;"
        "print([name for name in ('streamlit', 'flask', 'onnxruntime', 'torch', 'pandas')"
        " if name in sys.modules])"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_ROOT, check=True, capture_output=True, text=True
    )
    assert output.stdout.strip() == "[]"


def test_the_core_never_imports_streamlit() -> None:
    sources = (PROJECT_ROOT / "fer_core").rglob("*.py")
    offenders = [path.name for path in sources if "import streamlit" in path.read_text("utf-8")]
    assert offenders == []


def test_the_classes_are_five_in_the_model_s_order() -> None:
    labels = [emotion.label for emotion in EMOTIONS]
    assert labels == ["Angry", "Happy", "Natural", "Sad", "Surprised"]
    assert [emotion.index for emotion in EMOTIONS] == list(range(5))
    assert Emotion.from_label("HAPPY") is Emotion.HAPPY
    assert len({emotion.emoji for emotion in EMOTIONS}) == 5


def test_the_documentation_lists_every_setting() -> None:
    page = (PROJECT_ROOT / "docs" / "settings.md").read_text("utf-8")
    missing = [
        name for field in Settings.model_fields if (name := f"FER_{field.upper()}") not in page
    ]
    assert missing == []
