"""Which test process takes which file: tests that wait and tests that compute run side by side.

A browser test waits for most of its time, a test of the training for none of it. Where all
processes take browser tests first, the processors idle; later all of them want the processors.
"""

from __future__ import annotations

from xdist.scheduler.loadfile import LoadFileScheduling
from xdist.workermanage import WorkerController

#: Tests that wait for browsers, for the network, or for outages to end.
_WAITING = (
    "tests/e2e/",
    "tests/storage/test_outages.py",
    "tests/api/test_restart.py",
    "tests/api/test_events.py",
    "tests/api/test_server_load.py",
    "tests/api/test_outages.py",
)


class TwoLanes(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """Every other process begins with the tests that wait, the others with those that compute.

    A process whose own kind is done takes the other kind.
    """

    def _assign_work_unit(self, node: WorkerController) -> None:
        waits = self.nodes.index(node) % 2 == 0
        files = list(self.workqueue)
        own = next((file for file in files if file.startswith(_WAITING) == waits), files[0])
        self.workqueue.move_to_end(own, last=False)
        super()._assign_work_unit(node)
