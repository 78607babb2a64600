"""What both networks are made of, and how their weights begin."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn


def scaled(channels: int, width: float) -> int:
    """A share of published channels; four at least."""
    return max(4, round(channels * width))


def convolutions(channels: int, following: Iterable[int]) -> list[nn.Module]:
    """3x3 convolutions from `channels` on, each with batch normalisation and a ReLU."""
    found: list[nn.Module] = []
    for out in following:
        found += [nn.Conv2d(channels, out, 3, padding=1), nn.BatchNorm2d(out), nn.ReLU(inplace=True)]
        channels = out
    return found


def initialise(network: nn.Module, generator: torch.Generator) -> nn.Module:
    """Convolutions as He et al. ("Delving Deep into Rectifiers", ICCV 2015) draw them, by the inputs of each; biases 0;
    normalisations that change nothing. The same network, on the CPU."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
            nn.init.zeros_(layer.bias)
        elif isinstance(layer, nn.BatchNorm2d):
            layer.reset_parameters()
    return network
