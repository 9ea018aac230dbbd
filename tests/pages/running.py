"""Run one page of the app without a browser."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from fer_core.config import PROJECT_ROOT


def run_page(name: str, timeout_s: float = 60.0) -> AppTest:
    """Return a page after its first run."""
    return AppTest.from_file(
        PROJECT_ROOT / "app" / "pages" / f"{name}.py", default_timeout=timeout_s
    ).run()
