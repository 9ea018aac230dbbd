"""Training, evaluation and export of the shipped model; nothing here is needed to run the app.

Importing the package keeps Ultralytics, which trains the network, off the line: it reads these
variables when it is imported, so they are set here, before any module of the package imports it.
"""

import os
import tempfile
from pathlib import Path

_SETTINGS = Path(tempfile.gettempdir()) / "fer-training-settings"
_SETTINGS.mkdir(exist_ok=True)
os.environ.setdefault("YOLO_CONFIG_DIR", str(_SETTINGS))  # no settings file in the user's home
os.environ.setdefault("YOLO_OFFLINE", "true")
os.environ.setdefault("YOLO_AUTOINSTALL", "false")  # else it installs packages as it pleases
os.environ.setdefault("YOLO_VERBOSE", "false")
