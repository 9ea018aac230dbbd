"""`fer app`: the Streamlit app, from any folder.

The settings in .streamlit/config.toml lie beside Home.py, and Streamlit puts those of the script's
folder above those of the current folder and of the user. So the app has its theme, stays on this
machine and sends nothing home, wherever it is started.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from fer_core.config import PROJECT_ROOT

_OPTIONS = """Streamlit's own options are passed on, for example:
  --server.port NUMBER     another port than 8501
  --server.headless true   open no browser
`streamlit run --help` lists them all.
"""


def run_app(arguments: Sequence[str], program: str = "fer app") -> int:
    """Serve the app until it is interrupted.

    Args:
        arguments: Options of `streamlit run`.
        program: How the program was called, for its own messages.

    Raises:
        ImportError: Streamlit is not installed.
    """
    _, passed_on = _parser(program).parse_known_args(arguments)

    from streamlit.web.cli import main as streamlit

    status = streamlit(
        ["run", str(PROJECT_ROOT / "Home.py"), *passed_on],
        prog_name="streamlit",
        standalone_mode=True,
    )
    return int(status or 0)


def _parser(program: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog=program,
        usage=f"{program} [STREAMLIT OPTION ...]",
        description="Start the app in the browser, at http://localhost:8501.",
        epilog=_OPTIONS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
