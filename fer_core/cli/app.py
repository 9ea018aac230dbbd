"""`fer app`: the Streamlit app, from any folder.

The settings in .streamlit/config.toml lie beside Home.py, and Streamlit puts those of the script's
folder above those of the current folder and of the user. So the app has its theme, stays on this
machine and sends nothing home, wherever it is started.
"""

from __future__ import annotations

import argparse
import runpy
import sys
from collections.abc import Sequence

from fer_core.paths import PROJECT_ROOT

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

    # As `python -m streamlit run` does: the core itself knows no Streamlit.
    sys.argv = ["streamlit", "run", str(PROJECT_ROOT / "Home.py"), *passed_on]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
    return 0


def _parser(program: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog=program,
        usage=f"{program} [STREAMLIT OPTION ...]",
        description="Start the app in the browser, at http://localhost:8501.",
        epilog=_OPTIONS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
