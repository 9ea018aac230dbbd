"""Where a training step runs."""

from __future__ import annotations

import torch

from fer_core.training.errors import OptionError


def device_of(name: str) -> torch.device:
    """Return torch's device of that name.

    Raises:
        OptionError: There is no such device here.
    """
    try:
        device = torch.device(name)
    except RuntimeError:
        raise OptionError(f"there is no device {name!r}; one of cpu, cuda, cuda:0") from None
    if device.type == "cuda" and not torch.cuda.is_available():
        raise OptionError(f"--device {name}: torch finds no GPU here; leave it out to use the CPU")
    return device
