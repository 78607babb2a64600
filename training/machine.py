"""Where a network runs: a graphics card where there is one, else the processor."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from blender_addon.contract.words import counted

from .errors import TrainingError

_FULL = ("out of memory", "can't allocate memory")
"""What PyTorch says, on graphics cards and processors."""


@dataclass(frozen=True)
class Machine:
    """`readers` are threads that read pictures ahead."""

    device: torch.device
    readers: int

    def __str__(self) -> str:
        if self.device.type == "cuda":
            return f"{torch.cuda.get_device_name(self.device)} ({self.device})"
        return f"{self.device}, {counted(torch.get_num_threads(), 'thread')}"


@contextmanager
def memory_told(machine: Machine) -> Iterator[None]:
    """Where memory ends, a TrainingError that says what needs less."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if isinstance(error, MemoryError) or any(words in str(error) for words in _FULL):
            raise TrainingError(
                f"{machine.device} has not enough memory: a smaller --batch, --crop or --width needs less"
            ) from None
        raise


def machine_of(device: str, threads: int | None) -> Machine:
    """`device`: "auto", "cpu", "cuda", "cuda:1", "mps". `threads` of the processor, None for PyTorch's own choice.

    Raises TrainingError for a device that is not there.
    """
    if threads is not None:
        torch.set_num_threads(threads)
    name = device if device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
    try:
        found = torch.device(name)
        torch.zeros(1, device=found)
    except (RuntimeError, AssertionError) as error:
        why = str(error).splitlines()[0]
        raise TrainingError(
            f"--device {device}: PyTorch cannot use it here ({why}); --device cpu goes anywhere"
        ) from None
    return Machine(found, min(threads or os.cpu_count() or 1, 8))
