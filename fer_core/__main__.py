"""Command line: `python -m fer_core analyse PHOTO...` and `python -m fer_core doctor`."""

from __future__ import annotations

import sys

from fer_core.cli.commands import main

if __name__ == "__main__":
    sys.exit(main())
