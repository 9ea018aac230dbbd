"""How Slipcover measures in the processes of xdist: set before anything of the app is imported."""

from __future__ import annotations

from slipcover import pytest_plugin

# Its plugin hands them neither `--immediate` nor a threshold. At its 50, a line that had been run
# in vain so often had all code written anew: 58 times in 153 tests, for .08 s each and for what
# Python had learnt of the code. Until 20,000 a line costs no more than its hundredth of a second.
if pytest_plugin._slipcover_instance is not None:
    pytest_plugin._slipcover_instance.d_miss_threshold = 20_000
