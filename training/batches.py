"""Pictures and class numbers on the device, batch by batch, read by threads while the network is busy."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from .frames import Pixels

_Item = TypeVar("_Item")
_Made = TypeVar("_Made")

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the pictures of ImageNet, by channel, 0 to 1: what most encoders that one can download were trained with."""


@dataclass(frozen=True)
class Batch:
    """`pictures` (N, 3, H, W) float32, `classes` (N, H, W) int64."""

    pictures: torch.Tensor
    classes: torch.Tensor


def batch_of(pixels: Sequence[Pixels], device: torch.device) -> Batch:
    classes = np.stack([each.classes for each in pixels]).astype(np.int64)
    return Batch(pictures_of([each.image for each in pixels], device), torch.from_numpy(classes).to(device))


def pictures_of(images: Sequence[NDArray[np.uint8]], device: torch.device) -> torch.Tensor:
    """(N, 3, H, W) float32 in PyTorch's layout channels_last, which is that of pictures, and fast."""
    found = torch.from_numpy(np.stack(images)).to(device).float()
    mean, deviation = (torch.tensor(of, device=device) * 255 for of in (MEAN, DEVIATION))
    return ((found - mean) / deviation).permute(0, 3, 1, 2)


def in_advance(make: Callable[[_Item], _Made], items: Iterable[_Item], threads: int) -> Iterator[_Made]:
    """`make` of each item, in order, some of them before they are asked for."""
    waiting: deque[Future[_Made]] = deque()
    remaining = iter(items)
    with ThreadPoolExecutor(threads) as pool:
        try:
            waiting.extend(pool.submit(make, item) for item in islice(remaining, threads + 1))
            while waiting:
                made = waiting.popleft().result()
                waiting.extend(pool.submit(make, item) for item in islice(remaining, 1))
                yield made
        finally:
            for each in waiting:
                each.cancel()


def alike(pixels: Iterable[_Item], size: Callable[[_Item], tuple[int, ...]], most: int) -> Iterator[list[_Item]]:
    """Groups of up to `most` neighbours of one size."""
    group: list[_Item] = []
    for each in pixels:
        if group and (len(group) == most or size(each) != size(group[0])):
            yield group
            group = []
        group.append(each)
    if group:
        yield group
