"""Several processes that train one network together on the CPU, a core each.

Two processes of one thread do 1.3 times the work of one process of two threads on two cores: most
of a step's operations are too small to share out. Each takes batches of its own; torch averages the
gradients, so that all hold the same weights at any time.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributed
import torch.multiprocessing
from torch import nn
from torch.nn.parallel import DistributedDataParallel


@dataclass(frozen=True, slots=True)
class ProcessGroup:
    """One process's view of those that train together.

    Attributes:
        rank: This one's number; the first, 0, decides when to stop and writes the files.
        size: How many they are; 1 where one trains alone.
    """

    rank: int = 0
    size: int = 1

    def joined(self, network: nn.Module) -> nn.Module:
        """Return what to call in training: the network itself, or with its peers' (DDP).

        All begin with the first one's weights and statistics; after each backward pass the
        gradients in `network` are the mean of all processes' (Li et al. 2020).
        """
        return network if self.size == 1 else DistributedDataParallel(network)

    def agree(self, value: float) -> float:
        """Return the first process's value."""
        if self.size == 1:
            return value
        shared = torch.tensor([value], dtype=torch.float64)
        torch.distributed.broadcast(shared, 0)
        return float(shared)


@contextmanager
def gathered(size: int, member: Callable[[ProcessGroup], object]) -> Iterator[ProcessGroup]:
    """Start the other processes, each of which calls `member`, and give this one's place.

    They end with this one, however it ends.
    """
    if size == 1:
        yield ProcessGroup()
        return
    if sys.platform == "linux":
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")  # they meet on this machine only
    with tempfile.TemporaryDirectory() as folder:
        meeting = Path(folder) / "meeting"
        context = torch.multiprocessing.get_context("spawn")
        others = [
            context.Process(target=_take_part, args=(meeting, rank, size, member), daemon=True)
            for rank in range(1, size)
        ]
        for other in others:
            other.start()
        _meet(meeting, 0, size)
        try:
            yield ProcessGroup(0, size)
        finally:
            torch.distributed.destroy_process_group()
            for other in others:
                other.join(timeout=10)
                other.kill()


def _take_part(
    meeting: Path, rank: int, size: int, member: Callable[[ProcessGroup], object]
) -> None:
    _meet(meeting, rank, size)
    try:
        member(ProcessGroup(rank, size))
    finally:
        torch.distributed.destroy_process_group()


def _meet(meeting: Path, rank: int, size: int) -> None:
    torch.distributed.init_process_group(
        "gloo", init_method=meeting.as_uri(), rank=rank, world_size=size
    )
