"""`python -m fer_core` is the command `fer`, for where it is not on the path."""

from __future__ import annotations

import sys

from fer_core.cli.commands import main

if __name__ == "__main__":
    sys.exit(main(program="python -m fer_core"))
