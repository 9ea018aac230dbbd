"""Run one page of the app without a browser."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from fer_core.config import PROJECT_ROOT


def run_app(timeout_s: float = 60.0) -> AppTest:
    """Return the whole app, its frame too, after its first run; it opens on its first page."""
    return AppTest.from_file(PROJECT_ROOT / "app" / "main.py", default_timeout=timeout_s).run()


def page_path(name: str) -> str:
    """Return what `AppTest.switch_page` wants to be told to go to a page of the app."""
    return f"../pages/{name}.py"


def run_page(name: str, timeout_s: float = 60.0) -> AppTest:
    """Return a page after its first run."""
    return AppTest.from_file(PROJECT_ROOT / "pages" / f"{name}.py", default_timeout=timeout_s).run()


def said_by(page: AppTest) -> str:
    """Return the words of a page: headings, running text, captions, notes and warnings."""
    groups = (
        *(page.title, page.header, page.markdown, page.caption),
        *(page.info, page.success, page.warning, page.error),
    )
    return "\n".join(str(element.value) for group in groups for element in group)


def button_keys(page: AppTest) -> list[str | None]:
    """Return the keys of the buttons that a page shows, from top to bottom."""
    return [button.key for button in page.button]
